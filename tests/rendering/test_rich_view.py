"""What is seen on a terminal while an answer streams, and after."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hello_llm.contract import (
    BrokenReplyError,
    ExitCode,
    Finished,
    ReasoningDelta,
    Retrying,
    Started,
    TextDelta,
)
from hello_llm.rendering.choose import View
from hello_llm.rendering.console import make_console
from hello_llm.rendering.markdown.blocks import BlockLayout, wrap_rows
from hello_llm.rendering.markdown.source import Resume
from tests.rendering.replies import (
    MODEL,
    PROVIDER,
    Ticks,
    everything,
    live,
    reply,
    show,
    streamed,
    unstreamed,
)
from tests.rendering.screens import Pipes, Screen
from tests.rendering.tall import TALL

GOLDEN = Path(__file__).parent / "golden"
RICH = View(output="rich")
OUR_SEQUENCES = re.compile(
    r"\x1b\[[0-9;]*m|\r\x1b\[[0-9]+A\x1b\[J|\x1b\[\?7[lh]|\r\x1b\[K", re.ASCII
)
HOSTILE = st.text(
    st.sampled_from(
        "ab\n\r\t\x1b[]m;0\x07\x08\x9b\x9d\x00\x7f\u202e\u200b\u2028\U000e0041*`_|#>-&;\ud83d\ude00漢é👩\u200d\ufe0f"
    )
)


def answer(screen: Screen, text: str, size: int = 61) -> list[str]:
    """All rows after `text` came in pieces of `size`, with a frame for each."""
    renderer = live(screen.terminal(), Ticks())
    for start in range(0, len(text), size):
        renderer.show(TextDelta(text[start : start + size]))
    renderer.show(Finished(reply(text)))
    return screen.rows()


def whole(text: str, columns: int) -> list[str]:
    """The rows of `text` laid out as one piece, as the screen breaks them."""
    layout = BlockLayout(make_console(Screen(columns).terminal(), "stdout", "never"))
    return [row.plain for row in wrap_rows(layout.rows(text, columns, Resume()), columns)]


@pytest.mark.parametrize("name", TALL)
def test_an_answer_taller_than_the_screen_is_in_the_scrollback_once_and_in_order(name):
    assert answer(Screen(80, 24), TALL[name], 211) == whole(TALL[name], 80)


SHORT = TALL["steps with code"][:600] + "\n\n" + "\n".join(f"line {n}" for n in range(60))


@pytest.mark.parametrize(("columns", "lines"), [(60, 24), (12, 24), (80, 12)])
def test_it_fits_screens_of_any_size(columns, lines):
    assert answer(Screen(columns, lines), SHORT, 9) == whole(SHORT, columns)


@pytest.mark.parametrize("lines", [1, 2, 3, 6])
def test_on_a_screen_of_a_few_rows_nothing_is_lost(lines):
    """A block may be cut before it is known what it is, so that gaps can differ."""
    words = "".join("".join(answer(Screen(80, lines), SHORT, 9)).split())
    assert words == "".join("".join(whole(SHORT, 80)).split())


def test_only_the_last_block_is_drawn_again():
    screen = Screen()
    renderer = live(screen.terminal(), Ticks())
    renderer.show(TextDelta("first\n\nsec"))
    renderer.show(TextDelta("ond"))
    assert screen.written == (
        b"first\n\x1b[?7l\nsec\n\x1b[?7h\r\x1b[2A\x1b[J\x1b[?7l\nsecond\n\x1b[?7h"
    )


def test_frames_are_drawn_at_most_fifteen_times_a_second():
    screen = Screen()
    renderer = live(screen.terminal(), Ticks(0.01))
    for _ in range(100):
        renderer.show(TextDelta("x"))
    assert screen.written.count(b"\x1b[?7l") == 15


def test_what_came_after_a_frame_is_drawn_when_nothing_more_comes():
    screen = Screen()
    renderer = live(screen.terminal(), lambda: 0.0)
    renderer.refresh()
    for piece in ("Hello", ", ", "world"):
        renderer.show(TextDelta(piece))
    assert screen.rows()[0] == "Hello"
    renderer.refresh()
    assert screen.rows()[0] == "Hello, world"
    drawn = screen.written
    renderer.refresh()
    assert screen.written == drawn


@pytest.mark.parametrize(("end", "shown"), [("\r", "␍"), ("\ud83d", "<U+D83D>")])
def test_what_was_held_back_at_the_end_is_shown(end, shown):
    assert answer(Screen(), f"the end{end}") == [f"the end{shown}"]


@pytest.mark.parametrize("widths", [[40], [60, 41], [41, 80], [30, 100, 40]])
def test_a_resize_while_streaming_leaves_nothing_behind(widths):
    """Rows that are final may be broken by the new width; words are there once, in order."""
    text = (
        "\n".join(f"{n}. item{n} " + "word " * 20 for n in range(40)) + "\n\n" + TALL["word"][:400]
    )
    screen = Screen(80, 24)
    renderer = live(screen.terminal(), Ticks())
    piece = len(text) // (len(widths) + 1) + 1
    for turn, start in enumerate(range(0, len(text), piece)):
        part = text[start : start + piece]
        for at in range(0, len(part), 50):
            renderer.show(TextDelta(part[at : at + 50]))
        if turn < len(widths):
            screen.resize(widths[turn], 24)
    renderer.show(Finished(reply(text)))
    assert "".join("".join(screen.rows()).split()) == "".join(text.split())


def test_a_character_that_the_terminal_thinks_wider_adds_no_row():
    screen = Screen(20, 24)
    renderer = live(screen.terminal(), Ticks())
    for _ in range(25):
        renderer.show(TextDelta("👋🏽"))
    renderer.show(TextDelta("\n\nend"))
    renderer.show(Finished(reply("")))
    shown = "".join(screen.rows())
    assert shown.count("👋") == 25
    assert shown.endswith("end")


@settings(max_examples=150, deadline=None)
@given(st.lists(HOSTILE, max_size=25), st.sampled_from([24, 80]))
def test_a_terminal_gets_no_sequence_but_ours(pieces, columns):
    screen = Screen(columns, 24)
    terminal = screen.terminal()
    renderer = live(terminal, Ticks(), usage=True)
    renderer.show(Started("lite\x1b[2Jllm", "mod\x9bel\n"))
    renderer.show(ReasoningDelta("".join(pieces[:3])))
    for piece in pieces:
        renderer.show(TextDelta(piece))
    renderer.fail(BrokenReplyError("".join(pieces)))
    rest = OUR_SEQUENCES.sub("", screen.written.decode())
    assert re.findall(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028\u202e\U000e0041]", rest) == []


def test_hostile_text_is_shown_as_text():
    text = "[bold]x[/foo] :smile: {curly} %s\n\x1b]52;c;aGk=\x07\x1b[2J\x9b2J\rover"
    assert answer(Screen(), text, 3) == [
        "[bold]x[/foo] :smile: {curly} %s",
        "␛]52;c;aGk=␇␛[2J<U+009B>2J␍over",
    ]


DEMO = """\
# Weather

