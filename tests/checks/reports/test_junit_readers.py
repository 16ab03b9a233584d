"""The JUnit report as two independent readers see it: junitparser and ElementTree."""

from collections import Counter

from hypothesis import given
from junitparser import Error, Failure, JUnitXml, Skipped
from junitparser.xunit2 import JUnitXml as WithReruns
from junitparser.xunit2 import TestCase as CaseWithReruns

from hello_llm.checks.reports.junit import render as junit
from hello_llm.checks.results import CheckResult, SuiteResult, Verdict
from tests.checks.reports.golden import FOLDER
from tests.checks.reports.junit_schema import FORBIDDEN, read
from tests.checks.reports.results import EVERYTHING, PLAIN, TEXTS, hostile_suites

ELEMENTS: dict[Verdict, list[type]] = {
    Verdict.PASS: [],
    Verdict.FAIL: [Failure],
    Verdict.ERROR: [Error],
    Verdict.SKIPPED: [Skipped],
}


def element(check: CheckResult) -> list[type]:
    """The outcome that a reader has to see."""
    bad = check.verdict in {Verdict.FAIL, Verdict.ERROR}
    return [Skipped] if check.quarantined and bad else ELEMENTS[check.verdict]


def by_model(result: SuiteResult) -> list[list[CheckResult]]:
    models = list(dict.fromkeys(check.model for check in result.results))
    return [[check for check in result.results if check.model == model] for model in models]


def test_the_golden_report_is_valid_and_is_read_from_its_file():
    read((FOLDER / "junit.xml").read_bytes())
    assert JUnitXml.fromfile(str(FOLDER / "junit.xml")).tests == len(EVERYTHING.results)


def test_junitparser_sees_each_check_with_its_outcome():
    suites = list(JUnitXml.fromstring(junit(EVERYTHING, TEXTS).encode()))
    for found, checks in zip(suites, by_model(EVERYTHING), strict=True):
        for case, check in zip(found, checks, strict=True):
            assert case.name == TEXTS.line(check.name)
            assert [type(outcome) for outcome in case.result] == element(check)
            assert case.time == round(sum(attempt.wall_s for attempt in check.attempts), 3)


def test_junitparser_counts_what_the_suites_say_that_they_hold():
    report = JUnitXml.fromstring(junit(EVERYTHING, TEXTS).encode())
    names = ("tests", "failures", "errors", "skipped")
    said = [[getattr(suite, name) for name in names] for suite in report]
    total = (report.tests, report.failures, report.errors)
    for suite in report:
        suite.update_statistics()
    report.update_statistics()
    assert said == [[getattr(suite, name) for name in names] for suite in report]
    assert total == (report.tests, report.failures, report.errors)


def test_junitparser_sees_which_are_flaky_and_each_attempt_that_went_wrong():
    report = WithReruns.fromstring(junit(EVERYTHING, TEXTS).encode())
    cases = [case for suite in report for case in suite if isinstance(case, CaseWithReruns)]
    assert len(cases) == len(EVERYTHING.results)
    (case,) = (case for case in cases if case.is_flaky)
    assert case.name == "mostly says yes"
    assert [found.type for found in case.flaky_failures()] == ["equals"]
    assert [found.type for found in case.flaky_errors()] == ["RATE_LIMITED"]
    assert not case.result


def test_junitparser_sees_the_properties_of_each_model():
    report = JUnitXml.fromstring(junit(EVERYTHING, TEXTS).encode())
    told = [{found.name: found.value for found in suite.properties()} for suite in report]
    for properties, checks in zip(told, by_model(EVERYTHING), strict=True):
        attempts = [attempt for check in checks for attempt in check.attempts]
        kept = [a.reply or (a.error.partial if a.error else None) for a in attempts]
        usages = [reply.usage for reply in kept if reply is not None]
        micros = sum(usage.usd_micros or 0 for usage in usages)
        assert properties == {
            "model": checks[0].model,
            "provider": checks[0].provider,
            "tokens_in": str(sum(usage.tokens_in or 0 for usage in usages)),
            "tokens_out": str(sum(usage.tokens_out or 0 for usage in usages)),
            "cost_usd": f"{micros / 1e6:.6f}",
            "median_latency_ms": "812",
        }


@given(hostile_suites())
def test_both_readers_see_the_same_of_any_suite(result):
    for texts in (TEXTS, PLAIN):
        report = junit(result, texts)
        root = read(report)
        cases = [case for suite in JUnitXml.fromstring(report.encode()) for case in suite]
        names = [case.get("name") for case in root.iter("testcase")]
        assert [case.name for case in cases] == names
        shown = [FORBIDDEN.sub("\ufffd", texts.line(check.name)) for check in result.results]
        assert Counter(names) == Counter(shown)
        seen = Counter(tuple(type(outcome) for outcome in case.result) for case in cases)
        assert seen == Counter(tuple(element(check)) for check in result.results)
        parts = [child.tag for case in root.iter("testcase") for child in case]
        assert parts.count("system-out") == len(cases)
