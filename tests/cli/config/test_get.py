"""`config get`: one value as a script can use it, in effect or as the file has it."""

import json

import pytest

from hello_llm.settings.fields import FIELDS
from tests.cli.program import child, program

FILE = """\
version = 1
default_profile = "ci"
[defaults]
model = "a/one"
system = "one\\n\\"two\\""
timeout = "5m"
headers = { X-Team = "blue" }
[profiles.ci]
model = "a/ci"
stream = true
temperature = 0
stop = ["x", "é"]
headers.X-Org = "acme"
[profiles."b.c"]
model = "a/bc"
[local.models]
tiny = "tiny.gguf"
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "c.toml"
    path.write_text(FILE)
    return path


def get(file, *arguments):
    return program("config", "get", *arguments, "--config", file)


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("model", "a/ci"),
        ("defaults.model", "a/one"),
        ("profiles.ci.model", "a/ci"),
        ("profiles.b.c.model", "a/bc"),
        ("default_profile", "ci"),
        ("system", 'one\n"two"'),
        ("stream", "true"),
        ("quiet", "false"),
        ("temperature", "0.0"),
        ("retries", "2"),
        ("timeout", "300.0"),
        ("defaults.timeout", "300.0"),
        ("stop", '["x", "é"]'),
        ("fallback", "[]"),
        ("headers", '{"X-Team": "blue", "X-Org": "acme"}'),
        ("headers.X-Team", "blue"),
        ("profiles.ci.headers", '{"X-Org": "acme"}'),
        ("profiles.ci.headers.X-Org", "acme"),
        ("defaults.headers.X-Team", "blue"),
        ("profiles.b.c", '{"model": "a/bc"}'),
    ],
)
def test_a_value_stands_alone_on_standard_output(file, key, shown):
    ended = get(file, key)
    assert (ended.code, ended.text, ended.stderr) == (0, f"{shown}\n", "")


def test_a_local_model_is_an_absolute_path_as_in_effect(file):
    assert get(file, "local.models.tiny").text == f"{file.parent / 'tiny.gguf'}\n"


def test_a_profile_decides_what_is_in_effect_and_not_what_the_file_says(file):
    assert get(file, "model", "-p", "b.c").text == "a/bc\n"
    assert get(file, "defaults.model", "-p", "b.c").text == "a/one\n"


def test_every_setting_has_the_value_that_show_has(file):
    shown = json.loads(program("config", "show", "--json", "--config", file).text)["settings"]
    for key in [*FIELDS, "local.models.tiny"]:
        document = json.loads(get(file, key, "--json").text)
        assert {name: document[name] for name in shown[key]} == shown[key]


@pytest.mark.parametrize(
    "key",
    [
        *("seed", "headers.X-No", "defaults.seed", "defaults.headers.X-Org", "profiles.ci.seed"),
        *("profiles.b.c.headers.X-Org", "local.models.big"),
    ],
)
def test_a_value_that_is_unset_prints_nothing_and_exits_1(file, key):
    ended = get(file, key)
    assert (ended.code, ended.text, ended.stderr) == (1, "", f"note: {key} is unset\n")

    ended = get(file, key, "--json")
    document = json.loads(ended.text)
    assert (ended.code, ended.stderr) == (1, "")
    assert (document["exit_code"], document["value"], document["error"]) == (1, None, None)


def test_an_empty_text_is_set(file):
    program("config", "set", "system", "", "--config", file)
    ended = get(file, "system")
    assert (ended.code, ended.text) == (0, "\n")


def test_as_json_a_value_comes_with_its_key_and_origin(file):
    ended = get(file, "defaults.model", "--json")
    assert json.loads(ended.text) == {
        "schema": "hello-llm.config-value/1",
        "ok": True,
        "exit_code": 0,
        "key": "defaults.model",
        "value": "a/one",
        "origin": "[defaults]",
        "file": str(file),
        "line": 4,
        "error": None,
    }


@pytest.mark.parametrize(
    ("key", "message", "hint"),
    [
        ("modle", 'unknown key "modle"', 'did you mean "model"?'),
        ("profiles.ci.modle", 'unknown key "profiles.ci.modle"', 'did you mean "model"?'),
        ("profiles.cl.model", 'there is no profile "cl" in {}', "the profiles are ci and b.c"),
        ("profiles.cl", 'there is no profile "cl" in {}', "the profiles are ci and b.c"),
        ("api_key", "api_key is a secret, and no file may contain one", "keep the secret in"),
    ],
)
def test_an_unknown_key_is_refused_as_by_set(file, key, message, hint):
    ended = get(file, key)
    error, hinted = ended.stderr.splitlines()
    assert (ended.code, ended.text, error) == (2, "", f"error: {message.format(file)}")
    assert hinted.startswith(f"hint: {hint}")


def test_without_a_file_the_values_in_effect_are_there():
    ended = program("config", "get", "retries")
    assert (ended.code, ended.text) == (0, "2\n")


def test_a_secret_is_not_shown(file):
    file.write_text('version = 1\n[defaults]\nsystem = "say hunter2-hunter2"\n')
    ended = child("config", "get", "system", "--config", file, SOME_TOKEN="hunter2-hunter2")
    assert ended.text == "say [redacted]\n"
