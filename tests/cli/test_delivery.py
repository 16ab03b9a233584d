"""How a call can end: in full, cut off, too late, stopped by a person, or without a reader."""

import json
import os
import signal
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from hello_llm.providers.litellm.loader import load
from tests.cli.person import A_MOMENT_S, Person
from tests.cli.program import COMMAND, Ended, program, shell
from tests.servers import Script

FORMS = ["--output plain", "--output rich", "--json", "--stream", "--stream --json"]
STALLED = Script(chunks=("Hello", " there"), end="stall")


def asking(server, *flags):
    base = f"{server.url}/v1"
    return (
        "chat",
        "hi",
        "--provider",
        "litellm",
        "--model",
        "openai/x",
        "--api-base",
        base,
        *flags,
    )


@pytest.fixture
def cut(openai_server):
    """The address of a server whose stream is cut in its middle, and what is said of it."""
    openai_server.play(Script(chunks=("Hello", " there"), end="rst"))
    return (
        f"error: 127.0.0.1:{openai_server.port} closed the connection in the middle of a reply\n"
        "hint: the partial answer is kept; try again\n"
    )


def test_a_cut_off_stream_keeps_what_arrived_once_and_is_no_success(openai_server, cut):
    ended = program(*asking(openai_server, "--stream"))
    assert (ended.code, ended.stdout, ended.stderr) == (9, b"Hello there\n", cut)


def test_a_cut_off_stream_as_a_document_is_marked_as_incomplete(openai_server, cut):
    ended = program(*asking(openai_server, "--stream", "--output", "json"))
    assert (ended.code, ended.stderr) == (9, cut)
    document = ended.document
    assert (document["ok"], document["complete"], document["text"]) == (False, False, "Hello there")
    assert (document["finish_reason"], document["attempts"]) == (None, 1)


def test_a_cut_off_stream_as_events_ends_in_one_error(openai_server, cut):
    ended = program(*asking(openai_server, "--stream", "--json"))
    assert (ended.code, ended.stderr) == (9, cut)
    start, *deltas, error = ended.events
    assert start["event"] == "start"
    assert "".join(delta["text"] for delta in deltas) == "Hello there"
    assert (error["event"], error["ok"], error["exit_code"]) == ("error", False, 9)
    assert error["text"] == "Hello there"


def test_an_answer_that_a_filter_stopped_is_kept_and_no_success(openai_server):
    openai_server.play(Script(finish="content_filter"))
    ended = program(*asking(openai_server, "--stream"))
    assert (ended.code, ended.stdout) == (10, b"Hello, world!\n")
    assert ended.stderr == (
        "error: a content filter stopped the reply\n"
        "hint: change the prompt, or the filter's settings with the vendor\n"
    )


@pytest.mark.parametrize(("stream", "kept"), [("--stream", b"Hello there\n"), ("--no-stream", b"")])
def test_the_deadline_is_named_with_its_flag_and_what_arrived_is_kept(openai_server, stream, kept):
    load()
    openai_server.play(STALLED)
    ended = program(*asking(openai_server, stream, "--timeout", "1.5"))
    assert (ended.code, ended.stdout) == (7, kept)
    assert ended.stderr == (
        "error: no complete reply within 1.5 s (the total deadline)\n"
        "hint: raise it with --timeout SECONDS, 0 turns it off\n"
    )
    assert openai_server.connections[0].wait_closed(30)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has it")
