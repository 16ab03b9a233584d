"""Plain output."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hello_llm.contract import (
    BrokenReplyError,
    ExitCode,
    Finished,
    InterruptError,
    Retrying,
    Started,
    TextDelta,
)
from hello_llm.rendering.choose import View
from hello_llm.rendering.messages import Messages
from hello_llm.rendering.plain import PlainRenderer
from hello_llm.rendering.terminal import Terminal
from tests.rendering.replies import everything, reply, show, streamed, unstreamed
from tests.rendering.screens import Pipes

PLAIN = View(output="plain")
HOSTILE = "\x1b]52;c;aGk=\x07\x9b2J\x00\u202e\r[bold]x[/foo] :smile: {curly} %s\ttab"


def plain(text: str, *, tty: bool = False) -> bytes:
    pipes = Pipes({"COLUMNS": "10"}, tty=tty)
    show(PLAIN, pipes.terminal, streamed(text, 3))
    return pipes.stdout


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("hello", b"hello\n"),
        ("hello\n", b"hello\n"),
        ("hello\n\n", b"hello\n\n"),
        ("", b"\n"),
        ("a\r\nb", b"a\r\nb\n"),
        ("long words beyond ten columns  ", b"long words beyond ten columns  \n"),
        (HOSTILE, HOSTILE.encode() + b"\n"),
        ("\ud83d", "\ufffd\n".encode()),
    ],
)
def test_a_pipe_gets_the_exact_bytes_and_one_newline_at_the_end(text, written):
    assert plain(text) == written


@given(st.text(st.sampled_from("a é😀\n\r\x1b\x9b\u202e*_`|<&")))
def test_a_pipe_gets_any_text_exactly(text):
    assert plain(text) == (text if text.endswith("\n") else text + "\n").encode()


def test_a_terminal_gets_it_inert_and_broken_between_words():
    assert plain(HOSTILE, tty=True).decode() == (
        "␛]52;c;aGk=␇<U+009B>2J␀<U+202E>␍[bold]x[/foo]\n:smile:\n{curly} %s\ntab\n"
    )


def test_a_character_split_over_two_pieces_arrives_whole():
    pipes = Pipes()
    show(PLAIN, pipes.terminal, [TextDelta("\ud83d"), TextDelta("\ude00"), Finished(reply("😀"))])
    assert pipes.stdout == "😀\n".encode()


def test_a_reply_that_was_not_streamed_is_written_once():
    pipes = Pipes()
    show(PLAIN, pipes.terminal, unstreamed("hello"))
    assert pipes.stdout == b"hello\n"


class _Recorder(io.BytesIO):
    """Notes what reached it by each flush."""

    def __init__(self) -> None:
        super().__init__()
        self.flushed: list[bytes] = []

    def flush(self) -> None:
        self.flushed.append(self.getvalue())


def test_each_piece_is_written_and_flushed_as_it_comes():
    stdout = _Recorder()
    show(PLAIN, Terminal(io.BytesIO(), stdout, io.BytesIO()), streamed("abcdef", 2))
    assert stdout.flushed == [b"ab", b"abcd", b"abcdef", b"abcdef\n"]


def test_reasoning_and_tool_calls_are_not_the_answer():
    pipes = Pipes()
    show(PLAIN, pipes.terminal, everything("It rains."))
    assert pipes.stdout == b"It rains.\n"
    assert pipes.stderr == 'note: tool call weather({"city": "Oslo"})\n'


def failed(pipes: Pipes, text: str, error: BrokenReplyError | InterruptError) -> None:
    renderer = PlainRenderer(pipes.terminal, Messages(pipes.terminal), usage=True)
    renderer.show(Started("mock", "m"))
    if text:
        renderer.show(TextDelta(text))
    renderer.fail(error)


@pytest.mark.parametrize(
    ("text", "written"), [("half", b"half\n"), ("half\n", b"half\n"), ("", b""), ("x\r", b"x\r\n")]
)
def test_on_failure_the_partial_text_stays_as_a_line_and_standard_error_says_why(text, written):
    pipes = Pipes()
    failed(pipes, text, BrokenReplyError("the reply was cut off", "try again"))
    assert pipes.stdout == written
    assert pipes.stderr == "error: the reply was cut off\nhint: try again\n"


def test_after_ctrl_c_the_message_starts_on_a_fresh_line():
    pipes = Pipes(tty=True)
    failed(pipes, "half", InterruptError("interrupted"))
    assert pipes.stdout == b"half\n"
    assert pipes.stderr == "\r\x1b[K\x1b[1;31merror:\x1b[0m interrupted\n"


def test_a_retry_is_said_on_standard_error():
    pipes = Pipes()
    retry = Retrying(1, ExitCode.SERVER, "the server failed", 0.5, "openai/b")
    show(PLAIN, pipes.terminal, [Started("mock", "m"), retry, *streamed("ok")[1:]])
    assert (pipes.stdout, pipes.stderr) == (
        b"ok\n",
        "note: attempt 1 failed (SERVER): the server failed; asking openai/b in 0.5 s\n",
    )


class _Closed(io.RawIOBase):
    def write(self, _data, /):
        raise BrokenPipeError


def test_a_reader_that_went_away_is_passed_on():
    terminal = Terminal(io.BytesIO(), _Closed(), io.BytesIO())
    with pytest.raises(BrokenPipeError):
        show(PLAIN, terminal, streamed("hello"))
