"""A file is checked as a whole, and everything wrong in it has a place, a sentence and a hint."""

from pathlib import Path

import pytest

from hello_llm.contract import UsageError
from hello_llm.settings.checking import check_config, find_problems
from hello_llm.settings.file import ConfigFile, Entry
from hello_llm.settings.resolve import read_config

FILE = Path("config.toml")
NAME_HINT = "a vendor is a model prefix: --provider litellm --model openai/gpt-4o-mini"


def problems(body):
    """The problems in a file that begins with the version, as sentence and hint."""
    _, found = check_config(FILE, f"version = 1\n{body}".encode())
    return [(problem.sentence(FILE), problem.hint) for problem in found]


def test_a_right_file_is_turned_into_values(tmp_path, home):
    path = tmp_path / "config.toml"
    content = b"""\
version = 1
default_profile = "ci"
[defaults]
timeout = 5
[profiles.ci]
model = "a/b"
stop = ["x"]
[profiles.empty]
[local.models]
near = "m/a.gguf"
far = "/m/b.gguf"
mine = "~/c.gguf"
"""
    assert check_config(path, content) == (
        ConfigFile(
            path,
            default_profile="ci",
            defaults={"timeout": Entry(5.0, 4)},
            profiles={"ci": {"model": Entry("a/b", 6), "stop": Entry(("x",), 7)}, "empty": {}},
            local_models={
                "near": Entry(tmp_path / "m/a.gguf", 10),
                "far": Entry(Path("/m/b.gguf"), 11),
                "mine": Entry(home / "c.gguf", 12),
            },
        ),
        (),
    )


@pytest.mark.parametrize(
    ("body", "sentence", "hint"),
    [
        (
            "[defaults]\ntemprature = 1",
            'config.toml, line 3, column 1: unknown key "temprature" in [defaults]',
            'did you mean "temperature"?',
        ),
        (
            "[profiles.ci]\nzzz = 1",
            'config.toml, line 3, column 1: unknown key "zzz" in [profiles.ci]',
            "hello-llm config show lists every key",
        ),
        (
            "[profiles.ci]\nmax_token = 1",
            'config.toml, line 3, column 1: unknown key "max_token" in [profiles.ci]',
            'did you mean "max_tokens"?',
        ),
        (
            'model = "a/b"',
            'config.toml, line 2, column 1: unknown key "model"',
            "model belongs under [defaults] or [profiles.NAME]",
        ),
        (
            "xyz = 1",
            'config.toml, line 2, column 1: unknown key "xyz"',
            "the keys are version, default_profile, defaults, profiles, local, models and budget",
        ),
        (
            "[profile.ci]",
            "config.toml, line 2, column 1: unknown table [profile]",
            'did you mean "profiles"?',
        ),
        (
            "[profiles.ci.more]",
            "config.toml, line 2, column 1: unknown table [profiles.ci.more]",
            None,
        ),
        (
            "[local]\nmodells = 1",
            'config.toml, line 3, column 1: unknown key "modells" in [local]',
            'did you mean "models"?',
        ),
        (
            "defaults = 1",
            "config.toml, line 2, column 1: defaults must be a table, not 1",
            None,
        ),
        (
            "[profiles]\nmodel = 'a/b'",
            'config.toml, line 3, column 1: model in [profiles] must be a table, not "a/b"',
            "a setting belongs to a profile with a name: [profiles.NAME]",
        ),
        (
            "[[profiles.ci]]",
            "config.toml, line 2, column 1: ci in [profiles] must be a table, not a list",
            None,
        ),
        (
            "[defaults]\ntemperature = 9",
            (
                "config.toml, line 3, column 1: "
                "temperature in [defaults] must be a number from 0 to 2, not 9"
            ),
            None,
        ),
        (
            "[defaults]\ntemperature = 2026-01-01",
            (
                "config.toml, line 3, column 1: "
                "temperature in [defaults] must be a number from 0 to 2, not a date or time"
            ),
            None,
        ),
        (
            "[profiles.ci]\n  provider = 'openai'",
            (
                "config.toml, line 3, column 3: "
                'provider in [profiles.ci] must be mock or litellm, not "openai"'
            ),
            NAME_HINT,
        ),
        (
            "profiles.ci = { output = 'jsn' }",
            (
                "config.toml, line 2: "
                'output in [profiles.ci] must be auto, rich, plain, json or ndjson, not "jsn"'
            ),
            'did you mean "json"?',
        ),
        (
            "default_profile = 'olama'\n[profiles.ci]\n[profiles.ollama]",
            (
                "config.toml, line 2, column 1: "
                'default_profile names "olama", and there is no such profile'
            ),
            "the profiles are ollama and ci",
        ),
        (
            "default_profile = 'ci'",
            (
                "config.toml, line 2, column 1: "
                'default_profile names "ci", and there is no such profile'
            ),
            "the file has no profiles; one begins with [profiles.ci]",
        ),
        (
            "default_profile = 1\n[profiles.ci]",
            "config.toml, line 2, column 1: default_profile must be the name of a profile, not 1",
            None,
        ),
        (
            "[local.models]\na = ''",
            (
                "config.toml, line 3, column 1: "
                'a in [local.models] must be a path such as "~/models/tiny.gguf", not ""'
            ),
            None,
        ),
        (
            "[local.models]\na = '~nobody-of-that-name/x'",
            (
                "config.toml, line 3, column 1: "
                "a in [local.models] begins with ~, but there is no such home folder"
            ),
            None,
        ),
        (
            '[local.models]\na = "\\u0000"',
            (
                "config.toml, line 3, column 1: a in [local.models] must be "
                'a path such as "~/models/tiny.gguf", and contains a NUL character'
            ),
            None,
        ),
        (
            '["\\u001b[2J"]',
            r"config.toml, line 2, column 1: unknown table [\x1b[2J]",
            None,
        ),
    ],
)
def test_each_mistake_has_its_sentence_and_hint(body, sentence, hint):
    assert problems(body) == [(sentence, hint)]


