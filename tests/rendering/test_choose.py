"""Which renderer shows a reply."""

import pytest

from hello_llm.rendering.choose import View, choose_renderer
from hello_llm.rendering.json.document import JsonRenderer
from hello_llm.rendering.json.ndjson import NdjsonRenderer
from hello_llm.rendering.messages import Messages
from hello_llm.rendering.plain import PlainRenderer
from hello_llm.rendering.rich_view import RichRenderer
from tests.rendering.replies import show, streamed
from tests.rendering.screens import Pipes


@pytest.mark.parametrize(
    ("output", "tty", "renderer"),
    [
        ("auto", True, RichRenderer),
        ("auto", False, PlainRenderer),
        ("rich", False, RichRenderer),
        ("plain", True, PlainRenderer),
        ("json", True, JsonRenderer),
        ("ndjson", False, NdjsonRenderer),
    ],
)
def test_auto_is_rich_on_a_terminal_and_plain_elsewhere(output, tty, renderer):
    terminal = Pipes(tty=tty).terminal
    assert type(choose_renderer(View(output=output), terminal, Messages(terminal))) is renderer


@pytest.mark.parametrize("output", ["rich", "plain", "json", "ndjson"])
@pytest.mark.parametrize(
    ("usage", "quiet", "outputs"),
    [
        (None, False, {"rich"}),
        (True, False, {"rich", "plain", "json", "ndjson"}),
        (False, False, set()),
        (True, True, set()),
    ],
)
def test_usage_is_shown_where_it_was_asked_for_and_in_the_rich_form(output, usage, quiet, outputs):
    pipes = Pipes()
    show(View(output=output, usage=usage, quiet=quiet), pipes.terminal, streamed("hi"))
    assert ("tokens in" in pipes.stderr) is (output in outputs)
    assert b"tokens in " not in pipes.stdout


@pytest.mark.parametrize("output", ["rich", "plain", "json", "ndjson"])
def test_quiet_leaves_standard_error_empty_on_success(output):
    pipes = Pipes(tty=True)
    show(View(output=output, quiet=True), pipes.terminal, streamed("hi", reasoning="hm"))
    assert pipes.stderr == ""
