"""The annotations of GitHub Actions."""

import re

from hypothesis import given

from hello_llm.checks.reports.github import MOST_ANNOTATIONS
from hello_llm.checks.reports.github import render as github
from hello_llm.checks.results import Verdict
from tests.checks.reports.results import (
    EMPTY,
    EVERYTHING,
    LIMITED,
    PLAIN,
    TEXTS,
    broken,
    check,
    hostile_suites,
    right,
    suite,
    wrong,
)

COMMAND = re.compile(
    r"::(?P<command>error|warning) file=(?P<file>[^:,\r\n]*),line=(?P<line>\d+),"
    r"title=(?P<title>[^:,\r\n]*)::(?P<message>[^\r\n]*)"
)


def commands(report: str) -> list[re.Match[str]]:
    """The commands in `report`, after a check that each of its lines is one."""
    lines = report.split("\n")[:-1]
    if lines and "more did not pass" in lines[-1]:
        lines.pop()
    found = [COMMAND.fullmatch(line) for line in lines]
    assert None not in found, lines
    return [match for match in found if match]


def told(report: str) -> list[str]:
    return [f"{match['command']} {match['title']}" for match in commands(report)]


def test_a_suite_in_which_all_is_well_has_no_annotations():
    assert github(EMPTY, TEXTS) == ""
    assert github(suite(check("it", Verdict.PASS, right())), TEXTS) == ""


def test_the_worst_come_first():
    result = suite(
        check("flaky", Verdict.PASS, wrong(), right()),
        check("known", Verdict.FAIL, wrong(), quarantined=True),
        check("limited", Verdict.ERROR, broken(LIMITED)),
        check("half", Verdict.FAIL, wrong(), right()),
        check("none", Verdict.FAIL, wrong(), wrong()),
        check("late", Verdict.SKIPPED),
    )
    assert told(github(result, TEXTS)) == [
        "error fail%3A none on mock",
        "error fail%3A half on mock",
        "error error%3A limited on mock",
        "warning quarantined%3A known on mock",
        "warning flaky%3A flaky on mock",
    ]


def test_there_are_no_more_than_ten_and_the_rest_is_counted():
    flaky = [check(f"flaky {n}", Verdict.PASS, wrong(), right()) for n in range(12)]
    failed = check("failed", Verdict.FAIL, wrong())
    report = github(suite(*flaky, failed), TEXTS)
    assert len(commands(report)) == MOST_ANNOTATIONS
    assert told(report)[0] == "error fail%3A failed on mock"
    assert report.endswith("\n3 more did not pass every time; only the worst are annotated.\n")


def test_the_message_holds_the_reason_and_the_command_that_tries_it_again():
    poem = commands(github(EVERYTHING, TEXTS))[0]
    assert (poem["file"], poem["line"]) == ("examples/smoke.toml", "31")
    assert "equals: expected Roses are red, violets are violet" in poem["message"]
    assert poem["message"].endswith("%0Arun again: hello-llm chat --provider mock 'writes a poem'")


def test_what_the_runner_would_read_is_escaped():
    hostile = check("50%: a, b", Verdict.FAIL, replay="one\r\ntwo % three")
    (command,) = commands(github(suite(hostile), PLAIN))
    assert command["title"] == "fail%3A 50%25%3A a%2C b on mock"
    assert command["message"].endswith("run again: one%0D%0Atwo %25 three")


@given(hostile_suites())
def test_any_text_gives_commands_and_nothing_else(result):
    for texts in (TEXTS, PLAIN):
        assert len(commands(github(result, texts))) <= len(result.results)
