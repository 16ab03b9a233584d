"""The `config` commands: what they print and where, and what they leave in the file."""

import json
import os
import pty
import stat
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from hello_llm.cli.commands.config import app
from hello_llm.contract import HelloLLMError, UsageError
from hello_llm.settings.example import example_text
from hello_llm.settings.fields import FIELDS

FILE = """\
version = 1
[defaults]
system = "one\\ntwo"
[profiles.ci]
model = "a/b"
stop = ["x"]
[local.models]
tiny = "/m/t.gguf"
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "c.toml"
    path.write_text(FILE)
    return path


@pytest.fixture
def own_file(home):
    return home / ".config" / "hello-llm" / "config.toml"


def run(*arguments):
    """The standard output of a command that ends well and says nothing else."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if isinstance(result.exception, HelloLLMError):
        raise result.exception
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


def refusal(*arguments):
    with pytest.raises(UsageError) as caught:
        run(*arguments)
    return caught.value.message, caught.value.hint


def test_path_prints_where_the_file_would_be(own_file):
    assert run("path") == f"{own_file}\n"
    assert not own_file.exists()


def test_path_prints_the_file_that_is_named():
    assert run("path", "--config", "a b.toml") == "a b.toml\n"


def test_init_writes_the_example_for_its_owner_only(own_file):
    assert run("init") == f"wrote {own_file}\n"
    assert own_file.read_text() == example_text()
    assert stat.S_IMODE(own_file.stat().st_mode) == 0o600


def test_init_does_not_replace_a_file_unless_forced(file):
    message = (f"{file} exists already", "hello-llm config init --force replaces it")

    assert refusal("init", "--config", file) == message
    assert file.read_text() == FILE
    assert run("init", "--config", file, "--force") == f"wrote {file}\n"
    assert file.read_text() == example_text()


def test_show_prints_every_value_with_its_origin_in_columns(file):
    assert (
        run("show", "--config", file, "--profile", "ci")
        == f"""\
provider             "litellm"    implied by the model
model                "a/b"        profile ci ({file}:5)
fallback             []           built-in
api_base             unset        built-in
api_key_env          unset        built-in
headers              unset        built-in
headers_env          unset        built-in
proxy                unset        built-in
proxy_auth_env       unset        built-in
ca_file              unset        built-in
client_cert          unset        built-in
client_key           unset        built-in
script               unset        built-in
stream               false        built-in
system               "one\\ntwo"   [defaults] ({file}:3)
temperature          unset        built-in
top_p                unset        built-in
max_tokens           unset        built-in
seed                 unset        built-in
stop                 ["x"]        profile ci ({file}:6)
connect_timeout      10.0         built-in
first_token_timeout  120.0        built-in
idle_timeout         60.0         built-in
timeout              600.0        built-in
retries              2            built-in
max_wait             60.0         built-in
fail_on_length       false        built-in
output               "auto"       built-in
usage                unset        built-in
color                "auto"       built-in
warm                 unset        built-in
quiet                false        built-in
verbose              false        built-in
local.models.tiny    "/m/t.gguf"  [local.models] ({file}:8)
"""
    )


def test_show_as_json_holds_the_same(file):
    shown = json.loads(run("show", "--config", file, "--profile", "ci", "--json"))

    settings = shown.pop("settings")
    assert shown == {
        "schema": "hello-llm.config/1",
        "config_file": str(file),
        "profile": "ci",
    }
    assert list(settings) == [*FIELDS, "local.models.tiny"]
    assert settings["stop"] == {
        "value": ["x"],
        "origin": "profile ci",
        "file": str(file),
        "line": 6,
    }
    assert settings["seed"] == {"value": None, "origin": "built-in", "file": None, "line": None}


def test_show_without_a_file_names_none():
    shown = json.loads(run("show", "--json"))

    assert (shown["config_file"], shown["profile"]) == (None, None)


def test_show_refuses_a_profile_that_is_not_there(file):
    assert refusal("show", "--config", file, "--profile", "cl") == (
        f'there is no profile "cl" in {file}',
        "the only profile is ci",
    )


