"""A suite of checks on SmolLM2, with a report for CI."""

import subprocess
import sys

import pytest
from junitparser import JUnitXml

from tests.checks.reports.junit_schema import read

pytestmark = pytest.mark.integration

SUITE = """\
version = 1
[defaults]
temperature = 0
seed = 1
max_tokens = 24
[[check]]
name = "answers"
prompt = "Say hello."
expect = { min_chars = 2, max_cost = 0, max_tokens_out = 24 }
[[check]]
name = "answers soon"
prompt = "Say hello."
repeat = 2
expect = { max_first_token = 60, max_latency = 60 }
"""


def test_a_suite_runs_on_the_local_model_and_is_reported(tmp_path):
    suite, report = tmp_path / "suite.toml", tmp_path / "junit.xml"
    suite.write_text(SUITE)
    command = [sys.executable, "-m", "hello_llm", "check", suite, "--report", f"junit={report}"]
    flags = ["--provider", "litellm", "--model", "local/smollm2", "-j", "2"]
    done = subprocess.run([*command, *flags], capture_output=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    read(report.read_bytes())
    (found,) = JUnitXml.fromfile(str(report))
    assert [(case.name, case.result) for case in found] == [("answers", []), ("answers soon", [])]
    properties = {told.name: told.value for told in found.properties()}
    assert properties["model"] == "local/smollm2"
    assert int(properties["tokens_out"]) > 0
