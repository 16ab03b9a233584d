"""Each assertion lets pass what it should, and says of the rest what was expected and what came."""

import os
import sys
from datetime import date

import pytest

from hello_llm.checks.assertions.table import ASSERTIONS, Expectation
from hello_llm.checks.mismatches import Bench, find_mismatches
from hello_llm.contract import LLMReply, ToolCall, Usage
from hello_llm.judge.pool import Judges
from hello_llm.judge.rules import RULES
from hello_llm.toml_file.kinds import UnfitError

LONG_S = 60.0
USAGE = Usage(tokens_out=4, latency_ms=900, usd_micros=1500, first_token_ms=100)
CALL = ToolCall("1", "add", '{"a": 1, "b": {"c": true, "d": 2}}')


@pytest.fixture(scope="module")
def judges():
    with Judges() as judges:
        yield judges


@pytest.fixture
def found(judges, tmp_path):
    """Returns what an assertion finds wrong with a reply of some text."""

    def mismatch(name, given, text, usage=USAGE, calls=()):
        value = ASSERTIONS[name].read(given, tmp_path)
        reply = LLMReply(text, "mock", "mock/echo", usage, "stop", tool_calls=calls)
        environ = {"PATH": os.defpath}
        bench = Bench(judges, tmp_path, environ, LONG_S)
        return next(iter(find_mismatches([Expectation(name, value)], reply, bench, LONG_S)), None)

    return mismatch


HOLDS = [
    ("equals", "Yes", "Yes\n"),
    ("contains", "es", "Yes"),
    ("icontains", "YES", "yes"),
    ("any_of", ["no", "Yes"], "Yes"),
    ("all_of", ["Y", "s"], "Yes"),
    ("not_contains", "no", "Yes"),
    ("regex", r"^\w+$", "Yes"),
    ("not_regex", r"\d", "Yes"),
    ("starts_with", "Y", " Yes"),
    ("json", True, ' {"a": 1}\n'),
    ("json", False, "Yes"),
    ("json_path", {"$.a.b[0]": 1, "$['c d']": None}, '{"a": {"b": [1]}, "c d": null}'),
    ("json_path", {"$": [1, 2], "$[-1]": 2}, "[1, 2]"),
    ("json_schema", {"type": "object", "required": ["a"]}, '{"a": 1}'),
    ("min_chars", 3, "Yes"),
    ("max_chars", 3, "Yes"),
    ("finish_reason", "stop", "Yes"),
    ("max_latency", 0.9, "Yes"),
    ("max_first_token", 0.1, "Yes"),
    ("max_tokens_out", 4, "Yes"),
    ("max_cost", 0.0015, "Yes"),
    ("exec", [sys.executable, "-c", "import sys; sys.exit(sys.stdin.read() != 'Yes')"], "Yes"),
]
FAILS = [
    ("equals", "Yes", "No", "Yes", "No"),
    ("contains", "es", "No", 'a text with "es"', "No"),
    ("icontains", "ES", "No", 'a text that contains, ignoring case, "ES"', "No"),
    ("any_of", ["a", "b"], "No", 'a text that contains one of "a", "b"', "No"),
    ("all_of", ["o", "b"], "No", 'a text with "b" too', "No"),
    ("not_contains", "o", "No", 'a text without "o"', "No"),
    ("regex", r"\d", "No", r"a match of /\d/", "No"),
    ("not_regex", r"N.", "No", "no match of /N./", "the match 'No'"),
    ("starts_with", "Y", "", 'a text that starts with "Y"', "an empty answer"),
    ("json", False, "1", "no JSON", "1"),
    ("json_path", {"$.a": 1}, '{"a": true}', "1 at $.a", "true"),
    ("json_path", {"$.a[0]": 1}, '{"a": {}}', "1 at $.a[0]", 'nothing there: {"a": {}}'),
    ("min_chars", 3, "No", "at least 3 characters", "2 characters"),
    ("max_chars", 1, "No", "at most 1 characters", "2 characters"),
    ("finish_reason", "length", "No", "length", "stop"),
    ("max_latency", 0.5, "No", "at most 0.5 s", "0.900 s"),
    ("max_first_token", 0.05, "No", "at most 0.05 s", "0.100 s"),
    ("max_tokens_out", 3, "No", "at most 3 tokens", "4"),
    ("max_cost", 0.001, "No", "at most 0.001 USD", "0.001500 USD"),
]
UNMEASURED = {
    "max_latency": "unknown: it was not measured",
    "max_first_token": "unknown: it was not measured",
    "max_tokens_out": "unknown: they were not counted",
    "max_cost": "unknown: there is no known price",
}