It **rains** in [Oslo](https://oslo.no).

- cold
- wet

```python
print("umbrella")
```

| day | rain |
|-----|-----:|
| Mon | 3 mm |
"""


def _demo(environ: dict[str, str], columns: int) -> bytes:
    screen = Screen(columns)
    terminal = screen.terminal(environ)
    show(View(stream=False), terminal, everything(DEMO))
    return screen.written


@pytest.mark.parametrize(
    ("name", "environ", "columns"),
    [
        ("rich-80", {}, 80),
        ("rich-60", {}, 60),
        ("rich-no-color", {"NO_COLOR": "1"}, 80),
        ("rich-dumb", {"TERM": "dumb"}, 80),
    ],
)
def test_the_whole_of_what_a_terminal_gets(name, environ, columns):
    """Compared with a file; ESC is written as ␛ there."""
    golden = (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")
    assert _demo(environ, columns).decode().replace("\x1b", "␛") == golden


@pytest.mark.parametrize("environ", [{}, {"NO_COLOR": "1"}])
def test_what_is_seen_of_a_stream_is_what_is_seen_of_a_whole_reply(environ):
    screens = Screen(), Screen()
    show(RICH, screens[0].terminal(environ), everything(DEMO))
    show(View(stream=False), screens[1].terminal(environ), everything(DEMO))
    assert screens[0].rows() == screens[1].rows()


def test_a_dumb_terminal_gets_finished_blocks_and_no_escape():
    screen = Screen()
    show(RICH, screen.terminal({"TERM": "dumb"}), everything(DEMO))
    assert b"\x1b" not in screen.written
    assert b"\r" not in screen.written


def test_in_a_pipe_the_answer_is_laid_out_and_the_rules_are_left_out():
    pipes = Pipes({"COLUMNS": "60"})
    show(RICH, pipes.terminal, everything(DEMO))
    assert pipes.stdout.decode().splitlines() == whole(DEMO, 60)
    assert pipes.stderr == (
        "Let me think.\n\n"
        'tool call weather({"city": "Oslo"})\n'
        "tokens in           12\n"
        "tokens out          40\n"
        "first token      95 ms\n"
        "latency         812 ms\n"
        "tokens/s          55.8\n"
        "cost         $0.000012\n"
        "finish            stop\n"
    )


def test_color_always_colours_a_pipe_and_never_takes_all_styles_away():
    pipes = Pipes()
    show(View(output="rich", color="always"), pipes.terminal, streamed("**a**"))
    assert pipes.stdout == b"\x1b[1ma\x1b[0m\n"
    screen = Screen()
    show(View(output="rich", color="never", stream=False), screen.terminal(), unstreamed(DEMO))
    assert b"\x1b" not in screen.written


def test_reasoning_that_comes_late_waits_for_the_end():
    screen = Screen()
    renderer = live(screen.terminal(), Ticks(), usage=True)
    for event in (TextDelta("ans"), ReasoningDelta("after\nthought"), TextDelta("wer")):
        renderer.show(event)
    renderer.show(Finished(reply("answer", reasoning="after\nthought")))
    assert screen.rows()[:4] == ["answer", "after", "thought", ""]


def test_a_retry_is_a_line_before_the_answer():
    screen = Screen(columns=100)
    retry = Retrying(1, ExitCode.SERVER, "the server failed", 0.5, MODEL)
    show(RICH, screen.terminal(), [Started(PROVIDER, MODEL), retry, *streamed("ok")[1:]])
    assert screen.rows()[1:3] == [
        f"note: attempt 1 failed (SERVER): the server failed; asking {MODEL} in 0.5 s",
        "ok",
    ]


def test_another_model_that_is_asked_is_named_above_its_answer():
    screen = Screen(columns=100)
    retry = Retrying(1, ExitCode.SERVER, "the server failed", 0.0, "openai/b")
    show(RICH, screen.terminal(), [Started(PROVIDER, MODEL), retry, *streamed("ok")[1:]])
    first, said, second, answer = screen.rows()[:4]
    assert f" {MODEL} · {PROVIDER} " in first
    assert said == "note: attempt 1 failed (SERVER): the server failed; asking openai/b now"
    assert f" openai/b · {PROVIDER} " in second
    assert answer == "ok"
