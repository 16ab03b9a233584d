"""500 calls, 50 at a time, while processes are killed at random: none is lost without a word."""

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import NamedTuple

import pytest

from tests.cli.calls import asking, until
from tests.cli.program import child
from tests.servers import ScriptedServer
from tests.warm.echo import Echo
from tests.warm.processes import children, descriptors, gone, holders, resident_kib, spares
from tests.warm.running import Warm, told

CALLS, AT_ONCE = 500, 50
_ROOM_KIB = 4096
_LONGEST_WAIT_S = 0.5
"""Before a kill; that of the first comes before, while or after the spare gets its call."""
_LOOK_AGAIN_S = 0.01

ANSWERED = 0
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
    """Make a call whose answer no other call gets; return its exit code, which says the truth."""
    asked = f"call {number} of many"
    command, _, *where = asking(base)
    call = child(command, asked, *where)
    if call.code == ANSWERED:
        assert (call.text, call.stderr) == (f"{asked}\n", "")
    else:
        assert (call.code, call.stderr) in {FORK_KILLED, HOLDER_KILLED}
        assert f"{asked}\n".startswith(call.text)
    return call.code


class Rest(NamedTuple):
    """The warm process when no call is under way and a spare waits for the next."""

    holder: int
    spare: int
    memory_kib: int
    descriptors: int


def at_rest(warm: Warm) -> Rest:
    """Wait until it is so, without a call that would take the spare."""
    seen: list[tuple[int, int]] = []

    def rests() -> bool:
        alone = holders(warm.runtime, spare=False)
        waiting = [spare for holder in alone for spare in spares(holder)]
        seen[:] = zip(alone, waiting, strict=False)
        return len(alone) == len(waiting) == 1

    until(rests)
    ((holder, spare),) = seen
    return Rest(holder, spare, resident_kib(holder), descriptors(holder))


class Killer:
    """Kills what belongs to a warm process, at random moments."""

    def __init__(self) -> None:
        """Kill nothing yet."""
        self.killed: list[int] = []
        self._choice = random.Random(14)

    def strike(self, kinds: Iterable[str], begun: Rest, over: threading.Event) -> None:
        """Kill one process of each of the `kinds`, one after the other.

        Args:
            kinds: ``spare``, which may have got a call by then; ``fork``, one that answers a call;
                or ``holder``, after which another one is started.
            begun: the warm process and its spare as the calls begin.
            over: when all calls have ended, so that no fork comes any more.
        """
        for kind in kinds:
            time.sleep(self._choice.uniform(0, _LONGEST_WAIT_S))
            if kind == "spare":
                self._kill([begun.spare])
            elif kind == "fork":
                self._kill(_awaited(begun.holder, over))
            else:
                self._kill([begun.holder])
                told({}, "start")

    def _kill(self, found: Sequence[int]) -> None:
        with suppress(IndexError, ProcessLookupError):
            pid = self._choice.choice(found)
            os.kill(pid, signal.SIGKILL)
            self.killed.append(pid)


def _awaited(holder: int, over: threading.Event) -> list[int]:
    """Return the forks that answer calls, as soon as there are any; none if the calls are over."""
    found: list[int] = []
    while not found and not over.wait(_LOOK_AGAIN_S):
        found = children(holder)
    return found


def in_rounds(
    base: str, warm: Warm, killer: Killer, kinds: Sequence[Sequence[str]]
) -> Counter[int]:
    """Make the calls in rounds, of which each has a spare; return how many ended with which code.

    Args:
        base: the address of the server.
        warm: the warm process.
        killer: what strikes during each round.
        kinds: what it strikes, in turns.
    """
    codes: Counter[int] = Counter()
    with ThreadPoolExecutor(AT_ONCE + 1) as pool:
        for first in range(0, CALLS, AT_ONCE):
            over, wanted = threading.Event(), kinds[first // AT_ONCE % len(kinds)]
            strikes = pool.submit(killer.strike, wanted, at_rest(warm), over)
            codes.update(pool.map(partial(ended, base), range(first, first + AT_ONCE)))
            over.set()
            strikes.result()
    return codes


def nothing_left(own, temporary):
    assert " has ended\n" in told({}, "stop")
    until(lambda: holders(own.runtime) == [])
    assert list(own.runtime.iterdir()) == []
    assert list(temporary.iterdir()) == []


def test_kills_of_forks_and_of_spares(temporary, own, base):
    killer = Killer()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(partial(ended, base), range(AT_ONCE)))
    before = at_rest(own)
    codes = in_rounds(base, own, killer, [("spare", "fork", "fork"), ("fork", "fork", "spare")])
    assert codes == {ANSWERED: CALLS - codes[9], 9: codes[9]}
    assert 0 < codes[9] <= len(killer.killed)
    after = at_rest(own)
    assert after.holder == before.holder
    assert after.memory_kib - before.memory_kib < _ROOM_KIB
    assert after.descriptors == before.descriptors
    nothing_left(own, temporary)


def test_kills_of_the_warm_process_among_others(temporary, own, base):
    killer = Killer()
    codes = in_rounds(
        base, own, killer, [("fork",), ("spare", "holder"), ("fork",), (), ("spare",)]
    )
    assert codes.keys() <= {ANSWERED, 9, 143}
    assert 0 < codes[9] + codes[143] <= len(killer.killed) + 2 * AT_ONCE
    until(lambda: all(map(gone, killer.killed)))
    nothing_left(own, temporary)
