"""The JUnit report."""

from xml.sax import SAXParseException

import pytest
from hypothesis import given

from hello_llm.checks.reports.junit import junit
from hello_llm.checks.results import Finding, Verdict
from tests.checks.reports.junit_structure import Node, read
from tests.checks.reports.results import (
    ANYTHING,
    EMPTY,
    EVERYTHING,
    PLAIN,
    TEXTS,
    check,
    hostile_suites,
    suite,
    wrong,
)


def cases(report: str) -> dict[str, Node]:
    return {case.attributes["name"]: case for case in read(report).all("testcase")}


def outcomes(name: str) -> list[str]:
    case = cases(junit(EVERYTHING, TEXTS))[name]
    return [child.tag for child in case.children if child.tag != "system-out"]


@pytest.mark.parametrize("result", [EVERYTHING, EMPTY], ids=["everything", "empty"])
def test_the_report_keeps_to_the_common_schema(result):
    read(junit(result, TEXTS))


@pytest.mark.parametrize(
    "broken",
    [
        '<testsuite name="x" tests="0" failures="0"/>',
        '<testsuites skipped="1"/>',
        '<testsuites time="soon"/>',
        "<testsuites><testcase name='x'/></testsuites>",
        "<testsuites>text</testsuites>",
    ],
)
def test_the_structure_check_itself_refuses_what_the_schema_refuses(broken):
    with pytest.raises(AssertionError):
        read(broken)


def test_the_counts_add_up_in_each_suite_and_in_all():
    root = read(junit(EVERYTHING, TEXTS))
    suites = root.all("testsuite")
    for node in suites:
        counted = {
            "tests": len(node.all("testcase")),
            "failures": len(node.all("failure")),
            "errors": len(node.all("error")),
            "skipped": len(node.all("skipped")),
        }
        assert {name: int(node.attributes[name]) for name in counted} == counted
    for name in ("tests", "failures", "errors"):
        total = sum(int(node.attributes[name]) for node in suites)
        assert int(root.attributes[name]) == total
    assert root.attributes["tests"] == str(len(EVERYTHING.results))


def test_there_is_a_suite_for_each_model_with_its_properties():
    root = read(junit(EVERYTHING, TEXTS))
    told = [
        {node.attributes["name"]: node.attributes["value"] for node in suite.all("property")}
        for suite in root.all("testsuite")
    ]
    assert [properties["model"] for properties in told] == ["mock", "openai/gpt-4.1-mini"]
    assert told[1] == {
        "model": "openai/gpt-4.1-mini",
        "provider": "litellm",
        "tokens_in": "12",
        "tokens_out": "40",
        "cost_usd": "0.001250",
        "median_latency_ms": "812",
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("says yes", []),
        ("mostly says yes", ["flakyFailure", "flakyError"]),
        ("writes a poem", ["failure"]),
        ("is cut off", ["error"]),
        ("is known to fail", ["skipped"]),
        ("was fixed", []),
        ("came too late", ["skipped"]),
    ],
)
def test_each_verdict_has_its_element(name, expected):
    assert outcomes(name) == expected


def test_a_check_in_quarantine_says_why_it_is_skipped():
    case = cases(junit(EVERYTHING, TEXTS))["is known to fail"]
    assert case.all("skipped")[0].attributes["message"].startswith("quarantined: 0 of 1 attempts")


def test_a_full_stop_in_a_model_makes_no_package():
    classes = {node.attributes["classname"] for node in cases(junit(EVERYTHING, TEXTS)).values()}
    assert classes == {"smoke.mock", "smoke.openai/gpt-4_1-mini"}


def test_a_long_answer_is_shortened():
    report = junit(suite(check("long", Verdict.FAIL, wrong("x" * 5000))), TEXTS)
    assert "x" * 2000 + "… (3,000 more characters)" in report
    assert "x" * 2001 not in report


@given(hostile_suites())
def test_any_text_gives_a_report_that_keeps_to_the_schema(result):
    for texts in (TEXTS, PLAIN):
        assert len(read(junit(result, texts)).all("testcase")) == len(result.results)


@given(ANYTHING)
def test_a_text_reads_back_but_for_carriage_returns_and_what_xml_cannot_hold(text):
    found = Finding("exec", text, "")
    case = cases(junit(suite(check("it", Verdict.FAIL, wrong("", found))), PLAIN))["it"]
    held = "".join(c if c != "\r" and _holds(c) else "\ufffd" for c in text)
    assert case.all("failure")[0].text == f"attempt 1: fail\nexec\nexpected: {held}\ngot: "


def _holds(character: str) -> bool:
    """Whether XML 1.0 can hold it, and gives it back; asked of the parser itself."""
    try:
        return read(f"<testsuites name='&#x{ord(character):x};'/>").attributes["name"] == character
    except SAXParseException:
        return False