def on_a_terminal(*arguments, columns=80):
    """What a program of its own writes to a terminal of that width."""
    control, terminal = pty.openpty()
    code = "from hello_llm.cli.commands.config import app; app()"
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdout=terminal,
        stderr=subprocess.PIPE,
        check=True,
        env={**os.environ, "COLUMNS": str(columns), "NO_COLOR": "1", "TERM": "dumb"},
    )
    os.close(terminal)
    shown = os.read(control, 65536).decode().replace("\r\n", "\n")
    os.close(control)
    assert done.stderr == b""
    return shown


def test_on_a_terminal_show_draws_a_table_that_names_the_file_once(file, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    shown = on_a_terminal("show", "--config", "c.toml", "--profile", "ci", columns=60)

    rows = [line.strip("│ ").split("│") for line in shown.splitlines() if line.startswith("│")]
    cells = [[cell.strip() for cell in row] for row in rows]
    assert [row[0] for row in cells if len(row) == 3] == [*FIELDS, "local.models.tiny"]
    assert cells[1] == ["model", '"a/b"', "profile ci, line 5"]
    assert cells[14] == ["system", '"one\\ntwo"', "[defaults], line 3"]
    assert shown.splitlines()[-1].strip() == "c.toml"
    assert shown.count("c.toml") == 1


def test_what_a_file_says_cannot_act_on_the_terminal(tmp_path):
    """Control characters in values, in names of profiles and models, and in the path."""
    path = tmp_path / "\x1b[2J.toml"
    path.write_text(
        'version = 1\ndefault_profile = "\\u009b2J"\n[defaults]\nmodel = "\\u001b[2J\\u009b2J"\n'
        '[profiles."\\u009b2J"]\nsystem = "\\u202e"\n[local.models]\n"\\u001b]0;x" = "/\\u009b2J"\n'
    )

    for command in (["show"], ["show", "--json"], ["path"], ["validate"]):
        shown = on_a_terminal(*command, "--config", path)
        assert not {"\x1b", "\x9b", "\u202e"} & set(shown)


def test_set_puts_a_value_into_the_file_and_says_where(file):
    assert run("set", "profiles.ci.temperature", "0.5", "--config", file) == (
        f"profiles.ci.temperature = 0.5 in {file}\n"
    )
    assert file.read_text() == FILE.replace("[profiles.ci]\n", "[profiles.ci]\ntemperature = 0.5\n")


def test_set_makes_the_users_own_file(own_file):
    assert run("set", "model", "a/b") == f'defaults.model = "a/b" in {own_file}\n'
    assert own_file.read_text() == 'version = 1\n\n[defaults]\nmodel = "a/b"\n'


def test_set_takes_a_value_that_begins_with_a_dash(file):
    assert run("set", "--config", file, "--", "seed", "-1") == f"defaults.seed = -1 in {file}\n"


def test_use_makes_a_profile_the_default_one(file):
    assert run("use", "ci", "--config", file) == f"profile ci is the default now, in {file}\n"
    assert json.loads(run("show", "--json", "--config", file))["profile"] == "ci"


def test_validate_says_that_a_file_is_right(file):
    assert run("validate", "--config", file) == f"{file} is valid\n"


def test_validate_lists_every_problem_and_ends_with_2(file):
    file.write_text("version = 1\n[defaults]\ntemprature = 1\n[profiles.ci]\nseed = 'x'\n")

    result = CliRunner().invoke(app, ["validate", "--config", str(file)])

    assert (
        result.stdout
        == f"""\
{file}, line 3, column 1: unknown key "temprature" in [defaults] (did you mean "temperature"?)
{file}, line 5, column 1: seed in [profiles.ci] must be a whole number of 64 bits, not "x"
"""
    )
    assert isinstance(result.exception, UsageError)
    assert (result.exception.message, result.exception.hint, result.exception.exit_code) == (
        f"{file} has 2 problems",
        "standard output lists what is wrong",
        2,
    )


def test_validate_needs_a_file(own_file):
    assert refusal("validate") == (
        f"there is no file {own_file}",
        f"hello-llm config init --config {own_file} writes one",
    )


def test_in_a_pipe_the_commands_do_without_rich(file):
    code = (
        "import sys; from hello_llm.cli.commands.config import app\n"
        "try: app()\n"
        "finally: print([name for name in ('rich.table', 'litellm') if name in sys.modules],"
        " file=sys.stderr)"
    )
    command = [sys.executable, "-c", code, "show", "--config", str(file)]

    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert done.stderr == "[]\n"
