"""Every kind of value: what it takes, what it refuses with which words, how typed text is read."""

from pathlib import Path

import pytest

from hello_llm.toml_file.kinds import (
    SECRET_HINT,
    SECRET_REASON,
    Boolean,
    Choice,
    Duration,
    Integer,
    Name,
    NameList,
    Number,
    Prose,
    TextList,
    UnfitError,
)
from hello_llm.toml_file.references import FilePath, Url, VariableName

COLOR = Choice(("auto", "always", "never"))
SHARE = Number(0, 1)
COUNT = Integer(1, 100)
MODEL = Name("a model")
TEXTS = TextList('a list of texts, such as ["END"]')
MODELS = NameList('a list of models, such as ["a/b"]')
PATH = FilePath('a path such as "ca.pem"')
URL = Url("http://127.0.0.1:11434")
KEY = "sk-" + "aB3d" * 12
RANDOM_KEY = "a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6"
NO_USER = ("must not contain a user name, password or key", SECRET_HINT)
NO_ADDRESS = "must be an address such as http://127.0.0.1:11434, but "
NO_VARIABLE = ("must be the name of an environment variable, such as OPENAI_API_KEY", None)
NO_KEY = ("must be the name of an environment variable, not the key itself", SECRET_HINT)


@pytest.mark.parametrize(
    ("kind", "given", "value"),
    [
        (Prose(), "", ""),
        (Prose(), "a\nb\x1b", "a\nb\x1b"),
        (Prose(), KEY, KEY),
        (MODEL, "a/b:c", "a/b:c"),
        (COLOR, "never", "never"),
        (SHARE, 0, 0.0),
        (SHARE, 1.0, 1.0),
        (COUNT, 1, 1),
        (COUNT, 100, 100),
        (Boolean(), False, False),
        (TEXTS, [], ()),
        (TEXTS, ["a", " "], ("a", " ")),
        (TEXTS, ("a",), ("a",)),
        (MODELS, ["a/b", "c/d"], ("a/b", "c/d")),
        (PATH, "ca.pem", "ca.pem"),
        (PATH, "~/ca.pem", "~/ca.pem"),
        (VariableName(), "OPENAI_API_KEY", "OPENAI_API_KEY"),
        (VariableName(), "_my_key2", "_my_key2"),
        (URL, "http://127.0.0.1:11434", "http://127.0.0.1:11434"),
        (URL, "https://[::1]:8080/v1/", "https://[::1]:8080/v1/"),
        (
            URL,
            "https://x.example/a?api-version=2024-10-21",
            "https://x.example/a?api-version=2024-10-21",
        ),
    ],
)
def test_what_is_allowed_comes_back_with_its_type(kind, given, value):
    checked = kind.check(given)

    assert (checked, type(checked)) == (value, type(value))


