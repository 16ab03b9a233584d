"""A script that is wrong is refused with the line, and with what was meant."""

import pytest

from hello_llm.contract import UsageError
from hello_llm.providers.mock_script.lines import locate
from hello_llm.providers.mock_script.reading import read_script

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
        ("version = 2", ", line 1: version must be 1, not 2", None),
        ("", ": there is no version", "write as the first line: version = 1"),
        ("version = 1", ": there is no rule", "a rule begins with [[rule]]"),
        ('version = 1\n[[rule]]\ntext = "a"', ", line 2: a rule has no name", 'name = "…"'),
        (f'{HEAD}txt = "b"', ", line 4: unknown key 'txt'", "did you mean 'text'?"),
        (
            f'{HEAD}\n[[rule]]\nname = "a"',
            ", line 6: there are two rules 'a'",
            "the other one is on line 2; rename one",
        ),
        (f"{HEAD}text = 7", ", line 4: text must be a text, not 7", None),
        (f"{HEAD}turn = 0", ", line 4: turn must be a whole number from 1, not 0", None),
        (
            f"{HEAD}usage = {{tokens = 1}}",
            ", line 4: usage has no figure 'tokens': there are tokens_in, ",
            None,
        ),
        (f'{HEAD}fault = "502-htm"', ", line 4: there is no fault '502-htm'", "502-html"),
        (
            f'{HEAD}fault = "sigint-mid"',
            ", line 4: the fault 'sigint-mid' happens to the program and not to a server",
            "no script can play it",
        ),
        (f"{HEAD}times = 1", ", line 4: times needs a fault", 'fault = "503"'),
        (
            f'{HEAD}fault = "ansi"\ntext = "b"',
            ", line 4: the fault 'ansi' brings its own text",
            "leave out the text",
        ),
        (
            f'{HEAD}text = "b"\nreplies = [{{text = "c"}}]',
            ", line 4: text cannot stand beside replies",
            "write text into each of the replies",
        ),
        (
            f'{HEAD}replies = [\n  {{text = "c"}},\n  {{txt = "d"}},\n]',
            ", line 4: unknown key 'txt'",
            "did you mean 'text'?",
        ),
        (f'{HEAD}regex = "("', ", line 4: regex is no regular expression: ", None),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path, text, message, hint):
    said, advice = refused(tmp_path, text)
    assert said.startswith(message)
    assert advice == hint or (hint and advice and hint in advice)


def test_a_file_that_is_no_script_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"^cannot read the script .*: No such file"):
        read_script(tmp_path / "none.toml")
    file = tmp_path / "s.toml"
    file.write_text("version = \n")
    with pytest.raises(UsageError, match=r"not valid TOML: Invalid value \(at line 1"):
        read_script(file)


def test_every_key_has_its_line():
    first = 'a = 1\n\n[[r]]\nb = """\nx\n"""\n[r.u]\nc = 2\n'
    text = first + "[[r]]\nd = [\n {e = 3},\n]\n[[r.s]]\nf = 4\n"
    found = locate(text)
    assert found["a",] == 1
    assert (found["r", 0], found["r", 0, "b"], found["r", 0, "u", "c"]) == (3, 4, 8)
    assert (found["r", 1], found["r", 1, "d", 0, "e"]) == (9, 10)
    assert (found["r", 1, "s", 0], found["r", 1, "s", 0, "f"]) == (13, 14)
