"""What completion offers on a command line, whatever the shell."""

import re
import shlex
import subprocess
import sys
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hello_llm.cli import commands as cli_commands
from hello_llm.cli.completion.answers import answer
from hello_llm.cli.completion.words import split
from hello_llm.cli.completion_scripts import Shell
from hello_llm.cli.parser import COMMANDS, parser, walk
from hello_llm.contract.vendors import VENDORS
from hello_llm.recording.replayer import ReplayTiming
from tests.cli.program import COMMAND, child, program

CONFIG = r"""
version = 1
default_profile = "ci"

[defaults]
model = "openai/zz-own"
fallback = ["anthropic/zz-own", "openrouter/zz-own"]

[profiles.ci]
model = "ollama/zz-own"
color = "never"

[profiles."a.b"]
[profiles."a\u001b[31mb"]
[profiles."a\nb"]
[profiles."a\u202eb"]

[local.models]
tiny = "tiny.gguf"
"""

SUITE = """
[[check]]
name = "zz greets"
tags = ["zz-smoke", 1, ["x"]]

[[check]]
name = 1
tags = "x"

[[check]]
tags = ["zz-smoke", "zz-nightly"]
"""

FREE = frozenset(
    """allow_host api_base connect_timeout first_token_timeout grace headers host
    idle_timeout jobs max_calls max_cost max_price max_tokens max_wait modal_secret port
    prompt prompt_flag ray_address retries rpm seed since stop storage system temperature
    timeout top_p tpm""".split()
)
"""The parameters that take text or a number of the user's own."""


@pytest.fixture(autouse=True)
def configured(home, tmp_path, monkeypatch):
    """A configuration of the user's, and a suite in the working folder."""
    monkeypatch.chdir(tmp_path)
    folder = home / ".config" / "hello-llm"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(CONFIG)
    (tmp_path / "suite.toml").write_text(SUITE)


def offered(line: str) -> list[str]:
    """Return what is offered at the end of `line`, words as fish takes them."""
    *words, current = line.split(" ")
    kind, *lines = answer(["fish", *words, current]).splitlines()
    return [kind, *(one.partition("\t")[0] for one in lines)]


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("", [*COMMANDS]),
        ("warm ", ["start", "status", "stop"]),
        ("config un", ["unset"]),
        ("help ", [*COMMANDS, "exit-codes"]),
        ("help warm ", ["start", "status", "stop"]),
        ("help chat ", []),
        ("help nonsense warm ", []),
        ("schema ", ["reply", "events", "doctor", "checks", "batch", "models", "spend"]),
        ("schema reply ", []),
        ("--install-completion ", [*get_args(Shell)]),
        ("--show-completion=z", ["--show-completion=zsh"]),
        ("warm status -", ["--json", "--help", "-h"]),
        ("warm status --json --", ["--help"]),
        ("chat --fallback a/b --fallb", ["--fallback"]),
        ("chat -m a/b --mod", []),
        ("chat --no-st", ["--no-stream", "--no-stdin"]),
        ("chat --provider ", ["mock", "litellm"]),
        ("chat --output ", ["auto", "rich", "plain", "json", "ndjson"]),
        ("chat --replay-timing ", [*get_args(ReplayTiming)]),
        ("chat -uv --color a", ["auto", "always"]),
        ("chat hello --color=al", ["--color=always"]),
        ("chat --system --provider --col", ["--color"]),
        ("chat -- --col", []),
        ("chat -- -m o", []),
        ("check --report ", ["junit=", "json=", "tap=", "md=", "github"]),
        ("chat -m openai/zz", ["openai/zz-own"]),
        ("chat -mollama/zz", ["-mollama/zz-own"]),
        ("chat --fallback anthropic/zz", ["anthropic/zz-own"]),
        ("check suite.toml -m local/", ["local/smollm2", "local/tiny"]),
        ("doctor --model openro", ["openrouter/"]),
        ("doctor --model scal", ["scaleway/"]),
        ("doctor --model hosted_", ["hosted_vllm/"]),
        ("chat -p ", ["ci", "a.b"]),
        ("config use c", ["ci"]),
        ("check suite.toml --select ", ["zz greets", "zz-smoke", "zz-nightly"]),
        ("check --select zz-n", []),
        ("check none.toml --select zz", []),
        ("config set col", ["color"]),
        ("config set p", ["provider", "proxy", "proxy_auth_env", "profiles."]),
        ("config set profiles.", ["profiles.ci.", "profiles.a.b."]),
        (
            "config set profiles.a.b.pro",
            [f"profiles.a.b.pro{end}" for end in ("vider", "xy", "xy_auth_env")],
        ),
        ("config get local.", ["local.models."]),
        ("config get local.models.", ["local.models.tiny"]),
        (
            "config unset profiles.",
            ["profiles.ci", "profiles.ci.model", "profiles.ci.color", "profiles.a.b"],
        ),
        ("config unset d", ["default_profile"]),
        ("config set color ", ["auto", "always", "never"]),
        ("config set profiles.a.b.color n", ["never"]),
        ("config set stream ", ["true", "false"]),
        ("config set defaults.model openai/zz", ["openai/zz-own"]),
        ("config set nonsense ", []),
    ],
)
def test_values_are_offered(line, values):
    kind, *found = offered(line)
    assert (kind, sorted(found)) == ("values", sorted(values))


