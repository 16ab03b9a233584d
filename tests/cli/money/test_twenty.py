"""Twenty processes at once never spend more than a limit allows, whatever befalls them."""

import json
import os
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from tests.cli.calls import until
from tests.cli.money.crowd import (
    COST_NANO,
    COUNT,
    FIT,
    asking,
    bound_nano,
    decided,
    ledger,
    limit_day,
    withholding,
)
from tests.cli.program import COMMAND, program, start
from tests.ledger.reading import states, total
from tests.ledger.test_full_disk import mounting

CROWD_ON_A_SMALL_DISK = """
state="$1" count="$2" marks="$3"; shift 3
if [ -e "$marks/full-before" ]; then dd if=/dev/zero of="$state/filling" 2>/dev/null; fi
for n in $(seq "$count"); do ("$@" >"$marks/out-$n" 2>&1; echo $? >"$marks/code-$n") & done
until [ -e "$marks/fill" ]; do sleep 0.05; done
dd if=/dev/zero of="$state/filling" 2>/dev/null; touch "$marks/filled"
wait
rm "$state/filling"
cp "$state"/ledger* "$marks/" || true
"""


@pytest.fixture
def served():
    with withholding() as (server, gate):
        bound = bound_nano(server)
        limit_day(bound * FIT + bound // 2)
        yield server, gate, bound


def test_exactly_those_send_whose_bounds_fit(served):
    server, gate, bound = served
    crowd = [start(asking(server)) for _ in range(COUNT)]
    decided(server, crowd)

    assert len(server.requests) == FIT
    assert (total(ledger()).nano_usd, states(ledger())) == (bound * FIT, ["reserved"] * FIT)
    gate.set()
    said = [one.communicate()[1] for one in crowd]
    assert Counter(one.returncode for one in crowd) == {0: FIT, 12: COUNT - FIT}
    assert len(server.requests) == FIT
    assert (total(ledger()).nano_usd, states(ledger())) == (COST_NANO * FIT, ["settled"] * FIT)
    refused = [text for one, text in zip(crowd, said, strict=True) if one.returncode]
    assert all(text.startswith("error: the daily limit (") for text in refused)
    assert all("hello-llm spend" in text for text in refused)


def test_those_that_are_killed_stay_at_their_bounds(served):
    server, gate, bound = served
    crowd = [start(asking(server)) for _ in range(COUNT)]
    decided(server, crowd)
    waiting = [one for one in crowd if one.poll() is None]
    for one in waiting[:3]:
        one.kill()
        one.communicate()
    late = [start(asking(server)) for _ in range(3)]
    assert [one.wait() for one in late] == [12] * 3
    gate.set()
    for one in (*crowd, *late):
        one.communicate()

    assert Counter(one.returncode for one in crowd) == {0: FIT - 3, 12: COUNT - FIT, -9: 3}
    assert len(server.requests) == FIT
    spent = COST_NANO * (FIT - 3) + bound * 3
    assert total(ledger()).nano_usd == spent
    found = json.loads(program("spend", "reconcile", "--json").text)
    assert len(found["gone"]) == 3
    assert Counter(states(ledger())) == {"settled": FIT - 3, "killed": 3}
    assert total(ledger()).nano_usd == spent


@pytest.mark.parametrize("full_before", [True, False])
def test_on_a_full_disk_nothing_is_sent_and_what_was_stays_at_its_bound(
    served, tmp_path, full_before
):
    server, gate, bound = served
    state = ledger().parent
    state.mkdir(parents=True, mode=0o700)
    marks = tmp_path / "marks"
    marks.mkdir()
    if full_before:
        (marks / "full-before").touch()
    script = ["sh", "-c", CROWD_ON_A_SMALL_DISK, "sh", str(state), str(COUNT), str(marks)]
    command = [*mounting(state, "4m"), *script, *COMMAND, *asking(server)]

    def ended() -> int:
        return len(list(marks.glob("code-*")))

    with subprocess.Popen(command, stdin=subprocess.DEVNULL, env=os.environ) as process:
        try:
            until(lambda: ended() + len(server.requests) >= COUNT)
            sent = len(server.requests)
        finally:
            (marks / "fill").touch()
        until((marks / "filled").exists)
        gate.set()
        assert process.wait() == 0
    assert sent == (0 if full_before else FIT)
    codes = Counter(int((marks / f"code-{n + 1}").read_text()) for n in range(COUNT))
    said = "".join((marks / f"out-{n + 1}").read_text() for n in range(COUNT))
    if full_before:
        assert (codes, len(server.requests)) == ({13: COUNT}, 0)
        assert said.count("the disk is full") == COUNT
        return
    assert codes == {0: FIT, 12: COUNT - FIT}
    assert said.count("the call counts at its bound") == FIT
    copied = Path(marks, "ledger.sqlite3")
    assert (total(copied).nano_usd, states(copied)) == (bound * FIT, ["reserved"] * FIT)
