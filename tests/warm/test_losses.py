"""What a signal, a kill or a standstill of one of the three processes leaves of a call."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

import pytest

from tests.cli.calls import asking, until, usable
from tests.cli.person import A_MOMENT_S, Person
from tests.cli.program import child
from tests.servers import Script
from tests.warm.bare import bare_holder
from tests.warm.processes import children, gone, only_child, state
from tests.warm.running import COMMAND, told

PATIENCE_S = 20.0
STALLED = Script(chunks=("Hello there",), end="stall")
INT, TERM, HUP, KILL = signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL
_STREAMED = b"Hello there"


class Caller:
    """A client in the middle of a call of a warm process, with a pipe for its output."""

    def __init__(self, holder, server, *flags, script=STALLED):
        server.play(script)
        self.server = server
        argv = asking(f"{server.url}/v1", "--stream", *flags)
        # A process group that is not orphaned, so that Ctrl-Z is obeyed.
        self.process = subprocess.Popen(
            [*COMMAND, *argv],
            bufsize=0,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            process_group=0,
        )
        assert self.process.stdout is not None
        self.came = self.process.stdout.read(5 if flags == () else 1)
        time.sleep(A_MOMENT_S)
        self.fork = only_child(holder)

    def end(self):
        """Wait for the end; return the exit code, all of standard output, and standard error."""
        rest, said = self.process.communicate(timeout=PATIENCE_S)
        assert self.server.connections[-1].wait_closed(PATIENCE_S)
        until(lambda: gone(self.fork))
        return self.process.returncode, self.came + rest, said.decode()


@pytest.fixture
def call(warm, openai_server):
    """Starts a call of the shared warm process."""
    callers = []
    holder = warm.pid

    def call(*flags, **how):
        callers.append(Caller(holder, openai_server, *flags, **how))
        return callers[-1]

    yield call
    for caller in callers:
        with suppress(ProcessLookupError):
            os.kill(caller.process.pid, KILL)
            caller.process.communicate()
    until(lambda: children(holder) == [])


@pytest.mark.parametrize(
    ("number", "code", "said"),
    [
        (INT, 130, "error: interrupted\n"),
        (TERM, 143, "error: terminated\n"),
        (HUP, 143, "error: terminated\n"),
    ],
)
def test_a_signal_ends_the_call_as_it_ends_a_cold_one(call, number, code, said):
    caller = call()
    caller.process.send_signal(number)
    assert caller.end() == (code, _STREAMED + b"\n", said)


def test_ctrl_c_at_a_terminal_ends_the_call(warm, openai_server):
    openai_server.play(STALLED)
    with Person(*asking(f"{openai_server.url}/v1", "--stream")) as person:
        person.wait_for("Hello there")
        fork = only_child(warm.pid)
        person.interrupt()
        assert person.wait_for_end() == 130
        assert "error: interrupted" in person.shown
        assert usable(person.screen)
    until(lambda: gone(fork))


def test_a_terminal_that_closes_ends_the_call(warm, openai_server):
    openai_server.play(STALLED)
    with Person(*asking(f"{openai_server.url}/v1", "--stream")) as person:
        person.wait_for("Hello there")
        fork = only_child(warm.pid)
        time.sleep(A_MOMENT_S)
        with open(os.devnull) as nothing:  # noqa: PTH123 - a descriptor
            os.dup2(nothing.fileno(), person._master)
        assert person.process.wait(PATIENCE_S) == 143
    until(lambda: gone(fork))


def test_ctrl_z_stops_both_and_the_call_goes_on_after_it(call):
    caller = call(script=Script(chunks=("Hello", " there"), delay_s=0.8))
    caller.process.send_signal(signal.SIGTSTP)
    until(lambda: state(caller.process.pid) == state(caller.fork) == "T")
    time.sleep(1.5)
    assert state(caller.process.pid) == state(caller.fork) == "T"
    caller.process.send_signal(signal.SIGCONT)
    assert caller.process.communicate(timeout=PATIENCE_S) == (b" there\n", b"")
    assert caller.process.returncode == 0


def test_ctrl_z_works_more_than_once(call):
    caller = call()
    for _ in range(3):
        caller.process.send_signal(signal.SIGTSTP)
        until(lambda: state(caller.process.pid) == state(caller.fork) == "T")
        caller.process.send_signal(signal.SIGCONT)
        until(lambda: state(caller.process.pid) == state(caller.fork) == "S")
    caller.process.send_signal(INT)
    assert caller.end()[0] == 130


def test_a_client_that_was_stopped_can_be_terminated(call):
    caller = call()
    caller.process.send_signal(signal.SIGTSTP)
    until(lambda: state(caller.process.pid) == state(caller.fork) == "T")
    caller.process.send_signal(TERM)
    caller.process.send_signal(signal.SIGCONT)
    assert caller.end() == (143, _STREAMED + b"\n", "error: terminated\n")


def test_the_fork_of_a_client_that_was_killed_ends_too(call):
    caller = call()
    os.kill(caller.process.pid, KILL)
    assert caller.end() == (-KILL, _STREAMED + b"\n", "error: the caller has ended\n")


@pytest.mark.parametrize("flags", [(), ("--json",)])
def test_a_fork_that_was_killed_is_told_by_its_client(call, flags):
    caller = call(*flags)
    os.kill(caller.fork, KILL)
    code, stdout, said = caller.end()
    assert (code, said) == (9, "error: the warm process was killed during this call\n")
    assert b"Hello" in stdout


def test_a_fork_that_was_killed_leaves_the_terminal_usable(warm, openai_server):
    openai_server.play(STALLED)
    with Person(*asking(f"{openai_server.url}/v1", "--stream")) as person:
        person.wait_for("Hello there")
        os.kill(only_child(warm.pid), KILL)
        assert person.wait_for_end() == 9
        assert "error: the warm process was killed during this call" in person.shown
        assert usable(person.screen)


@pytest.mark.parametrize("flags", [("--json",), ()])
def test_a_call_whose_warm_process_is_killed_keeps_and_marks_what_arrived(
    own, openai_server, flags
):
    holder = own.pid
    caller = Caller(holder, openai_server, *flags)
    os.kill(holder, KILL)
    code, stdout, said = caller.end()
    assert code == 143
    assert said == "error: the warm process was killed\n"
    if flags:
        last = stdout.decode().splitlines()[-1]
        assert '"complete": false' in last
        assert '"text": "Hello there"' in last
    else:
        assert stdout == _STREAMED + b"\n"
    openai_server.play()
    next_one = child(*asking(f"{openai_server.url}/v1"))
    assert (next_one.code, next_one.text, next_one.stderr) == (0, "Hello, world!\n", "")
    assert "is ready" in told({}, "start")
    assert child("chat", "hi", "--verbose").stderr.startswith("note: warm: a fork of process ")


_IMPATIENT = """
from hello_llm import __main__
from hello_llm.warm import client
client.TIMEOUT_S = 0.5
__main__.main()
"""


def test_a_call_is_cold_where_the_warm_process_stands_still():
    with bare_holder() as holder:
        holder.send_signal(signal.SIGSTOP)
        command = [sys.executable, "-c", _IMPATIENT, "chat", "hi", "--verbose"]
        # Whoever reads the output sees its end: none of it waits in the socket that nobody reads.
        call = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE_S, check=True
        )
        assert call.stdout == b"Hello! You said: hi\n"
        assert b"note: warm: no, it does not answer (timed out)\n" in call.stderr
        stopped = child("warm", "stop")
        assert stopped.text == f"warm process {holder.pid} has been told to end\n"
        holder.send_signal(signal.SIGCONT)
        assert holder.wait(PATIENCE_S) == 0


def test_a_call_of_a_warm_process_that_is_killed_before_it_answers_is_cold():
    with bare_holder() as holder:
        holder.send_signal(signal.SIGSTOP)
        command = [*COMMAND, "chat", "hi", "--verbose"]
        with subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as call:
            time.sleep(1)
            holder.kill()
            said, notes = call.communicate()
        assert (call.returncode, said) == (0, "Hello! You said: hi\n")
        assert "note: warm: no, it " in notes


@pytest.mark.parametrize("flags", [(), ("--json",)])
def test_a_second_signal_waits_for_nothing(warm, flags):
    reading, writing = os.pipe()
    command = [*COMMAND, "chat", "x" * 100_000, "--no-stdin", *flags]
    call = subprocess.Popen(command, stdout=writing, stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        fork = only_child(warm.pid)
        time.sleep(2 * A_MOMENT_S)
        assert call.poll() is None
        call.send_signal(TERM)
        call.send_signal(TERM)
        assert call.wait(PATIENCE_S) == 143
    finally:
        call.kill()
        call.wait()
        os.close(reading)
    until(lambda: gone(fork))


def test_a_call_that_its_fork_cannot_take_over_is_cold():
    with bare_holder("fork.adopt = None"):
        called = child("chat", "hi", "--verbose")
    assert (called.code, called.text) == (0, "Hello! You said: hi\n")
    assert "note: warm: no, its fork failed\n" in called.stderr
