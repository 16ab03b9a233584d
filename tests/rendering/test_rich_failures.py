"""What a terminal shows of an answer that failed."""

import io

import pytest

from hello_llm.contract import (
    BrokenReplyError,
    HelloLLMError,
    InterruptError,
    ReasoningDelta,
    Started,
    TextDelta,
)
from hello_llm.rendering.terminal import Terminal
from tests.rendering.replies import (
    MODEL,
    PROVIDER,
    Ticks,
    live,
)
from tests.rendering.screens import Screen


def _failed(error: HelloLLMError, text: str, echo: bytes = b"") -> list[str]:
    screen = Screen()
    renderer = live(screen.terminal(), Ticks(), usage=True)
    renderer.show(Started(PROVIDER, MODEL))
    if text:
        renderer.show(TextDelta(text))
    screen.write(echo)
    renderer.fail(error)
    return screen.rows()


TOP = "─ ollama/qwen2.5:0.5b · litellm " + "─" * 46
BOTTOM = "─ incomplete " + "─" * 65


def test_a_failure_keeps_what_came_and_marks_it():
    assert _failed(BrokenReplyError("cut off", "try again"), "first\n\nsec") == [
        TOP,
        "first",
        "",
        "sec",
        BOTTOM,
        "error: cut off",
        "hint: try again",
    ]


def test_a_failure_before_the_answer_is_only_the_message():
    assert _failed(BrokenReplyError("refused"), "") == [TOP, "error: refused"]


@pytest.mark.parametrize("text", ["", "half an ans"])
def test_after_ctrl_c_its_echo_is_gone_and_the_cursor_is_on_a_fresh_line(text):
    rows = _failed(InterruptError("interrupted"), text, echo=b"^C")
    shown = [text, BOTTOM] if text else []
    assert rows == [TOP, *shown, "error: interrupted"]


def test_after_ctrl_c_within_the_reasoning_its_last_row_stays():
    screen = Screen()
    renderer = live(screen.terminal(), Ticks(), usage=True)
    renderer.show(ReasoningDelta("first\nsecond"))
    screen.write(b"^C")
    renderer.fail(InterruptError("interrupted"))
    assert screen.rows() == ["first", "second^C", "", BOTTOM, "error: interrupted"]


class _Closed(io.RawIOBase):
    def write(self, _data, /):
        raise BrokenPipeError


def test_a_reader_that_went_away_is_passed_on_and_the_message_still_written():
    stderr = io.BytesIO()
    terminal = Terminal(io.BytesIO(), _Closed(), stderr)
    renderer = live(terminal, Ticks())
    with pytest.raises(BrokenPipeError):
        renderer.show(TextDelta("a\n\n"))
    renderer.fail(BrokenReplyError("cut off"))
    assert stderr.getvalue() == b"error: cut off\n"
