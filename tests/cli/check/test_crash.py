"""Neither a suite nor an answer ends a run of ``check`` with anything but a sentence."""

import json

import pytest

from hello_llm.judge import pool
from tests.cli.program import program

pytestmark = pytest.mark.in_process

SLOW = "(?i)" + "[\u0100-\U0010ffff]" * 10_000
"""An expression that takes minutes to compile: a million characters are looked at for each part."""
MISTAKES = {
    "regex": ('regex = "("', 'expect in check "a" is not a regular expression: missing )'),
    "regex-repeats": (
        'regex = "a{99999999999999999999}"',
        'expect in check "a" is not a regular expression: the',
    ),
    "regex-deep": (
        f'regex = "{"(" * 5000}{")" * 5000}"',
        'expect in check "a" is not a regular expression: ',
    ),
    "ref": ('json_schema = { "$ref" = "#/type/foo", type = "object" }', "refers to #/type/foo"),
    "ref-bad-address": ('json_schema = { "$ref" = "http://[::1" }', "refers to http://[::1"),
    "ref-remote": ('json_schema = { "$ref" = "http://127.0.0.1:9/" }', "refers to http://127"),
    "ref-dynamic": ('json_schema = { "$dynamicRef" = "#absent" }', "refers to #absent"),
    "ref-endless": ('json_schema = { "$ref" = "#" }', "refers to itself endlessly"),
    "schema-dialect": ('json_schema = { "$schema" = 5 }', "$schema must be an address, not 5"),
    "schema-part": ("json_schema = { properties = { a = 5 } }", "5 is not of type"),
    "schema-pattern": ('json_schema = { pattern = "(" }', "is not a 'regex'"),
    "schema-date": ("json_schema = { const = 2026-01-01 }", "contains a date or a time"),
    "schema-digits": (f"json_schema = {{ const = 0x{'f' * 5000} }}", "too many digits"),
    "schema-deep": (f"json_schema.{'a.' * 3000}b = 1", "has more than 100 parts"),
    "path-deep": (
        f'json_path = {{ "$" = {{ {"a." * 60}b = {{ {"a." * 60}b = 1 }} }} }}',
        "is nested too deeply",
    ),
    "exec-nul": (r'exec = ["a\u0000b"]', 'exec in expect in check "a" contains a NUL character'),
    "exec-empty": ('exec = ["a", ""]', "but contains an empty text"),
}


@pytest.mark.parametrize(("expect", "message"), MISTAKES.values(), ids=MISTAKES)
def test_check_crash_a_mistake_in_a_suite_is_told_with_its_line(asking, expect, message):
    ended = program("check", asking(expect, "x"))
    assert (ended.code, ended.stdout) == (2, b"")
    assert ended.stderr.startswith("error: ")
    assert message in ended.stderr
    assert ", line " in ended.stderr


@pytest.mark.parametrize("expect", ["regex = '{}'", "json_schema = {{ pattern = '{}' }}"])
def test_check_crash_an_expression_that_is_not_compiled_in_time_is_a_mistake(
    asking, expect, monkeypatch
):
    monkeypatch.setattr(pool, "VALIDATION_S", 1.0)
    ended = program("check", asking(expect.format(SLOW), "x"))
    assert (ended.code, ended.stdout) == (2, b"")
    name = expect.partition(" ")[0]
    assert (
        f'{name} in expect in check "a" cannot be checked: it takes more than 1 s' in ended.stderr
    )
    assert ", line " in ended.stderr


ANSWERS = {
    "infinite": (
        "json_schema = { multipleOf = 0.5 }",
        "1e999",
        "the schema cannot be applied to it",
    ),
    "digits": ("json_schema = { multipleOf = 2 }", "9" * 5000, "a number with too many digits"),
    "deep-schema": ('json_schema = { type = "array" }', "[" * 5000, "nested too deeply"),
    "deep": ("json = true", "[" * 200_000, "nested too deeply"),
    "deep-path": ('json_path = { "$[0]" = 1 }', "[" * 900 + "]" * 900, "1 at $[0]"),
    "nan": ("json = true", '{"a": NaN}', "NaN is not JSON"),
    "path": ('json_path = { "$.a" = 1 }', '{"a": 1e999}', "Infinity"),
}


@pytest.mark.parametrize(("expect", "answer", "message"), ANSWERS.values(), ids=ANSWERS)
def test_check_crash_what_an_answer_causes_fails_its_attempt(asking, expect, answer, message):
    ended = program("check", asking(expect, answer))
    assert (ended.code, message in ended.text, ended.stderr) == (1, True, "")


@pytest.mark.parametrize("depth", [10, 900, 5000, 100_000])
def test_check_crash_arguments_of_a_tool_may_be_nested(asking, tmp_path, depth):
    path = asking('tool_call = { name = "f", arguments = { a = 1 } }', "x")
    arguments = '{"a": ' + "[" * depth + "]" * depth + "}"
    (tmp_path / "answer.toml").write_text(
        'version = 1\n[[rule]]\nname = "all"\n'
        f'tool_calls = [{{ name = "f", arguments = {json.dumps(arguments)} }}]\n'
    )
    ended = program("check", path)
    assert (ended.code, ended.stderr) == (1, "")
