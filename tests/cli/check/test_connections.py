"""Each lane of a run keeps a connection for its checks; one that is cut ends alone."""

import subprocess

from tests.cli.check.suites import asks, on, results
from tests.cli.program import COMMAND
from tests.servers import OpenAI, Script, ScriptedServer

YES = Script(chunks=("yes",), delay_s=0.05)


def ran(*command):
    """Run `command`, and return its exit status."""
    return subprocess.run(command, capture_output=True, check=False).returncode


def test_a_lane_makes_one_connection_for_all_of_its_checks(suite):
    with ScriptedServer(OpenAI(), YES) as server:
        checks = [asks(f"check {number}") for number in range(12)]
        assert ran(*COMMAND, "check", suite(*checks), *on(server, "-j", "3")) == 0
        asked = [len(one.requests) for one in server.connections]
    assert len(asked) == 3
    assert sum(asked) == 12


def test_a_check_that_is_cut_takes_none_of_the_others_with_it(suite, tmp_path):
    report = tmp_path / "report.json"
    stalls = Script(chunks=("y", "es"), end="stall")
    with ScriptedServer(OpenAI(), YES, YES, stalls, YES) as server:
        checks = [asks(f"{number}") for number in range(8)]
        flags = on(server, "-j", "2", "--timeout", "2", "--report", f"json={report}")
        assert ran(*COMMAND, "check", suite(*checks), *flags) != 0
        asked = len(server.requests)
    assert sorted(results(report).values()) == ["error", *["pass"] * 7]
    assert asked == 8  # each once
