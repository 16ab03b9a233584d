"""What is refused when the file is to be changed; a refusal changes nothing."""

import pytest

from hello_llm.settings.editing.edits import set_value, use_profile
from tests.settings.editing.samples import FILE, refusal

SECRET_HINT = (
    "keep the secret in an environment variable and name the variable: "
    'api_key_env = "OPENAI_API_KEY"'
)
KEY_HINT = (
    "a key is model, profiles.NAME.model, local.models.NAME, models.NAME.input or budget.daily"
)
SECRET = "sk-" + "aB3d" * 12


@pytest.mark.parametrize(
    ("key", "text", "message", "hint"),
    [
        ("temperature", "9", "temperature must be a number from 0 to 2, not 9", None),
        (
            "profiles.ci.seed",
            "x",
            'profiles.ci.seed must be a whole number of 64 bits, not "x"',
            None,
        ),
        ("stream", "yes", 'stream must be true or false, not "yes"', None),
        (
            "provider",
            "openai",
            'provider must be mock or litellm, not "openai"',
            "a vendor is a model prefix: --provider litellm --model openai/gpt-4o-mini",
        ),
        ("temprature", "1", 'unknown key "temprature"', 'did you mean "temperature"?'),
        ("defaults.zzz", "1", 'unknown key "defaults.zzz"', KEY_HINT),
        ("version", "2", 'unknown key "version"', KEY_HINT),
        ("profiles.ci", "2", 'unknown key "profiles.ci"', KEY_HINT),
        ("profiles..model", "2", 'unknown key "profiles..model"', KEY_HINT),
        ("local.models", "2", 'unknown key "local.models"', KEY_HINT),
        ("local.models.", "2", 'unknown key "local.models."', KEY_HINT),
        ("", "2", 'unknown key ""', KEY_HINT),
        (
            "default_profile",
            "ci",
            "config set does not set default_profile",
            "hello-llm config use NAME",
        ),
        ("api_key", "x", "api_key is a secret, and no file may contain one", SECRET_HINT),
        (
            "stop",
            SECRET,
            "stop must not contain a secret, but its value looks like one",
            SECRET_HINT,
        ),
        (
            "api_base",
            "http://u:hunter2@h",
            "api_base must not contain a user name, password or key",
            SECRET_HINT,
        ),
        ("system", "\udcff", "system must be valid UTF-8", None),
        ("local.models.\udcff", "x", r"local.models.\udcff must be valid UTF-8", None),
        ("profiles.\udcff.seed", "1", r"profiles.\udcff.seed must be valid UTF-8", None),
    ],
)  # fmt: skip
def test_a_refused_value_changes_nothing(file, key, text, message, hint):
    assert refusal(set_value, file, key, text) == (message, hint)
    assert file.read_text() == FILE


def test_a_path_without_a_home_is_refused_without_a_line(file):
    assert refusal(set_value, file, "local.models.t", "~nobody-of-that-name/x") == (
        f"{file}: t in [local.models] begins with ~, but there is no such home folder",
        None,
    )
    assert file.read_text() == FILE


def test_a_profile_that_is_not_in_the_file_is_refused(file):
    assert refusal(use_profile, file, "co") == (
        f'there is no profile "co" in {file}',
        "the only profile is ci",
    )
    assert file.read_text() == FILE


def test_a_profile_without_a_file_is_refused(tmp_path):
    path = tmp_path / "no.toml"

    assert refusal(use_profile, path, "ci")[0] == f"there is no file {path}"
    assert not path.exists()


@pytest.mark.parametrize(
    "text",
    [
        "version = 1\nmodel = oops\n",
        "version = 1\nx = 1\n",
        "x = 1\n",
        "version = 1\n[defaults]\ntop_p = nan\n",
    ],
)
def test_a_file_that_is_wrong_is_not_changed(file, text):
    file.write_text(text)

    message, _ = refusal(set_value, file, "model", "a/b")

    assert message.startswith((f"{file}, line ", f"{file}: there is no version"))
    assert file.read_text() == text


def test_the_mistake_in_a_file_can_be_set_right(file):
    file.write_text("version = 1\n[defaults]\nseed = 'x' # oops\n")

    set_value(file, "seed", "3")

    assert file.read_text() == "version = 1\n[defaults]\nseed = 3 # oops\n"


def test_the_lines_named_are_those_of_the_file_as_it_is(file):
    file.write_text("version = 1\n[defaults]\n[profiles.ci]\nseed = 'x'\n")

    message, _ = refusal(set_value, file, "model", "a/b")

    assert message.startswith(f"{file}, line 4, column 1: seed in [profiles.ci] ")
