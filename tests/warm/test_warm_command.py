"""The three commands: start, status, stop."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hello_llm.warm.place import SOCKET_ENDING, socket_name
from tests.cli.calls import asking, until
from tests.cli.program import child, program
from tests.servers import Script
from tests.warm.bare import bare_holder
from tests.warm.processes import gone, holders
from tests.warm.running import COMMAND, warm_process

_HOLDER = (sys.executable, "-m", "hello_llm.cli.holder")


def pid_said(text):
    (pid,) = re.findall(r"warm process (\d+)", text)
    return int(pid)


def test_its_life_as_the_commands_tell_it(runtime, openai_server):
    assert (child("warm", "status").text, child("warm", "status").code) == (
        "no warm process is running\n",
        1,
    )
    started = child("warm", "start")
    pid = pid_said(started.text)
    ready = f"warm process {pid} is ready; it ends after 15 minutes without a call\n"
    assert (started.text, started.code, started.stderr) == (ready, 0, "")
    again = child("warm", "start")
    assert (again.text, again.code) == (f"warm process {pid} is already running\n", 0)
    until(lambda: holders(runtime, spare=False) == [pid])
    openai_server.play(Script(end="stall"))
    with subprocess.Popen(
        [*COMMAND, *asking(f"{openai_server.url}/v1", "--stream")], stdout=subprocess.PIPE
    ) as call:
        assert call.stdout is not None
        assert call.stdout.read(5) == b"Hello"
        figures = json.loads(child("warm", "status", "--json").text)
        call.send_signal(signal.SIGTERM)
    age_s, memory_mib = figures.pop("age_s"), figures.pop("memory_mib")
    assert age_s > 0
    assert 50 < memory_mib < 1000
    assert figures == {
        "pid": pid,
        "calls": 0,
        "under_way": 1,
        "socket": str(runtime / "hello-llm" / socket_name()),
        "cold_because": None,
    }
    assert Path(figures["socket"]).is_socket()
    stopped = child("warm", "stop")
    assert (stopped.text, stopped.code) == (f"warm process {pid} has ended\n", 0)
    until(lambda: holders(runtime) == [])
    assert list(runtime.iterdir()) == []


def test_status_in_words(warm):
    told = child("warm", "status")
    assert (told.code, told.stderr) == (0, "")
    masked = re.sub(r"\d+ (s|MiB|answered)", r"N \1", told.text)
    assert masked == (
        f"warm process {warm.pid}, for N s\n"
        "calls     N answered, 0 in progress\n"
        "memory    N MiB\n"
        f"socket    {warm.runtime}/hello-llm/{socket_name()}\n"
    )


def test_status_as_a_document_where_none_runs():
    told = child("warm", "status", "--json")
    assert (told.text, told.code, told.stderr) == ('{"pid": null}\n', 1, "")


def test_stop_where_none_runs():
    told = child("warm", "stop")
    assert (told.text, told.code, told.stderr) == ("no warm process is running\n", 0, "")


def test_without_a_word_it_says_what_there_is():
    told = program("warm")
    assert all(word in told.text + told.stderr for word in ("start", "status", "stop"))


def test_two_starts_at_one_moment_leave_one_process(runtime):
    starts = [
        subprocess.Popen([*COMMAND, "warm", "start"], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [start.communicate()[0] for start in starts]
    assert [start.returncode for start in starts] == [0, 0]
    (pid,) = {pid_said(text) for text in said}
    until(lambda: holders(runtime, spare=False) == [pid])


def test_it_ends_by_itself_without_a_call_and_leaves_nothing(runtime):
    ended = subprocess.run([*_HOLDER, "0.3"], capture_output=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"", b"")
    assert list(runtime.iterdir()) == []


def test_a_call_puts_the_end_off(runtime):
    with bare_holder(idle_s=2.0) as holder:
        time.sleep(0.5)
        called_at = time.monotonic()
        assert child("chat", "hi", "you").text == f"chat hi you by {holder.pid}\n"
        assert holder.wait() == 0
        assert time.monotonic() - called_at >= 2.0
    assert list(runtime.iterdir()) == []


def test_one_that_has_ended_has_left_nothing(runtime):
    slow = (
        "from pathlib import Path as P; rm = P.rmdir; P.rmdir = lambda s: time.sleep(0.3) or rm(s)"
    )
    with bare_holder(slow) as holder:
        assert child("warm", "stop").text == f"warm process {holder.pid} has ended\n"
        assert list(runtime.iterdir()) == []


def test_the_end_waits_for_what_is_under_way():
    with bare_holder(idle_s=0.5) as holder:
        assert child("chat", "slowly").text == f"chat slowly by {holder.pid}\n"
        assert holder.wait() == 0


def test_calls_under_way_come_to_their_end_after_a_stop(own, openai_server):
    openai_server.play(Script(chunks=("one ", "two ", "three"), delay_s=0.5))
    pid = own.pid
    with subprocess.Popen(
        [*COMMAND, *asking(f"{openai_server.url}/v1", "--stream")], stdout=subprocess.PIPE
    ) as call:
        assert call.stdout is not None
        assert call.stdout.read(3) == b"one"
        assert child("warm", "stop").text == f"warm process {pid} has ended\n"
        until(lambda: not (own.runtime / "hello-llm").exists())
        assert call.stdout.read() == b" two three\n"
    assert call.returncode == 0
    until(lambda: gone(pid))


def test_a_process_of_another_version_is_retired_by_a_start(runtime):
    with bare_holder("hello_llm.__version__ = '0.0.1'") as old:
        (socket,) = (runtime / "hello-llm").iterdir()
        assert socket.name.startswith("0.0.1-")
        assert child("chat", "hi").text == "Hello! You said: hi\n"
        with warm_process(runtime) as new:
            assert old.wait() == 0
            assert new.pid != old.pid
            assert [path.name for path in (runtime / "hello-llm").iterdir()] == [socket_name()]


def test_stop_ends_those_of_other_versions_too(runtime):
    with bare_holder("hello_llm.__version__ = '0.0.1'") as old:
        assert child("warm", "status").code == 1
        assert child("warm", "stop").text == f"warm process {old.pid} has ended\n"
        assert old.wait() == 0
    assert list(runtime.iterdir()) == []


@pytest.fixture
def stale(runtime):
    """The folder that a killed process left, with its socket."""
    with bare_holder() as holder:
        holder.kill()
    folder = runtime / "hello-llm"
    assert (folder / socket_name()).is_socket()
    return folder


def test_a_stale_socket_is_no_warm_process(stale):
    assert child("warm", "status").code == 1
    called = child("chat", "hi")
    assert (called.text, called.code, called.stderr) == ("Hello! You said: hi\n", 0, "")
    assert "note: warm: no, none is running\n" in child("chat", "hi", "--verbose").stderr


def test_a_stale_socket_is_replaced_by_a_start(stale):
    with bare_holder() as holder:
        assert child("chat", "hi").text == f"chat hi by {holder.pid}\n"
        assert [path.name for path in stale.iterdir()] == [socket_name()]


def test_stop_puts_a_stale_socket_away(stale):
    assert child("warm", "stop").text == "no warm process is running\n"
    assert [path for path in stale.iterdir() if path.name.endswith(SOCKET_ENDING)] == []


def test_what_is_not_its_own_in_the_folder_stays(runtime):
    with bare_holder() as holder:
        kept = runtime / "hello-llm" / "notes"
        kept.write_text("mine")
        os.kill(holder.pid, signal.SIGTERM)
        assert holder.wait() == 0
    assert list((runtime / "hello-llm").iterdir()) == [kept]
