"""A batch is polite: it obeys pauses and rates, and finds out how many calls a server bears."""

import json
import threading
import time

import pytest

from tests.cli.batch.echoing import answered, answers, asking, echoing, ids, write_rows
from tests.cli.program import program
from tests.servers import Script

pytestmark = pytest.mark.in_process


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out.jsonl"


class Arrivals:
    """Notes when each request arrives, and refuses those that it is told to."""

    def __init__(self, refuses):
        self.at = []
        self._refuses = refuses
        self._lock = threading.Lock()

    def __call__(self, prompt):
        with self._lock:
            self.at.append(time.monotonic())
            return self._refuses(len(self.at), prompt)


def limited(seconds):
    return Script(status=429, headers=(("Retry-After", str(seconds)),))


def test_while_a_server_asks_for_a_pause_nobody_calls_it(tmp_path, out):
    """Not even the retries of calls that were refused before, with shorter pauses."""
    pauses = {3: 0.1, 4: 0.7, 12: 0.5}
    arrivals = Arrivals(lambda number, _: limited(pauses[number]) if number in pauses else None)
    with echoing(arrivals) as server:
        rows = write_rows(tmp_path / "rows.jsonl", 40)
        assert program(*asking(server, rows, out, "-j", 8)).code == 0
    for number in (4, 12):
        refused = arrivals.at[number - 1]
        late = [at for at in arrivals.at if refused + 0.3 < at < refused + pauses[number]]
        assert late == []
    assert len(ids(out)) == 40


def test_a_row_that_is_refused_while_others_are_answered_does_not_fail(tmp_path, out):
    """Though it is refused more often than it may be tried again."""
    seen: dict[str, int] = {}

    def refuse(_number, prompt):
        seen[prompt] = seen.get(prompt, 0) + 1
        return limited(0.001) if prompt == "row 5" and seen[prompt] <= 5 else None

    with echoing(Arrivals(refuse)) as server:
        rows = write_rows(tmp_path / "rows.jsonl", 30)
        assert program(*asking(server, rows, out, "-j", 4, "--retries", 2)).code == 0
    assert max(one["attempts"] for one in answers(out)) == 6


def test_a_server_that_refuses_everything_ends_each_row_after_its_retries(tmp_path, out):
    with echoing(Arrivals(lambda *_: limited(0.001))) as server:
        rows = write_rows(tmp_path / "rows.jsonl", 15)
        ended = program(*asking(server, rows, out, "-j", 4, "--json"))
        assert len(server.requests) < 15 * 3 + 40
    found = json.loads(ended.text)
    assert (ended.code, found["failed_by_code"]) == (5, [{"code": "RATE_LIMITED", "rows": 15}])


def test_a_server_that_bears_four_calls_gets_about_four(tmp_path, out):
    """And the calls become fewer by its refusals, not by waiting."""
    now, most, lock = [0], [], threading.Lock()

    def refuse(_prompt):
        with lock:
            if now[0] >= 4:
                most.append("refused")
                return Script(status=429)
            now[0] += 1
        time.sleep(0.01)
        with lock:
            now[0] -= 1
            most.append("answered")
        return None

    with echoing(refuse) as server:
        rows = write_rows(tmp_path / "rows.jsonl", 300)
        assert program(*asking(server, rows, out, "-j", 32)).code == 0
    late = most[-150:]
    assert late.count("refused") < 50
    assert answered(server).total() == 300


def test_requests_keep_to_a_rate(tmp_path, out):
    arrivals = Arrivals(lambda *_: None)
    with echoing(arrivals) as server:
        rows = write_rows(tmp_path / "rows.jsonl", 12)
        assert program(*asking(server, rows, out, "-j", 8, "--rpm", 600)).code == 0
    assert arrivals.at[-1] - arrivals.at[0] >= 11 * 0.1 - 0.05


def test_tokens_keep_to_a_rate(tmp_path, out):
    """Each answer has 16 tokens with its prompt, which is a second at this rate."""
    arrivals = Arrivals(lambda *_: None)
    with echoing(arrivals) as server:
        rows = write_rows(tmp_path / "rows.jsonl", 4)
        assert program(*asking(server, rows, out, "--tpm", 16 * 60)).code == 0
    assert arrivals.at[-1] - arrivals.at[0] >= 2.9


def test_a_wait_that_is_not_the_call_s_does_not_end_it(tmp_path, out):
    with echoing() as server:
        rows = write_rows(tmp_path / "rows.jsonl", 8)
        flags = ("-j", 8, "--rpm", 300, "--timeout", "1")
        assert program(*asking(server, rows, out, *flags)).code == 0
