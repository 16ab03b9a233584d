"""The exit codes are those that were promised."""

from hello_llm.contract import ExitCode

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
    assert ExitCode.INT.meaning == "interrupted (Ctrl-C)"
    assert all(code.meaning for code in ExitCode)
