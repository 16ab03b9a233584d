"""A script that is wrong is refused with the line, and with what was meant."""

import pytest

from hello_llm.contract import UsageError
from hello_llm.providers.mock.script_file import read_script

HEAD = 'version = 1\n[[rule]]\nname = "a"\n'


def refused(tmp_path, text):
    """Return message, without the file, and hint of the refusal of `text`."""
    file = tmp_path / "s.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as refusal:
        read_script(file)
    return refusal.value.message.removeprefix(str(file)), refusal.value.hint


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        (
            "version = 2",
            ", line 1, column 1: version 2 is not known",
            "this release of hello-llm reads version = 1",
        ),
        ("", ": there is no version", "write as the first line: version = 1"),
        ("version = 1", ": there is no rule", "a rule begins with [[rule]]"),
        (
            'version = 1\n[[rule]]\ntext = "a"',
            ", line 2, column 1: a rule has no name",
            'name = "…"',
        ),
        (
            f'{HEAD}txt = "b"',
            ', line 4, column 1: unknown key "txt" in rule "a"',
            'did you mean "text"?',
        ),
        (
            f'{HEAD}\n[[rule]]\nname = "a"',
            ', line 6, column 1: there are two rules "a"',
            "the other one is on line 2; rename one",
        ),
        (f"{HEAD}text = 7", ', line 4, column 1: text in rule "a" must be text, not 7', None),
        (
            f"{HEAD}turn = 0",
            ', line 4, column 1: turn in rule "a" must be a whole number from 1 to ',
            None,
        ),
        (
            f"{HEAD}usage = {{tokens = 1}}",
            ', line 4: unknown key "tokens" in usage in rule "a"',
            'did you mean "tokens_in"?',
        ),
        (
            f'{HEAD}fault = "400"',
            ', line 4, column 1: there is no fault "400"',
            'did you mean "400-context" or "400-no-stream"?',
        ),
        (
            f'{HEAD}fault = "429-x"',
            ', line 4, column 1: there is no fault "429-x"',
            'did you mean "429-',
        ),
        (f'{HEAD}fault = "502-htm"', ', line 4, column 1: there is no fault "502-htm"', "502-html"),
        (
            f'{HEAD}fault = "sigint-mid"',
            ', line 4, column 1: the fault "sigint-mid" happens to the program, not to a server',
            "no script can play it",
        ),
        (
            f"{HEAD}times = 1",
            ', line 4, column 1: times in rule "a" needs a fault',
            'fault = "503"',
        ),
        (
            f'{HEAD}fault = "ansi"\ntext = "b"',
            ', line 4, column 1: the fault "ansi" brings its own text',
            "leave out the text",
        ),
        (
            f'{HEAD}text = "b"\nreplies = [{{text = "c"}}]',
            ', line 4, column 1: text cannot be given beside replies in rule "a"',
            "write text into each of the replies",
        ),
        (
            f'{HEAD}replies = [\n  {{text = "c"}},\n  {{txt = "d"}},\n]',
            ', line 6: unknown key "txt" in replies in rule "a"',
            'did you mean "text"?',
        ),
        (
            f"{HEAD}[[rule.replies]]\n[[rule.replies]]\n[rule.replies.usage]\ntokens_in = 1.5",
            ', line 7, column 1: tokens_in in usage in replies in rule "a" must be a whole number',
            None,
        ),
        (
            f"{HEAD}tool_calls = [\n  {{name = 'b', arguments = ''}},\n  {{name = 'c'}},\n]",
            ', line 6: a tool call in rule "a" has no arguments',
            'arguments = "…"',
        ),
        (
            f'{HEAD}regex = "("',
            ', line 4, column 1: regex in rule "a" is not a regular expression: ',
            None,
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path, text, message, hint):
    said, advice = refused(tmp_path, text)
    assert said.startswith(message)
    assert advice == hint or (hint and advice and hint in advice)


def test_a_file_that_is_no_script_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"^cannot read the script .*: No such file"):
        read_script(tmp_path / "none.toml")
    with pytest.raises(UsageError, match=r"^cannot read the script .*: embedded null byte"):
        read_script(tmp_path / "a\0b")
    assert refused(tmp_path, "version = \n") == (
        ", line 1, column 11: not valid TOML: invalid value",
        'text needs quotes: model = "openai/gpt-4o-mini"',
    )
    assert refused(tmp_path, f"a = {'[' * 9999}") == (": brackets are nested too deeply", None)
