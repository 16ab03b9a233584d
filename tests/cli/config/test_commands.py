"""The `config` commands: what they print and where, and what they leave in the file."""

import json
import os
import pty
import re
import stat
import subprocess
import sys

import pytest

from hello_llm.settings.example import example_text
from hello_llm.settings.fields import FIELDS
from tests.cli.program import COMMAND, program

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
    ended = program("config", *arguments)
    assert (ended.code, ended.stderr) == (0, "")
    return ended.text


def refusal(*arguments):
    """The message and the hint of a command that is refused and prints nothing."""
    ended = program("config", *arguments)
    assert (ended.code, ended.text) == (2, "")
    error, *hint = ended.stderr.splitlines()
    return error.removeprefix("error: "), "".join(hint).removeprefix("hint: ")


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
    rows = run("show", "--config", file, "--profile", "ci").splitlines()
    cells = [re.split(r" {2,}", row) for row in rows]
    shown = {key: (value, origin) for key, value, origin in cells}

    assert list(shown) == [*FIELDS, "local.models.tiny"]
    assert (
        len({row.index(f"  {origin}") for row, (*_, origin) in zip(rows, cells, strict=True)}) == 1
    )
    assert shown["provider"] == ('"litellm"', "implied by the model")
    assert shown["model"] == ('"a/b"', f"profile ci ({file}:5)")
    assert shown["fallback"] == ("[]", "built-in")
    assert shown["api_base"] == ("unset", "built-in")
    assert shown["system"] == (r'"one\ntwo"', f"[defaults] ({file}:3)")
    assert shown["retries"] == ("2", "built-in")
    assert shown["fail_on_length"] == ("false", "built-in")
    assert shown["local.models.tiny"] == ('"/m/t.gguf"', f"[local.models] ({file}:8)")


def test_show_as_json_holds_the_same(file):
    shown = json.loads(run("show", "--config", file, "--profile", "ci", "--json"))

    settings = shown.pop("settings")
    assert shown == {
        "schema": "hello-llm.config/1",
        "ok": True,
        "exit_code": 0,
        "config_file": str(file),
        "profile": "ci",
        "error": None,
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
    done = subprocess.run(
        [*COMMAND, "config", *map(str, arguments)],
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
    assert cells[15] == ["system", '"one\\ntwo"', "[defaults], line 3"]
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


def test_set_makes_the_users_own_file_from_the_example(own_file):
    assert run("set", "model", "a/b") == f'defaults.model = "a/b" in {own_file}\n'
    example = '#model = "ollama/qwen2.5:0.5b"\n'
    assert own_file.read_text() == example_text().replace(example, f'{example}model = "a/b"\n')
    assert stat.S_IMODE(own_file.stat().st_mode) == 0o600


def test_set_takes_a_value_that_begins_with_a_dash(file):
    assert run("set", "--config", file, "--", "seed", "-1") == f"defaults.seed = -1 in {file}\n"


def test_use_makes_a_profile_the_default_one(file):
    assert run("use", "ci", "--config", file) == f"profile ci is the default now, in {file}\n"
    assert json.loads(run("show", "--json", "--config", file))["profile"] == "ci"


def test_validate_says_that_a_file_is_right(file):
    assert run("validate", "--config", file) == f"{file} is valid\n"


def test_validate_lists_every_problem_and_ends_with_2(file):
    file.write_text("version = 1\n[defaults]\ntemprature = 1\n[profiles.ci]\nseed = 'x'\n")

    ended = program("config", "validate", "--config", file)

    assert ended.code == 2
    assert (
        ended.text
        == f"""\
{file}, line 3, column 1: unknown key "temprature" in [defaults] (did you mean "temperature"?)
{file}, line 5, column 1: seed in [profiles.ci] must be a whole number of 64 bits, not "x"
"""
    )
    assert ended.stderr == (
        f"error: {file} has 2 problems\nhint: standard output lists what is wrong\n"
    )


def test_validate_needs_a_file(own_file):
    assert refusal("validate") == (
        f"there is no file {own_file}",
        f"hello-llm config init --config {own_file} writes one",
    )


@pytest.mark.parametrize("command", ["use ci", "unset seed", "get defaults.seed"])
def test_what_needs_a_file_says_how_to_write_one(own_file, command):
    assert refusal(*command.split()) == (
        f"there is no file {own_file}",
        f"hello-llm config init --config {own_file} writes one",
    )
    assert not own_file.exists()


@pytest.mark.parametrize("command", [("show",), ("get", "stop", "-p", "ci"), ("show", "--json")])
def test_in_a_pipe_the_commands_do_without_rich_and_litellm(file, command):
    code = (
        "import sys; from hello_llm.cli.app import run\n"
        "run(sys.argv[1:])\n"
        "print([name for name in ('rich.table', 'litellm') if name in sys.modules],"
        " file=sys.stderr)"
    )
    line = [sys.executable, "-c", code, "config", *command, "--config", str(file)]

    done = subprocess.run(line, capture_output=True, text=True, check=True)

    assert done.stderr == "[]\n"
