"""Where the price of a call comes from is said with ``--verbose``."""

import pytest

from hello_llm.prices.price_list import RELEASED
from tests.cli.program import program


def asking(server, model, *flags):
    """Ask `server` for `model`, and return what was said on stderr."""
    base = ("--provider", "litellm", "--api-base", f"{server.url}/v1", "--model", model)
    ended = program("chat", "hi", *base, "--no-stream", *flags)
    assert ended.code == 0
    return ended.stderr


@pytest.mark.parametrize(
    ("model", "flags", "said"),
    [
        ("openai/gpt-4o-mini", ("-v",), True),
        ("openai/gpt-4o-mini", (), False),
        ("openai/nobody-priced-this", ("-v",), False),
    ],
)
def test_the_date_of_the_list_is_said_where_it_has_the_price(openai_server, model, flags, said):
    note = f"note: the cost is by LiteLLM's price list of {RELEASED[1]}\n"
    assert (note in asking(openai_server, model, *flags)) is said


def test_a_list_without_a_date_is_said_to_have_none(openai_server, monkeypatch):
    monkeypatch.setattr("hello_llm.prices.price_list.version", lambda _: "0.0.1")
    told = asking(openai_server, "openai/gpt-4o-mini", "-v")
    assert "note: the cost is by LiteLLM's price list, whose date is not known\n" in told