@pytest.mark.parametrize(
    ("text", "sentence", "hint"),
    [
        ("", "config.toml: there is no version", "write as the first line: version = 1"),
        *(
            (
                f"\nversion = {given}\nmistake = 1",
                f"config.toml, line 2, column 1: version {shown} is not known",
                "this release of hello-llm reads version = 1",
            )
            for given, shown in (("2", "2"), ("true", "true"), ("1.0", "1"), ("'1'", '"1"'))
        ),
    ],
)
def test_only_version_1_is_read_and_nothing_else_is_said_of_another(text, sentence, hint):
    _, found = check_config(FILE, text.encode())

    assert [(problem.sentence(FILE), problem.hint) for problem in found] == [(sentence, hint)]


def test_all_problems_are_found_from_top_to_bottom_also_in_profiles_not_in_use(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text(
        "version = 1\n[profiles.a]\nseed = 'x'\n[local]\nx = 1\n[defaults]\nstrem = true\n"
        "[profiles.b]\nquiet = 1\n"
    )

    lines = [problem.position and problem.position.line for problem in find_problems(path)]

    assert lines == [3, 5, 7, 9]


def test_the_error_names_the_first_problem_and_counts_the_others(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text("version = 1\n[profiles.a]\nquiet = 1\nstrem = 1\nseed = 0.5\n")

    with pytest.raises(UsageError) as caught:
        read_config(path)

    assert (caught.value.message, caught.value.hint) == (
        (
            f"{path}, line 3, column 1: quiet in [profiles.a] must be true or false, not 1"
            " (and 2 more problems)"
        ),
        None,
    )


def test_a_file_that_is_not_there_has_no_problems_to_find(tmp_path):
    path = tmp_path / "config.toml"

    with pytest.raises(UsageError) as caught:
        find_problems(path)

    assert (caught.value.message, caught.value.hint) == (
        f"there is no file {path}",
        f"hello-llm config init --config {path} writes one",
    )
