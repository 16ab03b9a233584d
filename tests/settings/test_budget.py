"""The limits in a configuration: read exactly, and every problem in them reported."""

from pathlib import Path

import pytest

from hello_llm.contract.budget import Budget, Limit
from hello_llm.settings.checking import check_config
from hello_llm.settings.editing.edits import set_value, unset_value
from hello_llm.settings.resolve import find_config, resolve
from hello_llm.settings.values import find_value, values_in_effect

FILE = """\
version = 1
[profiles.work]
[budget]
mode = "warn"
monthly = 20
daily = 0.1
[budget.profiles.work]
weekly = "1.000000001"
[budget.models."openai/gpt-4.1"]
daily = 123456789.123456789
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text(FILE)
    return path


def problems(body):
    _, found = check_config(Path("c"), f"version = 1\n[profiles.work]\n{body}".encode())
    return [(problem.sentence(Path("c")), problem.hint) for problem in found]


def test_limits_are_exact_and_know_their_lines(file):
    budget = Budget(
        (
            Limit("daily", 100_000_000, "total", None, 6),
            Limit("monthly", 20_000_000_000, "total", None, 5),
            Limit("weekly", 1_000_000_001, "profiles", "work", 8),
            Limit("daily", 123_456_789_123_456_789, "models", "openai/gpt-4.1", 10),
        ),
        "warn",
        4,
    )
    assert (
        resolve({}, config_file=file).budget == resolve({}, config_file=file, profile="work").budget
    )
    assert resolve({}, config_file=file).budget == budget


@pytest.mark.parametrize("body", ["", "[budget]", '[budget]\nmode = "stop"', "[budget.models]"])
def test_without_a_limit_nothing_is_in_force(tmp_path, body):
    path = tmp_path / "c.toml"
    path.write_text(f"version = 1\n{body}\n")
    budget = resolve({}, config_file=path).budget
    assert (budget.limits, budget.mode) == ((), "stop")


@pytest.mark.parametrize(
    ("body", "sentence", "hint"),
    [
        (
            "[budget]\ndayly = 1",
            'c, line 4, column 1: unknown key "dayly" in [budget]',
            'did you mean "daily"?',
        ),
        (
            "[budget]\ndaily = -1",
            (
                "c, line 4, column 1: daily in [budget] must be an amount of US dollars from 0 to"
                ' 1000000000, such as 5, 0.25 or "0.25", not -1'
            ),
            None,
        ),
        (
            "[budget]\nweekly = 0.0000000001",
            (
                "c, line 4, column 1: weekly in [budget] must have at most 9 decimal places, unlike"
                " 0.0000000001"
            ),
            None,
        ),
        (
            '[budget]\nmode = "stopp"',
            'c, line 4, column 1: mode in [budget] must be stop or warn, not "stopp"',
            'did you mean "stop"?',
        ),
        (
            "[budget.profiles.wrok]\ndaily = 1",
            'c, line 3, column 1: there is no profile "wrok" to limit',
            "the only profile is work",
        ),
        (
            "[budget.models.gpt-4]\ndaily = 1",
            (
                'c, line 3, column 1: "gpt-4" is not the name of a model: '
                "model 'gpt-4' has no vendor prefix"
            ),
            'write it as --model has it: [budget.models."openai/gpt-4o-mini"]',
        ),
        (
            '[budget.models."opnai/gpt-4o"]\ndaily = 1',
            (
                'c, line 3, column 1: "opnai/gpt-4o" is not the name of a model: '
                "unknown vendor 'opnai' in model 'opnai/gpt-4o'"
            ),
            'write it as --model has it: [budget.models."openai/gpt-4o-mini"]',
        ),
        (
            "[budget.models]\ndaily = 1",
            "c, line 4, column 1: daily in [budget.models] must be a table, not 1",
            'limits have an owner: [budget.profiles.NAME] or [budget.models."openai/gpt-4o-mini"]',
        ),
        (
            "[budget.profiles.work]\nmode = 'warn'",
            'c, line 4, column 1: unknown key "mode" in [budget.profiles.work]',
            "the keys are daily, weekly and monthly",
        ),
        (
            "[profiles.ci]\nbudget = 1",
            'c, line 4, column 1: unknown key "budget" in [profiles.ci]',
            "hello-llm config show lists every key",
        ),
    ],
)
def test_each_mistake_has_its_sentence_and_hint(body, sentence, hint):
    assert problems(body) == [(sentence, hint)]


def test_all_mistakes_are_reported_at_once():
    assert len(problems('[budget]\ndaily = "x"\nmode = 1\nz = 1\n[budget.profiles.no]\n')) == 4


@pytest.mark.parametrize(
    ("key", "value", "line"),
    [
        ("budget.daily", 0.1, 6),
        ("budget.monthly", 20, 5),
        ("budget.mode", "warn", 4),
        ("budget.profiles.work.weekly", 1.000000001, 8),
        ("budget.models.openai/gpt-4.1.daily", "123456789.123456789", 10),
        ("budget.profiles.work", {"weekly": 1.000000001}, None),
        ("budget.weekly", None, None),
    ],
)
def test_a_value_is_found_by_its_key(file, key, value, line):
    config = find_config(file)
    found = find_value(key, resolve({}, config_file=file), config)
    assert (found.value, found.origin.line) == (value, line)


def test_the_values_in_effect_have_the_limits_among_them(file):
    shown = {one.key: str(one.origin) for one in values_in_effect(resolve({}, config_file=file))}
    assert shown["budget.daily"] == f"[budget] ({file}:6)"
    assert shown["budget.models.openai/gpt-4.1.daily"] == f"[budget] ({file}:10)"


@pytest.mark.parametrize(
    ("key", "text", "old", "new"),
    [
        ("budget.daily", "0.25", "daily = 0.1\n", "daily = 0.25\n"),
        ("budget.daily", "7", "daily = 0.1\n", "daily = 7\n"),
        ("budget.mode", "stop", '"warn"', '"stop"'),
        ("budget.models.openai/gpt-4.1.daily", "1", "123456789.123456789", "1"),
        (
            "budget.models.openai/gpt-4.1.daily",
            "987654321.123456789",
            "123456789.123456789",
            '"987654321.123456789"',
        ),
        ("budget.profiles.work.weekly", "0.50", '"1.000000001"', "0.5"),
        ("budget.weekly", "1", "[budget]\n", "[budget]\nweekly = 1\n"),
    ],
)
def test_setting_a_limit_touches_its_own_line_only(file, key, text, old, new):
    set_value(file, key, text)
    assert file.read_text() == FILE.replace(old, new)


@pytest.mark.parametrize(
    ("key", "gone"),
    [
        ("budget.daily", "daily = 0.1\n"),
        ("budget.models.openai/gpt-4.1", FILE[FILE.index("[budget.models") :]),
        ("budget.profiles.work", '[budget.profiles.work]\nweekly = "1.000000001"\n'),
    ],
)
def test_removing_a_limit_keeps_the_rest(file, key, gone):
    unset_value(file, key)
    assert file.read_text() == FILE.replace(gone, "")
