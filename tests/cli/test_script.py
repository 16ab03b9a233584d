"""``chat --script FILE`` has the mock play it, and a file of settings may name it."""

from pathlib import Path

import pytest

from tests.cli.program import program

SCRIPT = """\
version = 1
[[rule]]
name = "busy"
contains = "busy"
fault = "503"
[[rule]]
name = "tea"
contains = "tea"
model = "openai/b"
text = "with milk"
[[rule]]
name = "fine"
text = "fine"
optional = true
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The file of the script."""
    file = tmp_path / "script.toml"
    file.write_text(SCRIPT)
    return file


def test_a_rule_answers_and_one_without_a_use_is_told_of(file):
    ended = program("chat", "--script", file, "--retries", "0", "--fallback", "openai/b", "tea")
    assert (ended.code, ended.stdout) == (0, b"fine\n")
    assert "line 2: rule 'busy' matched no prompt" in ended.stderr


def test_a_fault_is_retried_and_falls_back_within_one_script(file):
    flags = ("--retries", "1", "--model", "openai/a", "--fallback", "openai/b", "--json")
    ended = program("chat", "--script", file, *flags, "busy")
    assert ended.code == 8
    assert ended.document["attempts"] == 4
    assert ended.document["error"]["message"] == ('mock.invalid failed (503): it says "try later"')


def test_a_prompt_without_a_rule_is_a_usage_error(file):
    file.write_text(SCRIPT.partition('[[rule]]\nname = "fine"')[0])
    ended = program("chat", "--script", file, "bus")
    assert (ended.code, ended.stdout) == (2, b"")
    assert ended.stderr == (
        f"error: no rule of {file} matches the prompt 'bus'\n"
        "hint: the closest is rule 'busy' on line 2, but not contains = 'busy'\n"
    )


def test_a_script_of_the_configuration_lies_beside_it(file):
    config = file.with_name("config.toml")
    config.write_text('version = 1\n[defaults]\nscript = "script.toml"\nquiet = true\n')
    ended = program("chat", "--config", config, "hi")
    assert (ended.code, ended.stdout, ended.stderr) == (0, b"fine\n", "")


def test_only_the_mock_plays_a_script(file):
    ended = program("chat", "--script", file, "--provider", "litellm", "--model", "openai/a", "hi")
    assert ended.code == 2
    assert ended.stderr == (
        "error: a script is played by the mock, and the provider is litellm\n"
        "hint: leave out --script, or add --provider mock\n"
    )
