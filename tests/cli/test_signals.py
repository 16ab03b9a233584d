"""Signals: at any moment the first ends the call tidily and soon, and a second one at once."""

import os
import re
import select
import signal
import sys
import time
from contextlib import ExitStack, suppress
from itertools import product
from pathlib import Path

import pytest

from hello_llm.cli import signals
from hello_llm.cli.out_file import writing_to
from hello_llm.cli.signals import Stop, TerminatedError
from hello_llm.contract import InterruptError
from hello_llm.rendering.messages import Messages
from tests.cli.calls import asking, called, left_of, until, usable
from tests.cli.person import A_MOMENT_S, Person
from tests.cli.program import program, shell
from tests.faults.catalogue import BY_ID
from tests.faults.launcher import launching
from tests.faults.stage import staged
from tests.rendering.screens import Pipes
from tests.servers import OpenAI, Script, ScriptedServer

SOON_S = 3.0
"""The promise is one second; the tests share their machine."""
SETTLE_S = 0.4
"""Until what the server sent has been read and shown."""
INT, TERM, HUP = signal.SIGINT, signal.SIGTERM, signal.SIGHUP
CODES = {INT: 130, TERM: 143, HUP: 143}
WORDS = {INT: "error: interrupted", TERM: "error: terminated", HUP: "error: terminated"}
FORMS = {
    "text": ("--stream",),
    "document": ("--stream", "--output", "json"),
    "events": ("--stream", "--json"),
    "rich": ("--stream",),
}
EVERY = tuple(product(FORMS, (INT, TERM)))
STALLED = Script(chunks=("Hello", " there"), end="stall")
REFUSED = Script(status=503, headers=(("Retry-After", "30"),))


@pytest.fixture(scope="module")
def launcher(shared_warmth):
    with launching(warm=shared_warmth) as launcher:
        yield launcher


@pytest.fixture
def start(launcher, tmp_path):
    """Starts the call that asks for a form and gets a signal."""
    with ExitStack() as stack:

        def start(form, number, base, **around):
            argv = asking(base, *FORMS[form])
            folder = tmp_path / f"{form}-{number}"
            call = called(launcher, folder, argv, window=form == "rich", **around)
            return stack.enter_context(call)

        yield start


def wait_for_request(server, call, said):
    until(lambda: server.requests and said in call.said)


def wait_for_import(call):
    """Wait until the first module of LiteLLM is imported; each is told on standard error."""
    until(lambda: re.search(r"\| +litellm\.", call.said))


def struck(calls, settle_s=SETTLE_S):
    """Strike each call; return what is left of it, when all ended soon."""
    time.sleep(settle_s)
    for (_, number), call in calls.items():
        call.strike(number)
    left = {key: left_of(key[0], call.end()) for key, call in calls.items()}
    assert [key for key, call in calls.items() if call.lasted_s > SOON_S] == []
    assert all(usable(call.window.screen) for call in calls.values() if call.window)
    return left


def expected(text, every=EVERY):
    return {(form, number): (CODES[number], text, WORDS[number]) for form, number in every}


@pytest.mark.parametrize(
    ("script", "said", "text"),
    [
        pytest.param(Script(chunks=(), end="stall"), "", "", id="waiting for the first token"),
        pytest.param(STALLED, "", "Hello there", id="streaming"),
        pytest.param(REFUSED, "note: attempt 1 failed", "", id="waiting for the next attempt"),
    ],
)
def test_the_first_signal_keeps_and_marks_what_arrived_and_leaves_the_server(
    start, script, said, text
):
    with ExitStack() as stack:
        servers = {key: stack.enter_context(ScriptedServer(OpenAI(), script)) for key in EVERY}
        calls = {key: start(*key, f"{server.url}/v1") for key, server in servers.items()}
        for key, call in calls.items():
            wait_for_request(servers[key], call, said)
        assert struck(calls) == expected(text)
        for server in servers.values():
            (connection,) = server.connections
            assert connection.wait_closed(SOON_S)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux drops what it cannot accept")
def test_a_signal_ends_the_making_of_a_connection(start):
    with staged(BY_ID["sigint-connect"], "openai") as stage:
        before = connecting()
        calls = {key: start(*key, stage.api_base) for key in EVERY}
        until(lambda: connecting() - before >= len(calls))
        assert struck(calls) == expected("")


def connecting():
    """Count the connections of this machine that nobody has accepted yet."""
    rows = Path("/proc/net/tcp").read_text().splitlines()
    return sum(row.split()[3] == "02" for row in rows)


def test_a_signal_ends_the_import_of_litellm(start, openai_server):
    around = {"cold": True, "env": {"PYTHONPROFILEIMPORTTIME": "1"}}
    every = (("text", INT), ("document", TERM))
    calls = {key: start(*key, f"{openai_server.url}/v1", **around) for key in every}
    for call in calls.values():
        wait_for_import(call)
    assert struck(calls, settle_s=0) == expected("", every)
    assert openai_server.requests == []


@pytest.mark.parametrize(
    ("script", "said"),
    [
        pytest.param(Script(chunks=(), end="stall"), "", id="waiting for the first token"),
        pytest.param(STALLED, "", id="streaming"),
        pytest.param(REFUSED, "note: attempt 1 failed", id="waiting for the next attempt"),
    ],
)
def test_a_reader_that_leaves_ends_a_call_to_which_nothing_comes(start, script, said):
    with ScriptedServer(OpenAI(), script) as server:
        call = start("text", signal.SIGPIPE, f"{server.url}/v1", stdout="head")
        with call.place.stdout.open("rb"):
            wait_for_request(server, call, said)
            time.sleep(SETTLE_S)
        left_at = time.monotonic()
        ended = call.end()
        (connection,) = server.connections
        assert connection.wait_closed(SOON_S)
    assert ended.code == 141
    assert ended.stderr.count("\n") == bool(said)
    assert call.ended_at - left_at < SOON_S


