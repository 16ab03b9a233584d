"""The exit codes are those that were promised."""

from hello_llm.contract import ExitCode
from tests.architecture.sources import ROOT

PROMISED = {
    "OK": 0,
    "CHECK_FAILED": 1,
    "USAGE": 2,
    "AUTH": 3,
    "REQUEST": 4,
    "RATE_LIMITED": 5,
    "UNREACHABLE": 6,
    "TIMEOUT": 7,
    "SERVER": 8,
    "BROKEN_REPLY": 9,
    "FILTERED": 10,
    "CONTEXT": 11,
    "BUDGET": 12,
    "IO": 13,
    "SCHEMA": 14,
    "BUG": 70,
    "INT": 130,
    "PIPE": 141,
    "TERM": 143,
}


def test_names_and_numbers_are_stable():
    assert {code.name: code.value for code in ExitCode} == PROMISED


def test_a_code_is_its_number_and_has_a_meaning():
    assert int(ExitCode.TIMEOUT) == 7
    assert ExitCode.INT.meaning == "Ctrl-C"
    assert all(code.meaning for code in ExitCode)


def test_the_readme_prints_the_same_table():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = "".join(f"| {code.value} | {code.name} | {code.meaning} |\n" for code in ExitCode)
    assert f"| code | name | when |\n| ---: | --- | --- |\n{table}\n" in readme
