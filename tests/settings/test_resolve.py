"""Flag, profile, [defaults], built-in: which value holds, and where it came from."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hello_llm.contract import UsageError
from hello_llm.settings.fields import FIELDS, Settings
from hello_llm.settings.origins import Origin
from hello_llm.settings.resolve import resolve

FILE = """\
version = 1
default_profile = "usual"
[defaults]
model = "of/defaults"
seed = 1
timeout = 9
[profiles.usual]
model = "of/usual"
seed = 2
[profiles.other]
model = "of/other"
[local.models]
tiny = "tiny.gguf"
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "c.toml"
    path.write_text(FILE)
    return path


ALWAYS = 'did you mean "always"?'
SECRET_HINT = (
    "keep the secret in an environment variable and name the variable: "
    'api_key_env = "OPENAI_API_KEY"'
)


def refusal(*arguments, **options):
    with pytest.raises(UsageError) as caught:
        resolve(*arguments, **options)
    return caught.value.message, caught.value.hint


def test_without_flags_and_file_everything_is_built_in():
    assert resolve({}) == Settings(origins={key: Origin("built-in") for key in FIELDS})


@pytest.mark.parametrize(
    ("flags", "profile", "model", "seed"),
    [
        ({}, None, ("of/usual", "profile usual", 8), (2, "profile usual", 9)),
        ({}, "other", ("of/other", "profile other", 11), (1, "[defaults]", 5)),
        ({"model": "of/flag"}, "other", ("of/flag", "flag --model", None), (1, "[defaults]", 5)),
        ({"model": None}, None, ("of/usual", "profile usual", 8), (2, "profile usual", 9)),
        ({"seed": 0}, None, ("of/usual", "profile usual", 8), (0, "flag --seed", None)),
    ],
)
def test_a_flag_beats_the_profile_which_beats_the_defaults(file, flags, profile, model, seed):
    settings = resolve(flags, config_file=file, profile=profile)

    def shown(key):
        origin = settings.origins[key]
        assert origin.file == (None if origin.line is None else file)
        return getattr(settings, key), origin.words, origin.line

    assert shown("model") == model
    assert shown("seed") == seed
    assert shown("timeout") == (9.0, "[defaults]", 6)
    assert shown("provider") == ("litellm", "implied by the model", None)


@pytest.mark.parametrize("replay", [True, False])
@pytest.mark.parametrize("script", [None, "s.toml"])
@pytest.mark.parametrize("model", [None, "mock/echo", "openai/m", "local/smollm2", "nonsense"])
@pytest.mark.parametrize("chosen", [None, "mock", "litellm"])
def test_what_implies_the_provider(chosen, model, script, replay):
    settings = resolve({"provider": chosen, "model": model, "script": script}, replay=replay)
    if chosen is not None:
        expected = chosen, "flag --provider"
    elif script is not None:
        expected = "mock", "implied by the script"
    elif replay:
        expected = "mock", "implied by --replay"
    elif model in {None, "mock/echo"}:
        expected = "mock", "built-in"
    else:
        expected = "litellm", "implied by the model"
    assert (settings.provider, settings.origins["provider"].words) == expected


def test_the_settings_say_which_file_and_profile_were_used(file):
    settings = resolve({}, config_file=file)

    assert (settings.config_file, settings.profile) == (file, "usual")


def test_local_models_have_absolute_paths_and_an_origin(file):
    settings = resolve({}, config_file=file)

    assert settings.local_models == {"tiny": file.parent / "tiny.gguf"}
    assert str(settings.origins["local.models.tiny"]) == f"[local.models] ({file}:13)"


def test_the_users_own_file_is_read_where_none_is_named(home):
    path = home / ".config" / "hello-llm" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(FILE)

    assert resolve({}).config_file == path


def test_no_variable_of_the_environment_is_a_setting(monkeypatch):
    before = resolve({})
    for key in FIELDS:
        monkeypatch.setenv(f"HELLO_LLM_{key.upper()}", "litellm")
    for name in ("OPENAI_BASE_URL", "OPENAI_API_BASE", "OLLAMA_API_BASE", "LITELLM_DROP_PARAMS"):
        monkeypatch.setenv(name, "http://elsewhere.example")

    assert resolve({}) == before


def test_a_flag_that_turns_something_off_is_named_as_it_was_typed():
    settings = resolve({"stream": False, "usage": True})

    assert str(settings.origins["stream"]) == "flag --no-stream"
    assert str(settings.origins["usage"]) == "flag --usage"


def test_a_list_that_was_not_typed_leaves_the_profile_its_word(tmp_path):
    path = tmp_path / "c.toml"
    path.write_text("version = 1\n[defaults]\nstop = ['x']\n")

    assert resolve({"stop": []}, config_file=path).stop == ("x",)
    assert resolve({"stop": ["y", "z"]}, config_file=path).stop == ("y", "z")


