"""A secret in a configuration file is refused wherever it stands, and never shown."""

from pathlib import Path

import pytest

from hello_llm.settings.checking import check_config

FILE = Path("config.toml")
KEY = "sk-" + "aB3d" * 12
SECRET_HINT = (
    "keep the secret in an environment variable and name the variable: "
    'api_key_env = "OPENAI_API_KEY"'
)


def problems(body):
    """The problems in a file that begins with the version, as sentence and hint."""
    _, found = check_config(FILE, f"version = 1\n{body}".encode())
    return [(problem.sentence(FILE), problem.hint) for problem in found]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (
            f"[defaults]\napi_key = '{KEY}'",
            (
                "config.toml, line 3, column 1: "
                "api_key in [defaults] is a secret, and no file may contain one"
            ),
        ),
        (
            "[profiles.ci]\npassword = 1",
            (
                "config.toml, line 3, column 1: "
                "password in [profiles.ci] is a secret, and no file may contain one"
            ),
        ),
        (
            "token = 'x'",
            "config.toml, line 2, column 1: token is a secret, and no file may contain one",
        ),
        (
            f"[defaults]\nwhatever = '{KEY}'",
            (
                "config.toml, line 3, column 1: "
                "whatever in [defaults] is a secret, and no file may contain one"
            ),
        ),
        *(
            (
                f"[profiles.ci]\n{key} = {value}",
                (
                    f"config.toml, line 3, column 1: {key} in [profiles.ci] "
                    "must not contain a secret, but its value looks like one"
                ),
            )
            for key, value in (
                ("model", f"'{KEY}'"),
                ("api_key_env", f"'{KEY}'"),
                ("temperature", f"'{KEY}'"),
                ("system", f"'''\nSay\n{KEY}\n'''"),
                ("stop", f"['a', '{KEY}']"),
                ("api_base", f"'http://h/{KEY}'"),
            )
        ),
        (
            f"default_profile = '{KEY}'",
            (
                "config.toml, line 2, column 1: default_profile "
                "must not contain a secret, but its value looks like one"
            ),
        ),
        (
            f"defaults = '{KEY}'",
            (
                "config.toml, line 2, column 1: defaults "
                "must not contain a secret, but its value looks like one"
            ),
        ),
        (
            f"[local.models]\na = '{KEY}'",
            (
                "config.toml, line 3, column 1: a in [local.models] "
                "must not contain a secret, but its value looks like one"
            ),
        ),
        (
            "[defaults]\napi_key_env = 'a1b2c3d4e5f6g7h8i9j0k1l2'",
            (
                "config.toml, line 3, column 1: api_key_env in [defaults] "
                "must be the name of an environment variable, not the key itself"
            ),
        ),
        (
            "[defaults]\napi_base = 'http://me:hunter2@h'",
            (
                "config.toml, line 3, column 1: api_base in [defaults] "
                "must not contain a user name, password or key"
            ),
        ),
    ],
)
def test_a_secret_is_refused_and_never_shown(body, sentence):
    assert problems(body) == [(sentence, SECRET_HINT)]


def test_a_secret_as_a_name_is_not_shown_either():
    shown = str(problems(f"[{KEY}]\n[defaults]\n{KEY} = 1\n[profiles.{KEY}]\nx = 1"))

    assert KEY not in shown
    assert shown.count("a text that looks like a secret") == 3
