"""Many starts at once, after a kill or within a stop: one warm process, and all succeed."""

import os
import signal
import socket
import subprocess
from contextlib import suppress

import pytest

from hello_llm.warm.place import socket_name
from tests.cli.calls import asking, until
from tests.cli.program import child
from tests.warm.bare import bare_holder
from tests.warm.processes import gone, holders
from tests.warm.running import COMMAND
from tests.warm.test_warm_command import pid_said

PATIENCE_S = 120.0


def starts(count, *more):
    """Start so many warm processes at once, and make the calls `more`; return what they said."""
    commands = [[*COMMAND, "warm", "start"] for _ in range(count)] + [
        [*COMMAND, *words] for words in more
    ]
    running = [
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for command in commands
    ]
    said = [it.communicate(timeout=PATIENCE_S) for it in running]
    return [(it.returncode, *told) for it, told in zip(running, said, strict=True)]


def all_name_one(ended, runtime):
    assert {(code, err) for code, _, err in ended} == {(0, "")}
    (pid,) = {pid_said(out) for _, out, _ in ended}
    until(lambda: holders(runtime, spare=False) == [pid])
    return pid


def test_all_succeed_after_a_kill_again_and_again(runtime):
    for _ in range(3):
        pid = all_name_one(starts(8), runtime)
        assert child("warm", "start").text == f"warm process {pid} is already running\n"
        os.kill(pid, signal.SIGKILL)
        until(lambda: gone(pid))  # noqa: B023 - called at once
        assert (runtime / "hello-llm" / socket_name()).is_socket()


def test_calls_that_start_one_besides_are_answered_too(runtime, openai_server):
    with bare_holder() as holder:
        holder.kill()
    call = asking(f"{openai_server.url}/v1", "--warm")
    ended = starts(4, *[call] * 4)
    assert [it[1] for it in ended[4:]] == ["Hello, world!\n"] * 4
    all_name_one(ended[:4], runtime)


def test_those_who_wait_take_over_where_one_is_killed_as_it_comes_up(runtime):
    running = [
        subprocess.Popen([*COMMAND, "warm", "start"], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    until(lambda: holders(runtime) != [] and (runtime / "hello-llm").exists())
    for pid in holders(runtime)[:2]:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    said = [it.communicate(timeout=PATIENCE_S)[0] for it in running]
    assert [it.returncode for it in running] == [0] * 4
    (pid,) = {pid_said(text) for text in said}
    until(lambda: holders(runtime, spare=False) == [pid])


def test_a_stop_in_the_middle_of_starts_leaves_one_or_none(runtime):
    ended = starts(3, ("warm", "stop"), ("warm", "stop"))
    assert [code for code, *_ in ended[3:]] == [0, 0]
    left = child("warm", "stop")
    assert left.code == 0
    until(lambda: holders(runtime) == [])
    assert list(runtime.iterdir()) == []


def test_a_stop_never_takes_the_socket_of_one_that_comes_up(runtime):
    with bare_holder(
        "import time; from hello_llm.warm import holder as h; r = h.os.rename;"
        "h.os.rename = lambda *a, **k: (time.sleep(1), r(*a, **k))"
    ) as holder:
        assert child("chat", "hi").text == f"chat hi by {holder.pid}\n"


@pytest.mark.parametrize("what", ["stale", "unheard"])
def test_what_a_kill_left_is_removed_by_the_next(runtime, what):
    folder = runtime / "hello-llm"
    folder.mkdir(mode=0o700)
    name = socket_name() if what == "stale" else f"{socket_name()}.new"
    with socket.socket(socket.AF_UNIX) as left:
        before = os.open(".", os.O_RDONLY)
        os.chdir(folder)
        left.bind(name)
        os.fchdir(before)
        os.close(before)
    with bare_holder() as holder:
        assert child("chat", "hi").text == f"chat hi by {holder.pid}\n"
        assert [it.name for it in folder.iterdir()] == [socket_name()]


def test_a_process_that_cannot_be_forked_for_a_call_says_why():
    patch = "import errno; holder.os.fork = lambda: (_ for _ in ()).throw(OSError(11, 'No room'))"
    with bare_holder(patch):
        for _ in range(3):
            called = child("chat", "hi", "--verbose")
            assert (called.code, called.text) == (0, "Hello! You said: hi\n")
            assert "note: warm: no, it does not answer (no fork: No room)\n" in called.stderr


def test_one_that_has_no_descriptor_left_answers_when_it_has_again():
    patch = "import resource as r; r.setrlimit(r.RLIMIT_NOFILE, (16, 16))"
    with bare_holder(patch) as holder:
        calls = [
            subprocess.Popen(
                [*COMMAND, "chat", "slowly"], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL
            )
            for _ in range(12)
        ]
        for call in calls:
            call.communicate(timeout=PATIENCE_S)
            assert call.returncode in {0, 1}
        assert holder.poll() is None