@pytest.mark.parametrize(
    ("flags", "message", "hint"),
    [
        ({"temperature": 3.0}, "--temperature must be a number from 0 to 2, not 3", None),
        ({"quiet": 1}, "--quiet must be true or false, not 1", None),
        ({"color": "alway"}, '--color must be auto, always or never, not "alway"', ALWAYS),
        (
            {"provider": "openai"},
            '--provider must be mock or litellm, not "openai"',
            "a vendor is a model prefix: --provider litellm --model openai/gpt-4o-mini",
        ),
        (
            {"api_base": "localhost:1"},
            (
                "--api-base must be an address such as http://127.0.0.1:11434,"
                " but it does not begin with http:// or https://"
            ),
            None,
        ),
        ({"model": ""}, '--model must be a model such as openai/gpt-4o-mini, not ""', None),
    ],
)  # fmt: skip
def test_a_bad_flag_is_named_with_its_value_and_what_is_allowed(flags, message, hint):
    assert refusal(flags) == (message, hint)


def test_a_key_given_in_place_of_its_variable_is_not_shown():
    assert refusal({"api_key_env": "sk-" + "aB3d" * 12}) == (
        "--api-key-env must be the name of an environment variable, not the key itself",
        SECRET_HINT,
    )


def test_a_named_file_must_exist(tmp_path):
    path = tmp_path / "no.toml"

    assert refusal({}, config_file=path) == (
        f"there is no file {path}",
        f"hello-llm config init --config {path} writes one",
    )


def test_an_unknown_profile_brings_the_known_ones_nearest_first(file):
    assert refusal({}, config_file=file, profile="othr") == (
        f'there is no profile "othr" in {file}',
        "the profiles are other and usual",
    )


def test_of_many_profiles_only_the_nearest_are_brought(tmp_path):
    path = tmp_path / "c.toml"
    path.write_text("version = 1\n" + "".join(f"[profiles.p{n:02}]\n" for n in range(99, -1, -1)))

    assert refusal({}, config_file=path, profile="p99x")[1] == (
        "the nearest of the 100 profiles are p99, p98, p97, p96, p95, p94, p93, p92, p91 and p90"
    )


def test_a_profile_without_a_file_is_unknown():
    assert refusal({}, profile="ci") == (
        'there is no profile "ci": there is no configuration file',
        "hello-llm config init writes one, or name one: --config FILE",
    )


def test_a_mistake_in_a_profile_that_is_not_in_use_counts_too(tmp_path):
    path = tmp_path / "c.toml"
    path.write_text("version = 1\n[profiles.a]\n[profiles.b]\nseed = 'x'\n")

    assert refusal({}, config_file=path, profile="a")[0] == (
        f'{path}, line 4, column 1: seed in [profiles.b] must be a whole number of 64 bits, not "x"'
    )


def test_without_a_file_nothing_is_loaded_to_read_one(home):
    """No TOML reader, no writer, no checker, and nothing that compares words."""
    code = (
        "import sys; from hello_llm.settings.resolve import resolve; resolve({'model': 'a/b'}); "
        "print(sorted({'tomllib', 'tomlkit', 'tomli_w', 'rich', 'hello_llm.settings.checking'}"
        " & set(sys.modules)))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert (done.stdout, done.stderr) == ("[]\n", "")


_WORDS = ("version", "defaults", "profiles", "local", "models", "default_profile", *FIELDS)
_values = st.sampled_from(
    ["1", "-1", "1e999", "nan", "true", '""', "'a/b'", "[]", "['x']", "{}", "{a = 1}", "07:32:00",
     "'\\'", '"\\u001b"', "'sk-aB3daB3daB3daB3daB3d'", "'~x/y'", "'http://[::1'", "'http://u:p@h'"]
)  # fmt: skip
_keys = st.lists(
    st.sampled_from([*_WORDS, "ci", '"\\u001b"', "'sk-aB3daB3daB3daB3daB3d'"]),
    min_size=1,
    max_size=3,
).map(".".join)
_lines = st.one_of(
    st.tuples(_keys, _values).map(" = ".join),
    _keys.map("[{}]".format),
    st.text(max_size=9),
)
_files = st.one_of(
    st.binary(max_size=80),
    st.text(max_size=80).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.lists(_lines, max_size=8).map(lambda lines: "\n".join(["version = 1", *lines]).encode()),
)


@given(content=_files, profile=st.sampled_from([None, "ci", ""]))
def test_whatever_a_file_holds_it_gives_settings_or_an_error(tmp_path_factory, content, profile):
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(content)
    said = outcome(path, profile)

    assert said.isprintable()
    assert "aB3daB3d" not in said


def outcome(path, profile):
    """What a user would see: the settings, or the sentence and hint of the error."""
    try:
        settings = resolve({}, config_file=path, profile=profile)
    except UsageError as error:
        return f"{error.message} {error.hint}"
    assert settings.config_file == path
    return repr(settings)