@pytest.mark.parametrize(
    ("kind", "given", "reason", "hint"),
    [
        (Prose(), 5, "must be text, not 5", None),
        (Prose(), "\udcff", "must be valid UTF-8", None),
        (MODEL, " ", 'must be a model, not " "', None),
        (MODEL, True, "must be a model, not true", None),
        (MODEL, KEY, SECRET_REASON, SECRET_HINT),
        (COLOR, "nevr", 'must be auto, always or never, not "nevr"', 'did you mean "never"?'),
        (COLOR, "x" * 99, f'must be auto, always or never, not "{"x" * 60}…"', None),
        (COLOR, "\x1b[2J", r'must be auto, always or never, not "\x1b[2J"', None),
        (COLOR, KEY, "must be auto, always or never, not a text that looks like a secret", None),
        (COLOR, {}, "must be auto, always or never, not a table", None),
        (SHARE, 1.5, "must be a number from 0 to 1, not 1.5", None),
        (SHARE, -1, "must be a number from 0 to 1, not -1", None),
        (SHARE, float("nan"), "must be a number from 0 to 1, not nan", None),
        (SHARE, float("inf"), "must be a number from 0 to 1, not inf", None),
        (SHARE, 10**400, "must be a number from 0 to 1, not a number of more than 20 digits", None),
        (SHARE, True, "must be a number from 0 to 1, not true", None),
        (SHARE, "1", 'must be a number from 0 to 1, not "1"', None),
        (COUNT, 0, "must be a whole number from 1 to 100, not 0", None),
        (COUNT, 1.0, "must be a whole number from 1 to 100, not 1", None),
        (COUNT, True, "must be a whole number from 1 to 100, not true", None),
        (Integer(-8, 7), 8, "must be a whole number of 4 bits, not 8", None),
        (Boolean(), "yes", 'must be true or false, not "yes"', None),
        (Boolean(), 1, "must be true or false, not 1", None),
        (TEXTS, "END", 'must be a list of texts, such as ["END"], not "END"', None),
        (TEXTS, [1], 'must be a list of texts, such as ["END"], but contains 1', None),
        (TEXTS, [["a"]], 'must be a list of texts, such as ["END"], but contains a list', None),
        (TEXTS, [""], 'must be a list of texts, such as ["END"], but contains an empty text', None),
        (MODELS, "a/b", 'must be a list of models, such as ["a/b"], not "a/b"', None),
        (
            MODELS,
            [""],
            'must be a list of models, such as ["a/b"], but contains an empty text',
            None,
        ),
        (MODELS, ["a", " "], 'must be a list of models, such as ["a/b"], but contains " "', None),
        (MODELS, ["a/b", KEY], SECRET_REASON, SECRET_HINT),
        (PATH, "", 'must be a path such as "ca.pem", not ""', None),
        (PATH, 1, 'must be a path such as "ca.pem", not 1', None),
        (PATH, "a\0", 'must be a path such as "ca.pem", and contains a NUL character', None),
        (PATH, "~nobody-of-that-name/x", "begins with ~, but there is no such home folder", None),
        (PATH, KEY, SECRET_REASON, SECRET_HINT),
        (VariableName(), "", *NO_VARIABLE),
        (VariableName(), "MY KEY", *NO_VARIABLE),
        (VariableName(), "ÄPFEL", *NO_VARIABLE),
        (VariableName(), KEY, *NO_KEY),
        (VariableName(), RANDOM_KEY, *NO_KEY),
        (URL, "http://", NO_ADDRESS + "it has no host", None),
        (URL, "http://a b", NO_ADDRESS + "it contains a space or a control character", None),
        (URL, "http://a\n", NO_ADDRESS + "it contains a space or a control character", None),
        (URL, "http://[::1", NO_ADDRESS + "its host is not a valid IPv6 address in brackets", None),
        (URL, "http://a:99999", NO_ADDRESS + "its port is not a number from 1 to 65535", None),
        (URL, "ftp://a", NO_ADDRESS + "it does not begin with http:// or https://", None),
        (URL, "localhost:11434", NO_ADDRESS + "it does not begin with http:// or https://", None),
        (URL, "http://me:pass@a", *NO_USER),
        (URL, "http://me@a", *NO_USER),
        (URL, "http://a/?api_key=x", *NO_USER),
        (URL, "http://a/?key=x", *NO_USER),
        (URL, f"http://a/?x={RANDOM_KEY}", *NO_USER),
        (URL, f"http://a/{KEY}", *NO_USER),
    ],
)
def test_what_is_not_allowed_is_refused_in_these_words(kind, given, reason, hint):
    with pytest.raises(UnfitError) as refusal:
        kind.check(given)

    assert (refusal.value.reason, refusal.value.hint) == (reason, hint)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Prose(), "5", "5"),
        (COLOR, "never", "never"),
        (SHARE, "1", 1.0),
        (SHARE, "much", "much"),
        (COUNT, "-3", -3),
        (COUNT, "3.5", "3.5"),
        (COUNT, "9" * 5000, "9" * 5000),
        (Boolean(), "true", True),
        (Boolean(), "True", "True"),
        (TEXTS, "END", ["END"]),
        (TEXTS, r'["a", "\n"]', ["a", "\n"]),
        (TEXTS, "[]", []),
        (TEXTS, "[oops", "[oops"),
        (PATH, "~/a", "~/a"),
        (PATH, "", ""),
    ],
)
def test_typed_text_is_read_as_its_kind_or_left_for_the_check_to_refuse(kind, text, value):
    read = kind.read(text)

    assert (read, type(read)) == (value, type(value))


def test_a_typed_path_starts_from_the_working_folder():
    assert PATH.read("a/../ca.pem") == str(Path.cwd() / "ca.pem")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("500ms", 0.5), ("90s", 90.0), ("5m", 300.0), ("1h", 3600.0), ("1.5h", 5400.0), ("0s", 0.0)],
)
def test_a_time_may_have_a_unit(text, seconds):
    kind = Duration(7 * 24 * 3600)
    assert kind.check(kind.read(text)) == seconds


@pytest.mark.parametrize(
    "text", ["5x", "m", "", "5 m", "-5m", "1e3s", "1..5s", "5mm", "169h", "٣s"]
)
def test_any_other_unit_is_refused(text):
    with pytest.raises(UnfitError, match="or a time such as 500ms, 90s, 5m or 1h, not "):
        Duration(7 * 24 * 3600).check(text)
