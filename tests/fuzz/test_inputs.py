"""No input makes the program crash, hang or show a traceback."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from hello_llm.contract import ExitCode

_PROCESSES = 2
_FEW, _ALL = 120, 10_000


def _outcomes(count: int) -> list[dict[str, Any]]:
    """Run the cases from 0 to `count` in several processes, and return what came of each."""
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.fuzz", str(first), str(count), str(_PROCESSES)],
            cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONPATH": "."},
            stdout=subprocess.PIPE,
        )
        for first in range(_PROCESSES)
    ]
    lines = [line for worker in workers for line in worker.communicate()[0].splitlines()]
    assert [worker.returncode for worker in workers] == [0] * _PROCESSES
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize("count", [_FEW, pytest.param(_ALL, marks=pytest.mark.fuzz)])
def test_no_input_crashes_or_hangs_and_half_get_past_the_parsers(count):
    outcomes = _outcomes(count)
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
