"""The example suite on SmolLM2, with a report for CI, and once more from its recording."""

import subprocess
from pathlib import Path

import pytest
from junitparser import JUnitXml, Skipped, TestSuite

from tests.checks.reports.junit_schema import read
from tests.cli.program import COMMAND

pytestmark = pytest.mark.integration

SUITE = Path(__file__).parents[2] / "docs" / "examples" / "smoke.toml"
CHECKS = 20


def check(report: Path, *flags: str | Path) -> TestSuite:
    """Run the suite on the model, and return what a parser of its own finds in the report."""
    command: list[str | Path] = [*COMMAND, "check", SUITE, "--model", "local/smollm2"]
    command += ["--report", f"junit={report}", *flags]
    done = subprocess.run(command, capture_output=True, timeout=300, check=False)
    assert (done.returncode, done.stderr) == (0, b""), done.stdout.decode()
    read(report.read_bytes())
    (found,) = JUnitXml.fromfile(str(report))
    return found


def test_the_example_passes_on_the_local_model_and_in_its_replay(tmp_path):
    tape = tmp_path / "tape.jsonl"
    live = check(tmp_path / "live.xml", "--provider", "litellm", "--record", tape)
    assert [live.tests, live.failures, live.errors, live.skipped] == [CHECKS, 0, 0, 0]
    properties = {told.name: told.value for told in live.properties()}
    assert (properties["model"], properties["cost_usd"]) == ("local/smollm2", "0.000000")
    assert int(properties["tokens_out"]) > CHECKS
    replayed = check(tmp_path / "replay.xml", "--provider", "mock", "--replay", tape)
    assert [case.name for case in replayed] == [case.name for case in live]
    assert {told.name: told.value for told in replayed.properties()} == properties
    assert not [case for case in live if any(isinstance(one, Skipped) for one in case.result)]
