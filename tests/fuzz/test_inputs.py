"""No input makes the program crash, hang or show a traceback."""

import json
import os
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

import pytest

from hello_llm.contract import ExitCode

_FEW, _ALL = 120, 10_000


def _outcomes(count: int, processes: int) -> list[dict[str, Any]]:
    """Run the first `count` cases and collect their outcomes.

    Half of the time a case only waits. `processes` must be odd: every eighth case is of one kind,
    and each process should get cases of all kinds.
    """
    workers = [
        Popen(
            [sys.executable, "-m", "tests.fuzz", str(first), str(count), str(processes)],
            cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONPATH": "."},
            stdout=PIPE,
        )
        for first in range(processes)
    ]
    with ThreadPoolExecutor(processes) as pool:  # a pipe that nobody reads would hold its process
        outputs = [output for output, _ in pool.map(Popen.communicate, workers)]
    assert [worker.returncode for worker in workers] == [0] * processes
    return [json.loads(line) for output in outputs for line in output.splitlines()]


@pytest.mark.parametrize(
    ("count", "processes"), [(_FEW, 3), pytest.param(_ALL, 5, marks=pytest.mark.fuzz)]
)
def test_no_input_crashes_or_hangs_and_half_get_past_the_parsers(count, processes):
    outcomes = _outcomes(count, processes)
    assert len(outcomes) == count
    faults = [
        f"python -m tests.fuzz {one['number']}  # {one['fault']}: {one['stderr'][:200]}"
        for one in outcomes
        if one["fault"]
    ]
    assert not faults, "\n".join(faults)
    past = Counter(one["subject"] for one in outcomes if one["code"] != ExitCode.USAGE)
    assert past.total() >= count / 2, past
    assert len(past) == 6, "each kind of input gets past its parser"
