"""A suite is read whole, and every mistake in it is told with its line and what was meant."""

import pytest

from hello_llm.checks.suite import select
from hello_llm.checks.suite_reading import read_suite
from hello_llm.contract import ExitCode, Message, UsageError
from hello_llm.contract.model_name import ModelName

GOOD = """\
version = 1
[defaults]
models = ["mock/a", "mock/b"]
timeout = 5
repeat = 3
pass = 2

[[check]]
name = "one"
prompt = "hi"
tags = ["quick"]
expect = { contains = "hi", min_chars = 2 }

[[check]]
name = "two"
model = "mock/c"
repeat = 1
pass = 1
quarantine = true
messages = [{ role = "user", content = "a" }, { role = "assistant", content = "b" }]
system = "Be brief."
[check.expect]
json_path = { "$.a" = 1 }

[[check]]
name = "three"
prompt_file = "question.txt"
expect_error = "AUTH"
"""


def read(folder, text):
    path = folder / "suite.toml"
    path.write_text(text)
    return read_suite(path, ModelName.parse)


def test_what_a_check_does_not_say_the_defaults_do(tmp_path):
    (tmp_path / "question.txt").write_text("Why?\n")
    one, two, three = read(tmp_path, GOOD).checks
    assert (one.line, two.line, three.line) == (8, 14, 25)
    assert (one.models, one.repeat, one.needed) == (("mock/a", "mock/b"), 3, 2)
    assert (two.models, two.repeat, two.quarantined) == (("mock/c",), 1, True)
    assert (one.settings, one.tags) == ({"timeout": 5.0}, ("quick",))
    assert two.settings == {"timeout": 5.0, "system": "Be brief."}
    assert [one.name for one in one.expectations] == ["contains", "min_chars"]
    assert two.messages == (Message("user", "a"), Message("assistant", "b"))
    assert (three.messages, three.expect_error) == ((Message("user", "Why?\n"),), ExitCode.AUTH)


CHECK = 'version = 1\n[[check]]\nname = "a"\nprompt = "hi"\nexpect = { contains = "hi" }\n'
BAD = [
    ("", "suite.toml: there is no version", "write as the first line: version = 1"),
    ("version = 1\n", "suite.toml: there is no check in it", "a check begins with [[check]]"),
    ("version = 1\n[[chek]]\n", 'line 2, column 1: unknown key "chek"', 'did you mean "check"?'),
    (CHECK + "reepat = 3\n", 'line 6, column 1: unknown key "reepat" in check "a"', '"repeat"?'),
    (
        CHECK.replace("contains", "contain"),
        'line 5: unknown key "contain" in expect in check "a"',
        '"contains"?',
    ),
    (
        CHECK + '[[check]]\nname = "a"\nprompt = "b"\nexpect = { equals = "c" }\n',
        'line 7, column 1: there are two checks called "a"',
        "the other is on line 2",
    ),
    (
        CHECK.replace('prompt = "hi"', 'prompt_file = "hi.txt"'),
        "line 4, column 1: there is no prompt_file ",
        'did you mean "hi.text"?',
    ),
    (CHECK.replace('prompt = "hi"\n', ""), 'line 2, column 1: nothing is asked in check "a"', ""),
    (CHECK + 'prompt_file = "b"\n', "prompt and prompt_file are both given", "leave out one"),
    (
        CHECK + 'model = "opnai/gpt-4o"\n',
        "line 6, column 1: unknown vendor 'opnai' in model 'opnai/gpt-4o'",
        "openai/gpt-4o",
    ),
    (
        CHECK + 'models = ["gpt-4o"]\n',
        "line 6, column 1: model 'gpt-4o' has no vendor prefix",
        "openai",
    ),
    (CHECK + 'repeat = "3"\n', 'line 6, column 1: repeat in check "a" must be a whole number', ""),
    (CHECK + "repeat = 2\npass = 3\n", "line 7, column 1: pass = 3 is more than repeat = 2", ""),
    (CHECK + 'expect_error = "AUTH"\n', "both an answer and an error are expected", ""),
    (
        CHECK + 'expect_error = "AUHT"\n',
        'line 6, column 1: expect_error in check "a" must be',
        '"AUTH"?',
    ),
    (CHECK.replace('expect = { contains = "hi" }\n', ""), "nothing is expected in check", ""),
    (
        CHECK.replace('{ contains = "hi" }', "{}"),
        'line 5: expect in check "a" must be a table with at least one',
        "",
    ),
    (
        CHECK + 'provider = "openai"\n',
        'provider in check "a" must be mock or litellm',
        "a model prefix",
    ),
    (
        CHECK.replace('prompt = "hi"', "messages = []"),
        'messages in check "a" must be a list of tables',
        "role",
    ),
    (
        CHECK + "temperature = 3\n",
        'line 6, column 1: temperature in check "a" must be a number',
        "",
    ),
    ("version = 1\n[[check]\n", "line 2, column 8: not valid TOML", ""),
    ("version = 1\ncheck = 3\n", "line 2, column 1: check must be a list of tables", "[[check]]"),
]


@pytest.mark.parametrize(("text", "message", "hint"), BAD)
def test_a_mistake_is_told_with_its_line_and_what_was_meant(tmp_path, text, message, hint):
    (tmp_path / "hi.text").touch()
    with pytest.raises(UsageError) as raised:
        read(tmp_path, text)
    assert message in raised.value.message
    assert hint in (raised.value.hint or "")


def test_a_suite_that_is_not_there_is_told(tmp_path):
    with pytest.raises(UsageError, match=r"cannot read .*absent\.toml: No such file"):
        read_suite(tmp_path / "absent.toml", ModelName.parse)


@pytest.mark.parametrize(
    ("patterns", "names"),
    [
        ([], ["one", "two", "three"]),
        (["t*"], ["two", "three"]),
        (["quick"], ["one"]),
        (["three", "quick"], ["one", "three"]),
    ],
)
def test_checks_are_selected_by_name_or_tag_in_the_order_of_the_file(tmp_path, patterns, names):
    (tmp_path / "question.txt").write_text("Why?")
    chosen = select(read(tmp_path, GOOD), patterns)
    assert [check.name for check in chosen] == names


def test_a_selection_of_nothing_names_what_is_near(tmp_path):
    (tmp_path / "question.txt").write_text("Why?")
    with pytest.raises(UsageError, match='--select "qick" selects no check') as raised:
        select(read(tmp_path, GOOD), ["t*", "qick"])
    assert raised.value.hint == 'did you mean "quick"?'