@pytest.fixture
def blocked():
    """The writing end of a pipe with little room, whose reader stands still."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with suppress(BlockingIOError):
        while True:
            os.write(writing, bytes(4096))
    os.set_blocking(writing, True)
    os.read(reading, 4096)
    yield writing
    os.close(reading)
    os.close(writing)


def writing_into(pipe):
    """Return somebody whose program is in the middle of a long document."""
    person = Person("chat", "x" * 10_000, "--json", "--no-stdin", stdout=pipe)
    until(lambda: not select.select([], [pipe], [], 0)[1])
    time.sleep(A_MOMENT_S)
    return person


@pytest.mark.parametrize("number", [INT, TERM])
def test_a_call_ends_though_its_reader_stands_still(blocked, number):
    with writing_into(blocked) as person:
        struck_at = time.monotonic()
        os.kill(person.process.pid, number)
        assert person.wait_for_end() == CODES[number]
        assert time.monotonic() - struck_at < SOON_S
        assert usable(person.screen)


# What the first signal begins takes as long as it likes.
_PATIENT = """
from hello_llm import __main__
from hello_llm.cli import signals
signals._TIDY_S = 3600
__main__.main()
"""


@pytest.mark.parametrize(("first", "second"), [(INT, INT), (INT, TERM), (TERM, INT)])
def test_a_second_signal_waits_for_nothing(monkeypatch, blocked, first, second):
    monkeypatch.setattr("tests.cli.person.COMMAND", (sys.executable, "-c", _PATIENT))
    with writing_into(blocked) as person:
        os.kill(person.process.pid, first)
        time.sleep(A_MOMENT_S)
        assert person.process.poll() is None
        os.kill(person.process.pid, second)
        assert person.wait_for_end() == CODES[second]
        assert person.screen.written.endswith(b"\r\n")
        assert usable(person.screen)


def test_a_terminal_that_closes_ends_the_call(openai_server):
    openai_server.play(STALLED)
    with Person(*asking(f"{openai_server.url}/v1", "--stream")) as person:
        person.wait_for("Hello there")
        time.sleep(A_MOMENT_S)
        with Path(os.devnull).open() as nothing:
            os.dup2(nothing.fileno(), person._master)
        assert person.process.wait(SOON_S) == 143
    assert openai_server.connections[0].wait_closed(SOON_S)


def interrupted_after_a_word(terminal):
    terminal.write_stdout(b"Hello")
    raise InterruptError("interrupted")


def test_the_echo_of_ctrl_c_is_wiped_off_before_it_is_told_what_is_left_of_a_file(tmp_path):
    pipes = Pipes(tty=True)
    into = writing_to(tmp_path / "answer", pipes.terminal, Messages(pipes.terminal, color="never"))
    with pytest.raises(InterruptError), into as terminal:
        interrupted_after_a_word(terminal)
    assert pipes.stderr.startswith("\r\x1b[Knote: the partial answer was discarded; ")


@pytest.mark.in_process
@pytest.mark.parametrize("number", [INT, TERM])
def test_a_signal_while_a_mistake_is_told_ends_the_program_too(monkeypatch, number):
    monkeypatch.setattr("hello_llm.cli.app.report", lambda *_: signal.raise_signal(number))
    assert program("chat", "--nonsense").code == CODES[number]


# Ctrl-C comes when the program asks for its own modules.
_EARLY = """
import signal, sys
from hello_llm import __main__
class Interrupted:
    def find_spec(name, *_):
        if name == "hello_llm.cli.app":
            signal.raise_signal(signal.SIGINT)
sys.meta_path.insert(0, Interrupted)
__main__.main()
"""


def test_ctrl_c_before_the_program_is_loaded_ends_it_the_same_way():
    ended = shell('exec "$1" -c "$PROGRAM"', PROGRAM=_EARLY)
    assert (ended.code, ended.stdout, ended.stderr) == (130, b"", "error: interrupted\n")


@pytest.fixture
def stop(monkeypatch):
    """Hears the signals of this process for a while; `left` are those at which it would end."""
    before = {number: signal.getsignal(number) for number in CODES}
    left: list[int] = []
    monkeypatch.setattr(signals, "_leave", left.append)
    monkeypatch.setattr(signals, "_TIDY_S", 0.05)
    stop = Stop()
    yield stop, left
    stop.resume()
    for number, handler in before.items():
        signal.signal(number, handler)


def test_a_signal_that_was_obeyed_in_time_ends_nothing_later(stop):
    stop, left = stop
    stop.install()
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(INT)
    stop.resume()
    with pytest.raises(TerminatedError):
        signal.raise_signal(HUP)
    until(lambda: left == [HUP])


def test_what_was_ignored_from_the_start_stays_ignored(stop):
    signal.signal(INT, signal.SIG_IGN)
    signal.signal(HUP, signal.SIG_IGN)
    stop[0].install()
    assert [signal.getsignal(number) for number in (INT, HUP)] == [signal.SIG_IGN] * 2
    with pytest.raises(TerminatedError):
        signal.raise_signal(TERM)
