"""The JSON report."""

import json
import re
from dataclasses import fields
from typing import Any

import jsonschema
import pytest
from hypothesis import given

from hello_llm.checks.reports.json import failed_in, render
from hello_llm.checks.reports.wording import Status
from hello_llm.checks.results import CheckResult, Verdict
from hello_llm.contract import ExitCode, UsageError
from hello_llm.rendering.json.schemas import load_schema
from hello_llm.text.surrogates import join_surrogates
from tests.checks.reports.golden import as_json
from tests.checks.reports.results import (
    ANYTHING,
    EMPTY,
    EVERYTHING,
    PLAIN,
    SECRET,
    check,
    hostile_suites,
    right,
    suite,
    wrong,
)

SCHEMA = load_schema("checks")


def valid(report: str) -> Any:
    """The document in `report`, which satisfies the schema."""
    read = json.loads(report)
    jsonschema.Draft202012Validator(SCHEMA).validate(read)
    return read


@pytest.mark.parametrize("result", [EVERYTHING, EMPTY], ids=["everything", "empty"])
def test_the_report_satisfies_its_schema(result):
    read = valid(as_json(result))
    assert len(read["results"]) == len(result.results)
    assert read["ok"] is (result.exit_code is ExitCode.OK)


def test_the_schema_refuses_a_report_without_one_of_its_keys():
    read = json.loads(as_json(EVERYTHING))
    for key in list(read):
        less = {name: value for name, value in read.items() if name != key}
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.Draft202012Validator(SCHEMA).validate(less)


def test_the_schema_holds_that_of_the_reply():
    reply = load_schema("reply")
    del reply["$schema"]
    assert SCHEMA["$defs"]["reply"] == reply


def test_the_schema_knows_each_exit_code_each_verdict_and_each_key_of_the_results():
    definitions = SCHEMA["$defs"]
    assert SCHEMA["properties"]["exit_code"]["enum"] == [int(code) for code in ExitCode]
    assert list(SCHEMA["properties"]["counts"]["properties"]) == list(Status)
    for name in ("check", "attempt"):
        assert definitions[name]["properties"]["verdict"]["enum"] == list(Verdict)
    (first, *_) = json.loads(as_json(EVERYTHING))["results"]
    assert list(definitions["check"]["properties"]) == list(first)
    assert set(first) == {field.name for field in fields(CheckResult)} | {"flaky"}
    assert list(definitions["attempt"]["properties"]) == list(first["attempts"][0])


def test_a_check_that_was_not_tried_says_why():
    results = {result["name"]: result for result in valid(as_json(EVERYTHING))["results"]}
    assert results["came too late"]["skipped_because"] == "the budget is spent"
    assert results["says yes"]["skipped_because"] is None


def test_a_wrong_error_has_its_finding_and_its_document():
    results = {result["name"]: result for result in valid(as_json(EVERYTHING))["results"]}
    (attempt,) = results["refuses a wrong key"]["attempts"]
    assert attempt["findings"][0]["assertion"] == "expect_error"
    assert attempt["reply"]["error"]["code"] == "REQUEST"


def test_each_result_is_counted_once():
    read = valid(as_json(EVERYTHING))
    assert sum(read["counts"].values()) == len(read["results"])


def test_an_attempt_holds_the_document_of_its_reply_or_of_its_error():
    results = {result["name"]: result for result in valid(as_json(EVERYTHING))["results"]}
    limited = results["is limited"]["attempts"][0]["reply"]
    assert limited["error"]["code"] == "RATE_LIMITED"
    assert limited["model"] == "openai/gpt-4.1-mini"
    assert results["is cut off"]["attempts"][0]["reply"]["text"] == "Roses are"
    assert results["calls a tool"]["attempts"][0]["reply"]["tool_calls"][0]["name"] == "weather"


def test_texts_are_whole_and_hold_no_secret():
    report = as_json(suite(check("long", Verdict.FAIL, wrong("x" * 5000 + SECRET))))
    attempt = valid(report)["results"][0]["attempts"][0]
    assert attempt["reply"]["text"] == "x" * 5000 + "[redacted]"
    assert attempt["findings"][0]["got"] == "x" * 5000 + "[redacted]"


@given(hostile_suites())
def test_any_text_gives_a_valid_document_in_which_every_character_prints(result):
    report = as_json(result)
    assert len(valid(report)["results"]) == len(result.results)
    assert all(line.isprintable() for line in report.split("\n"))


@given(ANYTHING)
def test_an_answer_reads_back_as_it_was(text):
    report = render(suite(check(text, Verdict.PASS, right(text))), PLAIN)
    read = json.loads(report)["results"][0]
    assert read["attempts"][0]["reply"]["text"] == join_surrogates(text)
    assert read["name"] == join_surrogates(text)


def test_what_did_not_pass_can_be_read_from_the_report():
    assert [name for name, _ in failed_in(as_json(EVERYTHING))][:-1] == [
        "writes a poem",
        "is limited",
        "is cut off",
        "is known to fail",
        "refuses a wrong key",
        "came too late",
        "came half",
    ]
    assert ("is limited", "openai/gpt-4.1-mini") in failed_in(as_json(EVERYTHING))
    assert failed_in(as_json(EMPTY)) == []


@pytest.mark.parametrize(
    "report",
    [
        *("", "[]", "{}", "3", "null", '"x"', "[" * 100_000, '{"schema": "hello-llm.reply/1"}'),
        *('{"schema": "hello-llm.checks/1"}', '{"schema": "hello-llm.checks/1", "results": 3}'),
        '{"schema": "hello-llm.checks/1", "results": [{}]}',
        '{"schema": "hello-llm.checks/1", "results": ["x"]}',
    ],
    ids=range(12),
)
def test_what_is_no_report_is_a_usage_error(report):
    with pytest.raises(UsageError, match=re.escape("not a JSON report of checks")):
        failed_in(report)
