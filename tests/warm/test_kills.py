"""500 calls, 50 at a time, while processes are killed at random: none is lost without a word."""

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import pytest

from tests.cli.calls import asking, until
from tests.cli.program import child
from tests.servers import ScriptedServer
from tests.warm.echo import Echo
from tests.warm.processes import children, gone, holders, resident_kib, spares
from tests.warm.running import told

CALLS, AT_ONCE = 500, 50
_ROOM_KIB = 4096
_PAUSE_S = 0.5

FORK_KILLED = (9, "error: the warm process was killed during this call\n")
HOLDER_KILLED = (143, "error: the warm process was killed\n")


@pytest.fixture
def base():
    with ScriptedServer(Echo()) as server:
        yield f"{server.url}/v1"


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """The folder for temporary files, of calls and of the warm process."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


def ended(base, number):
    """Make a call whose answer no other call gets; return what was not answered or reported."""
    asked = f"call {number} of many"
    command, _, *where = asking(base)
    call = child(command, asked, *where)
    if call.code == 0:
        assert (call.text, call.stderr) == (f"{asked}\n", "")
    else:
        assert (call.code, call.stderr) in {FORK_KILLED, HOLDER_KILLED}
        assert f"{asked}\n".startswith(call.text)
    return call.code


@contextmanager
def killing(victims: Callable[[], list[int]], most: int) -> Iterator[list[int]]:
    """Kill one of the `victims` every now and then, `most` times; yields those that were killed."""
    killed: list[int] = []
    over = threading.Event()
    choice = random.Random(14)

    def kill() -> None:
        while len(killed) < most and not over.wait(choice.uniform(0, 2 * _PAUSE_S)):
            found = victims()
            victim = choice.choice(found) if found else None
            with suppress(ProcessLookupError):
                if victim is not None:
                    os.kill(victim, signal.SIGKILL)
                    killed.append(victim)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield killed
    finally:
        over.set()
        thread.join()


def many(base, may_begin: threading.Event | None = None) -> Counter[int]:
    """Make the calls, each once it `may_begin`; return how many ended with which exit code."""

    def call(number):
        if may_begin is not None:
            may_begin.wait()
        return ended(base, number)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return Counter(pool.map(call, range(CALLS)))


def nothing_left(own, temporary):
    assert " has ended\n" in told({}, "stop")
    until(lambda: holders(own.runtime) == [])
    assert list(own.runtime.iterdir()) == []
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("victims", [children, spares])
def test_kills_of_forks_and_of_spares(temporary, own, base, victims):
    holder = own.pid
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda number: ended(base, number), range(AT_ONCE)))
    before = resident_kib(holder)
    with killing(lambda: victims(holder), most=CALLS) as killed:
        codes = many(base)
    assert killed
    assert codes.keys() <= {0, 9}
    assert codes[9] <= len(killed)
    until(lambda: children(holder) == [])
    assert resident_kib(holder) - before < _ROOM_KIB
    assert own.pid == holder
    nothing_left(own, temporary)


def test_kills_of_the_warm_process(temporary, own, base):
    running, killed = threading.Event(), []
    running.set()

    def kill_and_start_again() -> None:
        for _ in range(2):
            time.sleep(3 * _PAUSE_S)
            running.clear()  # cold calls, of which each takes seconds, are only those under way
            killed.append(own.pid)
            os.kill(killed[-1], signal.SIGKILL)
            told({}, "start")
            running.set()

    thread = threading.Thread(target=kill_and_start_again)
    thread.start()
    codes = many(base, running)
    thread.join()
    assert codes.keys() <= {0, 9, 143}
    assert codes[0] > CALLS - len(killed) * AT_ONCE - 1
    until(lambda: all(map(gone, killed)))
    nothing_left(own, temporary)
