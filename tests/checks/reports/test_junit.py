"""The JUnit report."""

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given

from hello_llm.checks.assertions.mismatch import Mismatch
from hello_llm.checks.reports.junit import render as junit
from hello_llm.checks.results import Verdict
from tests.checks.reports.junit_schema import read
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


def cases(report: str) -> dict[str, ET.Element]:
    return {case.attrib["name"]: case for case in read(report).iter("testcase")}


def outcomes(name: str) -> list[str]:
    case = cases(junit(EVERYTHING, TEXTS))[name]
    return [child.tag for child in case if child.tag != "system-out"]


@pytest.mark.parametrize("result", [EVERYTHING, EMPTY], ids=["everything", "empty"])
def test_the_report_keeps_to_the_common_schema(result):
    read(junit(result, TEXTS))


def test_the_counts_add_up_in_each_suite_and_in_all():
    root = read(junit(EVERYTHING, TEXTS))
    suites = list(root.iter("testsuite"))
    for node in suites:
        counted = {
            "tests": len(list(node.iter("testcase"))),
            "failures": len(list(node.iter("failure"))),
            "errors": len(list(node.iter("error"))),
            "skipped": len(list(node.iter("skipped"))),
        }
        assert {name: int(node.attrib[name]) for name in counted} == counted
    for name in ("tests", "failures", "errors"):
        total = sum(int(node.attrib[name]) for node in suites)
        assert int(root.attrib[name]) == total
    assert root.attrib["tests"] == str(len(EVERYTHING.results))


def test_there_is_a_suite_for_each_model_with_its_properties():
    root = read(junit(EVERYTHING, TEXTS))
    told = [
        {node.attrib["name"]: node.attrib["value"] for node in suite.iter("property")}
        for suite in root.iter("testsuite")
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
        ("came half", ["skipped"]),
        ("refuses a wrong key", ["failure"]),
    ],
)
def test_each_verdict_has_its_element(name, expected):
    assert outcomes(name) == expected


def test_a_check_in_quarantine_says_why_it_is_skipped():
    case = cases(junit(EVERYTHING, TEXTS))["is known to fail"]
    assert case.findall("skipped")[0].attrib["message"].startswith("quarantined: equals: ")


def test_a_check_that_was_not_tried_says_why():
    case = cases(junit(EVERYTHING, TEXTS))["came too late"]
    assert case.findall("skipped")[0].attrib == {
        "message": "not tried: the budget is spent",
        "type": "skipped",
    }


def test_a_wrong_error_is_a_failure_that_is_told_once_and_with_its_hint():
    failure = cases(junit(EVERYTHING, TEXTS))["refuses a wrong key"].findall("failure")[0]
    assert failure.attrib == {
        "message": "expect_error: expected the error AUTH, got REQUEST: there is no such model",
        "type": "expect_error",
    }
    assert failure.text == (
        "attempt 1: fail\nexpect_error\nexpected: the error AUTH\n"
        "got: REQUEST: there is no such model\nhint: hello-llm doctor"
    )


def test_a_full_stop_in_a_model_makes_no_package():
    classes = {node.attrib["classname"] for node in cases(junit(EVERYTHING, TEXTS)).values()}
    assert classes == {"smoke.mock", "smoke.openai/gpt-4_1-mini"}


def test_a_long_answer_is_shortened():
    report = junit(suite(check("long", Verdict.FAIL, wrong("x" * 5000))), TEXTS)
    assert "x" * 2000 + "… (3,000 more characters)" in report
    assert "x" * 2001 not in report


@given(hostile_suites())
def test_any_text_gives_a_report_that_keeps_to_the_schema(result):
    for texts in (TEXTS, PLAIN):
        assert len(list(read(junit(result, texts)).iter("testcase"))) == len(result.results)


@given(ANYTHING)
def test_a_text_reads_back_but_for_carriage_returns_and_what_xml_cannot_hold(text):
    found = Mismatch("exec", text, "")
    case = cases(junit(suite(check("it", Verdict.FAIL, wrong("", found))), PLAIN))["it"]
    held = "".join(c if c != "\r" and _holds(c) else "\ufffd" for c in text)
    assert case.findtext("failure") == f"attempt 1: fail\nexec\nexpected: {held}\ngot: "


def _holds(character: str) -> bool:
    """Whether XML 1.0 can hold it, and gives it back; asked of the parser itself."""
    try:
        return ET.fromstring(f"<a name='&#x{ord(character):x};'/>").attrib["name"] == character
    except ET.ParseError:
        return False
