"""Many calls, one after another and at once: each gets its own answer, and nothing is left over."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.cli.calls import asking, until
from tests.cli.program import child
from tests.servers import ScriptedServer
from tests.warm.comparing import warmly
from tests.warm.echo import Echo
from tests.warm.processes import children, resident_kib

_ROOM_KIB = 2048


@pytest.fixture
def base():
    with ScriptedServer(Echo()) as server:
        yield f"{server.url}/v1"


def answered(base, number):
    """Ask for what only this call asks for; tell whether just that was answered."""
    asked = f"call {number} of many"
    command, _, *where = asking(base)
    ended = child(command, asked, *where, OPENAI_API_KEY=f"sk-{number}")
    return (ended.code, ended.text, ended.stderr) == (0, f"{asked}\n", "")


def grown(warm, calls):
    """Return by how many KiB the warm process has grown through the `calls`."""
    holder = warm.pid
    before = resident_kib(holder)
    calls()
    until(lambda: children(holder) == [])
    return resident_kib(holder) - before


def test_calls_in_a_row_are_all_right_and_the_warm_process_does_not_grow(warm, base):
    warmly(warm, lambda: answered(base, "first"))

    def calls():
        assert all(answered(base, number) for number in range(30))

    assert grown(warm, lambda: warmly(warm, calls, times=30)) < _ROOM_KIB
    assert warm.status["under_way"] == 0


def test_calls_at_once_are_not_mixed_up_and_leave_no_process(warm, base):
    def calls():
        with ThreadPoolExecutor(20) as pool:
            assert all(pool.map(lambda number: answered(base, number), range(40)))

    assert grown(warm, lambda: warmly(warm, calls, times=40)) < _ROOM_KIB
    assert warm.status["under_way"] == 0
