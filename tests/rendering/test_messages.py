"""What is said on standard error."""

import errno
import io

import pytest

from hello_llm.contract import AuthError, ExitCode, InterruptError, Retrying
from hello_llm.rendering.messages import Messages
from hello_llm.rendering.terminal import Terminal
from hello_llm.secrets.redactor import Redactor
from tests.rendering.screens import Pipes, Screen

LONG = "OPENAI_API_KEY is not set, and openai/gpt-4o-mini needs it" * 4


def test_an_error_is_the_cause_and_what_repairs_it_and_is_never_wrapped():
    pipes = Pipes({"COLUMNS": "20"})
    Messages(pipes.terminal).error(AuthError(LONG, "export OPENAI_API_KEY=…   or another"))
    assert pipes.stderr == f"error: {LONG}\nhint: export OPENAI_API_KEY=…   or another\n"
    assert pipes.stdout == b""


def test_an_error_without_a_hint_is_one_line():
    pipes = Pipes()
    Messages(pipes.terminal).error(AuthError("no"))
    assert pipes.stderr == "error: no\n"


def test_labels_are_coloured_on_a_terminal_and_bold_with_no_color():
    error = AuthError("no", "yes")
    for environ, expected in (
        ({}, "\x1b[1;31merror:\x1b[0m no\n\x1b[1;36mhint:\x1b[0m yes\n"),
        ({"NO_COLOR": "1"}, "\x1b[1merror:\x1b[0m no\n\x1b[1mhint:\x1b[0m yes\n"),
        ({"TERM": "dumb"}, "error: no\nhint: yes\n"),
    ):
        pipes = Pipes(environ, tty=True)
        Messages(pipes.terminal).error(error)
        assert pipes.stderr == expected


def test_a_message_stays_one_sentence_whatever_a_server_put_into_it():
    pipes = Pipes()
    hostile = "bad\r\n  request\x1b[2J\u2028more\u202e\tsk-abcdefgh12345678\n"
    Messages(pipes.terminal, redact=Redactor(["more"])).error(AuthError(hostile))
    assert pipes.stderr == "error: bad request␛[2J more<U+202E> [redacted]\n"


def test_quiet_leaves_errors_only():
    pipes = Pipes()
    messages = Messages(pipes.terminal, quiet=True)
    messages.warning("w")
    messages.note("n")
    messages.retrying(Retrying(1, ExitCode.SERVER, "busy", 0.5, "openai/b"))
    assert pipes.stderr == ""
    messages.error(AuthError("e"))
    assert pipes.stderr == "error: e\n"


def test_warnings_notes_and_retries_are_one_line_each():
    pipes = Pipes()
    messages = Messages(pipes.terminal)
    messages.warning("the answer is cut off")
    messages.note("reading standard input")
    messages.retrying(Retrying(1, ExitCode.RATE_LIMITED, "too many requests", 1.25, "openai/b"))
    assert pipes.stderr == (
        "warning: the answer is cut off\n"
        "note: reading standard input\n"
        "note: attempt 1 failed (RATE_LIMITED): too many requests; asking openai/b in 1.2 s\n"
    )


class _Broken(io.RawIOBase):
    def write(self, _data, /):
        raise OSError(errno.EPIPE, "gone")


def test_a_broken_standard_error_is_no_error():
    Messages(Terminal(io.BytesIO(), io.BytesIO(), _Broken())).error(AuthError("e", "h"))


def test_the_echo_of_ctrl_c_is_removed_on_a_terminal_only():
    for environ, tty, expected in (
        ({}, True, "\r\x1b[K"),
        ({"TERM": "dumb"}, True, "\n"),
        ({}, False, ""),
    ):
        pipes = Pipes(environ, tty=tty)
        Messages(pipes.terminal).clear_echo(InterruptError("interrupted"))
        Messages(pipes.terminal).clear_echo(AuthError("not typed"))
        assert pipes.stderr == expected


def shown(columns=40, environ=None):
    screen = Screen(columns)
    return screen, Messages(screen.terminal(environ))


def test_what_is_waited_for_stands_in_one_row_and_is_replaced_by_what_follows():
    screen, messages = shown()
    messages.waiting("loading LiteLLM (0.4 s)")
    assert screen.rows() == ["loading LiteLLM (0.4 s)"]
    messages.waiting("connecting (0.1 s)")
    assert screen.rows() == ["connecting (0.1 s)"]
    messages.note("asking again")
    assert screen.rows() == ["note: asking again"]
    messages.waiting("connecting (0.2 s)")
    messages.end_waiting()
    assert screen.rows() == ["note: asking again"]


@pytest.mark.parametrize("columns", [1, 2, 10, 39])
def test_what_is_waited_for_never_takes_a_second_row(columns):
    screen, messages = shown(columns)
    messages.waiting("waiting for the first token (12.3 s)")
    messages.end_waiting()
    assert screen.rows() == []


@pytest.mark.parametrize(
    ("environ", "quiet"),
    [
        ({"TERM": "dumb"}, False),
        ({}, True),
    ],
)
def test_nothing_is_said_of_waiting_where_it_could_not_be_erased_or_is_not_wanted(environ, quiet):
    at = Screen()
    messages = Messages(at.terminal(environ), quiet=quiet)
    messages.waiting("loading LiteLLM")
    messages.end_waiting()
    assert at.written == b""


def test_nothing_is_said_of_waiting_in_a_pipe():
    pipes = Pipes()
    messages = Messages(pipes.terminal)
    messages.waiting("loading LiteLLM")
    messages.end_waiting()
    assert (pipes.stdout, pipes.stderr) == (b"", "")


@pytest.mark.parametrize(
    ("options", "shown"),
    [({}, ""), ({"verbose": True}, "note: x\n"), ({"verbose": True, "quiet": True}, "")],
)
def test_a_detail_is_for_verbose_alone(options, shown):
    pipes = Pipes()
    Messages(pipes.terminal, **options).detail("x")
    assert pipes.stderr == shown