@pytest.mark.parametrize(("name", "given", "text"), HOLDS)
def test_it_holds(found, name, given, text):
    assert found(name, given, text) is None


@pytest.mark.parametrize(("name", "given", "text", "expected", "got"), FAILS)
def test_it_says_what_was_expected_and_what_came(found, name, given, text, expected, got):
    mismatch = found(name, given, text)
    assert (mismatch.assertion, mismatch.expected, mismatch.got) == (name, expected, got)


@pytest.mark.parametrize("name", UNMEASURED)
def test_a_figure_that_was_not_measured_fails_with_that_as_the_reason(found, name):
    assert found(name, 100, "No", Usage()).got == UNMEASURED[name]


def test_every_assertion_is_tried_here():
    assert {name for name, *_ in HOLDS} | {"tool_call"} == ASSERTIONS.keys()


@pytest.mark.parametrize("text", ['```json\n{"a": 1}\n```', "NaN", "[" * 100_000, ""])
def test_what_is_not_exactly_json_is_none(found, text):
    assert found("json", True, text).expected == "JSON"
    assert found("json_path", {"$": 1}, text).expected == "JSON"


def test_a_schema_may_stand_in_a_file_and_the_place_of_the_fault_is_told(found, tmp_path):
    (tmp_path / "s.json").write_text('{"properties": {"a": {"type": "string"}}}')
    mismatch = found("json_schema", "s.json", '{"a": 1}')
    assert mismatch.got == "at $.a: 1 is not of type 'string'"


@pytest.mark.parametrize("arguments", [{}, {"a": 1}, {"b": {"c": True}}])
def test_a_tool_call_needs_the_arguments_that_are_named(found, arguments):
    given = {"name": "add", "arguments": arguments}
    assert found("tool_call", given, "", calls=(CALL,)) is None


@pytest.mark.parametrize(
    ("given", "calls", "got"),
    [
        ({"name": "add"}, (), "no call"),
        ({"name": "sub"}, (CALL,), f"add({CALL.arguments})"),
        ({"name": "add", "arguments": {"a": True}}, (CALL,), f"add({CALL.arguments})"),
        ({"name": "add", "arguments": {"a": 1}}, (ToolCall("1", "add", "{"),), "add({)"),
    ],
)
def test_another_tool_call_is_none(found, given, calls, got):
    assert found("tool_call", given, "", calls=calls).got == got


@pytest.mark.parametrize(
    ("command", "got"),
    [
        ([sys.executable, "-c", "print('too long'); exit(3)"], "exit code 3: too long"),
        (["./absent"], "it cannot be started: No such file or directory"),
    ],
)
def test_a_program_says_no(found, command, got):
    assert found("exec", command, "No").got == got


@pytest.mark.parametrize("schema", ["[]", "3", "{", "\ud800", "[" * 100_000])
def test_a_file_that_holds_no_schema_is_told(tmp_path, schema):
    (tmp_path / "s.json").write_text(schema, errors="surrogatepass")
    with pytest.raises(UnfitError, match=r"^names a file that is not (JSON|a JSON Schema): "):
        ASSERTIONS["json_schema"].read("s.json", tmp_path)


def test_what_may_take_for_ever_is_left_to_a_judge_process():
    assert {name for name, one in ASSERTIONS.items() if one.judge is None} == RULES.keys()


@pytest.mark.parametrize(
    ("name", "given", "reason"),
    [
        ("contains", 3, "must be a text, not 3"),
        ("any_of", "yes", 'must be a list of texts, such as ["yes", "no"], not "yes"'),
        ("json_path", {"a.b": 1}, "contains an unsupported path"),
        ("json_path", {"$..a": 1}, "contains an unsupported path"),
        ("json_path", {"$.a": date(2026, 1, 1)}, "contains a date or a time, which JSON does not"),
        ("json_schema", "absent.json", "names a file that cannot be read: No such file"),
        ("finish_reason", "stopp", "must be stop, length or tool_calls"),
        ("tool_call", {"arguments": {}}, "must name the tool"),
        ("tool_call", {"name": "a", "argument": {}}, 'has the unknown key "argument"'),
        (
            "json_schema",
            {"const": date(2026, 1, 1)},
            "contains a date or a time, which JSON does not",
        ),
        ("exec", [], "must name a program"),
        ("exec", ["./judge", ""], 'must be a list such as ["./judge"], but contains an empty text'),
        ("exec", ["./judge", "a\0b"], "contains a NUL character, which cannot be passed to"),
    ],
)
def test_what_may_not_stand_there_is_told(tmp_path, name, given, reason):
    with pytest.raises(UnfitError) as raised:
        ASSERTIONS[name].read(given, tmp_path)
    assert raised.value.reason.startswith(reason)