@pytest.mark.parametrize("form", FORMS)
def test_a_full_disk_is_said_and_is_no_success(form):
    ended = shell(f'"$@" chat hi {form} >/dev/full')
    assert (ended.code, ended.stderr) == (
        13,
        (
            "error: cannot write the answer: No space left on device\n"
            "hint: free some space, or choose another place with --out FILE\n"
        ),
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has it")
def test_a_failed_call_onto_a_full_disk_is_still_explained():
    ended = shell('"$@" chat hi --model gpt-4o-mini --json >/dev/full')
    assert ended.code == 13
    assert ended.stderr == (
        "error: model 'gpt-4o-mini' has no vendor prefix\nhint: --model openai/gpt-4o-mini\n"
    )


def test_a_closed_standard_output_is_said_and_is_no_success():
    ended = shell('"$@" chat hi >&-')
    assert (ended.code, ended.stderr) == (
        13,
        (
            "error: cannot write the answer: the stream is closed\n"
            "hint: free some space, or choose another place with --out FILE\n"
        ),
    )


def test_a_closed_standard_error_does_not_matter():
    ended = shell('"$@" chat hi --usage 2>&-')
    assert (ended.code, ended.stdout) == (0, b"Hello! You said: hi\n")


@pytest.mark.parametrize("form", FORMS)
def test_a_reader_that_left_ends_the_call_in_silence(form):
    ended = shell(f'{{ sleep 0.3; "$@" chat hi {form}; echo $? >&2; }} | true')
    assert ended.stderr == "141\n"


@contextmanager
def started(server, *flags):
    with subprocess.Popen(
        [*COMMAND, *asking(server, "--stream", *flags)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            yield process
        finally:
            process.kill()  # a run that does not end must not hold up the tests


def test_head_ends_a_slow_stream_on_both_sides(openai_server):
    openai_server.play(Script(chunks=("line\n",) * 10_000, delay_s=0.05))
    with started(openai_server) as process:
        assert process.stdout.readline() == b"line\n"
        process.stdout.close()
        assert process.wait(timeout=30) == 141
        assert process.stderr.read() == b""
    assert openai_server.connections[0].wait_closed(30)


def stopped(server, number, *flags):
    """The end of a run that got the signal after both pieces of a stalled answer arrived."""
    server.play(STALLED)
    with started(server, *flags) as process:
        seen = b""
        while b" there" not in seen:
            seen += process.stdout.read1()
        time.sleep(A_MOMENT_S)
        os.kill(process.pid, number)
        code = process.wait(timeout=30)
        ended = Ended(code, seen + process.stdout.read(), process.stderr.read().decode())
    assert server.connections[0].wait_closed(30)
    return ended


def test_ctrl_c_keeps_what_arrived_and_says_so(openai_server):
    ended = stopped(openai_server, signal.SIGINT)
    assert (ended.code, ended.stdout) == (130, b"Hello there\n")
    assert ended.stderr == "error: interrupted\n"


def test_sigterm_ends_the_call_as_tidily(openai_server):
    ended = stopped(openai_server, signal.SIGTERM, "--json")
    assert (ended.code, ended.stderr) == (143, "error: terminated\n")
    end = json.loads(ended.stdout.splitlines()[-1])
    assert end["event"] == "error"
    assert (end["exit_code"], end["text"], end["complete"]) == (143, "Hello there", False)


def test_ctrl_c_on_a_terminal_marks_the_answer_and_leaves_the_terminal_as_it_was(openai_server):
    openai_server.play(Script(chunks=("Hello", " there"), delay_s=0.2, end="stall"))
    with Person(*asking(openai_server, "--stream"), columns=60) as person:
        person.wait_for("Hello there")
        person.interrupt()
        assert person.wait_for_end() == 130
        assert person.shown == "openai/x · litellm\nHello there\nincomplete\nerror: interrupted"
    written = person.screen.written
    assert written.rfind(b"\x1b[?25l") <= written.rfind(b"\x1b[?25h")
    assert written.rfind(b"\x1b[?7l") < written.rfind(b"\x1b[?7h")


@pytest.mark.parametrize("environ", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=str)
def test_a_terminal_without_colour_gets_none(environ):
    with Person("chat", "--stream", "**hi**", "--no-stdin", **environ) as person:
        assert person.wait_for_end() == 0
        assert "Hello! You said: " in person.shown
        assert "cost" in person.shown
    assert not any(f"[3{digit}m".encode() in person.screen.written for digit in range(8))
    assert (b"\x1b" in person.screen.written) is ("NO_COLOR" in environ)


def test_what_a_model_says_cannot_act_on_the_terminal():
    hostile = "[bold]x[/foo] :smile: \x1b]0;title\x07 \x1b[2J \x9b31m"
    with Person("chat", hostile, "--stream") as person:
        assert person.wait_for_end() == 0
        assert "[bold]x[/foo] :smile: ␛]0;title␇ ␛[2J <U+009B>31m" in person.shown
    assert b"\x1b]0;" not in person.screen.written
    assert b"\x1b[2J" not in person.screen.written