@pytest.mark.parametrize(
    "line",
    [
        *(
            "chat --config ",
            "chat --out=a",
            "chat -o ",
            "chat --record ",
            "chat --replay ",
            "chat --script ",
        ),
        *(
            "check ",
            "check --rerun-failed ",
            "check a.toml --report junit=",
            "check --report=tap=a",
        ),
        *(
            "doctor --config ",
            "config path --config ",
            "config set ca_file ",
            "config set local.models.x ",
        ),
    ],
)
def test_files_are_left_to_the_shell(line):
    assert offered(line) == ["files"]


def test_the_first_vendors_are_those_with_known_models():
    vendors = set(offered("chat -m ")[1:])
    assert {"openai/", "anthropic/", "ollama/", "local/", "openrouter/"} <= vendors
    assert "aws_polly/" in {f"{vendor}/" for vendor in VENDORS} - vendors


def test_variables_are_offered_by_name_if_they_may_hold_a_key(monkeypatch):
    for name in ("ZZ_API_KEY", "ZZ_TOKEN", "ZZ_HARMLESS"):
        monkeypatch.setenv(name, "zz-value")
    expected = ["values", "ZZ_API_KEY", "ZZ_TOKEN"]
    assert offered("chat --api-key-env ZZ_") == expected
    assert offered("config set proxy_auth_env ZZ_") == expected


@pytest.mark.parametrize(
    ("config", "profiles"),
    [
        ("[profiles.other]", ["other"]),
        ("[profiles.other", []),
        ("[profiles.other]\ncolour = 1", []),
        ("[profiles.other]\nmodel = 1", []),
        ("\0", []),
        ("", []),
    ],
)
def test_profiles_are_those_of_the_file_on_the_line_if_it_is_valid(config, profiles, tmp_path):
    (tmp_path / "other.toml").write_text(f"version = 1\n{config}\n")
    assert offered("chat --config other.toml -p ") == ["values", *profiles]
    assert offered("chat --config x --config=other.toml -p ") == ["values", *profiles]


def test_the_names_of_models_are_offered_whatever_the_configuration(tmp_path):
    (tmp_path / "broken.toml").write_text("[")
    found = offered("chat --config broken.toml -m openai/gpt-4o")
    assert "openai/gpt-4o-mini" in found
    assert not any("zz-own" in name for name in found)


def test_every_value_of_every_command_is_completed_or_known_to_be_free(monkeypatch):
    """A parameter that is new must be given its values, or added to the free ones."""
    monkeypatch.setenv("ZZ_API_KEY", "zz-value")
    free = set()
    for words, command in walk(parser(tuple(COMMANDS))):
        for parameter in command.params:
            if not getattr(parameter, "is_flag", False):
                line = [*words, *_leading_to(parameter, command), ""]
                if offered(" ".join(line)) == ["values"]:
                    free.add(parameter.name)
    assert free == FREE


def _leading_to(parameter, command):
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    if parameter in arguments:
        return ["color"] * arguments.index(parameter)
    return [*("suite.toml" for one in arguments if one.required), parameter.opts[0]]


@pytest.mark.parametrize("shell", get_args(Shell))
@given(line=st.text(), current=st.text())
def test_any_line_has_an_answer(shell, line, current):
    question = {
        "bash": [" \n:=@", f"hello-llm {line} {current}"],
        "zsh": [*line.split(), current],
        "fish": [*line.split(), current],
    }
    kind, *_ = answer([shell, *question[shell]]).split("\n")
    assert kind.split(" ")[0] in {"values", "files", "open"}


@given(words=st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]))))
def test_words_are_split_as_the_shell_does(words):
    assert [word.text for word in split(shlex.join(words))] == (words or [""])


def test_nothing_that_a_terminal_obeys_is_offered():
    for shell in get_args(Shell):
        text = answer(
            [shell, *([":", "hello-llm chat -p "] if shell == "bash" else ["chat", "-p", ""])]
        )
        assert all(line.replace("\t", "").isprintable() for line in text.splitlines())


@pytest.mark.parametrize("question", [[], ["tcsh", "x"], ["bash"], [""], ["bash", ":"]])
def test_a_question_that_no_script_asks_is_an_error(question):
    ended = program("__complete", *question)
    assert (ended.code, ended.text) == (2, "")
    assert "hint: hello-llm --install-completion SHELL" in ended.stderr


@pytest.mark.parametrize(
    ("line", "commands"),
    [
        ("hello-llm ", set()),
        ("hello-llm chat -m op", {"chat"}),
        ("hello-llm config se", {"config"}),
    ],
)
def test_completion_imports_the_command_on_the_line_and_never_litellm(line, commands):
    ended = subprocess.run(
        [sys.executable, "-X", "importtime", *COMMAND[1:], "__complete", "bash", ":=", line],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout.startswith("values")
    names = set(re.findall(r"\| +([\w.]+)$", ended.stderr, re.MULTILINE))
    below = f"{cli_commands.__name__}."
    assert {name.removeprefix(below).split(".")[0] for name in names if below in name} == commands
    assert names.isdisjoint({"litellm", "httpx", "openai"})


def test_completion_is_silent_and_reads_no_standard_input():
    ended = child(
        "__complete", "bash", ":=", "hello-llm chat --config - -p ", stdin=b"[profiles.x]"
    )
    assert (ended.code, ended.text, ended.stderr) == (0, "values\n", "")


def test_no_variable_turns_a_call_into_a_completion():
    asked = child(
        "schema", "reply", _HELLO_LLM_COMPLETE="complete_bash", COMP_WORDS="x ch", COMP_CWORD="1"
    )
    assert asked == child("schema", "reply")
