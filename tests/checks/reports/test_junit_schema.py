"""The validation of JUnit reports itself: it can fail."""

from xml.etree import ElementTree as ET

import pytest
import xmlschema

from hello_llm.checks.reports.junit import render as junit
from tests.checks.reports.junit_schema import read
from tests.checks.reports.results import EVERYTHING, TEXTS

FLAKY = '<flakyError message="x" type="x">{}</flakyError>'
TRACE, OUT, ERR = "<stackTrace/>", "<system-out/>", "<system-err/>"
SUITE = '<testsuite name="x" tests="1" failures="0" errors="0">{}</testsuite>'
CASE = SUITE.format('<testcase name="x">{}</testcase>')


@pytest.mark.parametrize(
    "allowed",
    [
        "<testsuites/>",
        SUITE.format(""),
        SUITE.format(SUITE.format(OUT + ERR + "<properties/>")),
        CASE.format(OUT + "<skipped/><failure>text</failure>" + ERR + "<error type='x'/>" + OUT),
        CASE.format(FLAKY.format("text" + TRACE + OUT + ERR) + FLAKY.format(ERR)),
        CASE.format("<rerunFailure type='x'/><rerunError type='x'/><flakyFailure type='x'/>"),
        *(f"<testsuites time='{time}'/>" for time in ("", "0.5", "12345.", "1,234.5", ".25")),
    ],
)
def test_what_the_schema_allows_is_valid(allowed):
    read(allowed)


@pytest.mark.parametrize(
    "forbidden",
    [
        "<report/>",
        "<testcase name='x'/>",
        "<testsuites>text</testsuites>",
        "<testsuites skipped='1'/>",
        "<testsuites><properties/></testsuites>",
        "<testsuites><testcase name='x'/></testsuites>",
        "<testsuite tests='0' failures='0' errors='0'/>",
        "<testsuite name='x' tests='0' failures='0'/>",
        SUITE.format("text"),
        SUITE.format("<properties><property name='x'/></properties>"),
        SUITE.format("<properties><property name='x' value='x'>text</property></properties>"),
        SUITE.format("<testcase/>"),
        SUITE.format("<testcase name='x' line='3'/>"),
        SUITE.format("<failure/>"),
        CASE.format("text"),
        CASE.format("<properties/>"),
        CASE.format("<failure><stackTrace/></failure>"),
        CASE.format("<flakyFailure message='x'/>"),
        CASE.format(FLAKY.format(OUT + TRACE)),
        CASE.format(FLAKY.format(ERR + OUT)),
        CASE.format(FLAKY.format(TRACE + TRACE)),
        *(f"<testsuites time='{time}'/>" for time in ("soon", "1,23", "-1", "1e3", "0.1 s")),
    ],
)
def test_what_the_schema_forbids_is_invalid(forbidden):
    with pytest.raises(xmlschema.XMLSchemaValidationError):
        read(forbidden)


@pytest.mark.parametrize(
    ("found", "changed"),
    [
        (' tests="13"', ' tests="13" skipped="1"'),
        (' failures="0"', ""),
        (' time="4.500"', ' time="4.5 s"'),
        ("<testcase name=", "<testcase line='1' name="),
        ("<testcase name=", "<testcase title="),
        ("testcase", "case"),
        ("<properties>", "<properties><model/>"),
        (' value="mock"', ""),
        (' type="RATE_LIMITED"><stackTrace>', "><stackTrace>"),
        ("<stackTrace>", "<system-out/><stackTrace>"),
        ("stackTrace", "trace"),
        ("system-out", "output"),
        ("</testsuite>", "</testsuite><system-out/>"),
    ],
)
def test_a_report_that_is_changed_is_invalid(found, changed):
    report = "".join(line.strip() for line in junit(EVERYTHING, TEXTS).splitlines(keepends=True))
    read(report)
    assert found in report
    with pytest.raises(xmlschema.XMLSchemaValidationError):
        read(report.replace(found, changed))


@pytest.mark.parametrize("text", ["<testsuites name='&#1;'/>", "<testsuites>", "<a>\x01</a>", ""])
def test_what_is_no_xml_is_refused(text):
    with pytest.raises((ET.ParseError, AssertionError)):
        read(text)
