"""A run imports the command that it calls, and its help tells of the others all the same."""

import os
import re
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from hello_llm.cli.parser import COMMANDS, application
from tests.cli.program import COMMAND

_MODULE = re.compile(r"hello_llm\.cli\.commands\.(\w+)$", re.MULTILINE)


def commands_imported(*arguments):
    ended = subprocess.run(
        [sys.executable, "-X", "importtime", *COMMAND[1:], *arguments],
        env=os.environ | {"XDG_RUNTIME_DIR": "/nowhere"},  # a warm process imports all of them
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(_MODULE.findall(ended.stderr))


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_imported_when_it_is_called_and_the_others_are_not(name):
    assert commands_imported(name, "--help") == {name}


@pytest.mark.parametrize("name", COMMANDS)
def test_help_imports_the_command_it_explains_and_no_other(name):
    assert commands_imported("help", name) == {"help", name}


@pytest.mark.parametrize("flag", ["--version", "--help"])
def test_no_command_is_imported_where_none_is_called(flag):
    assert commands_imported(flag) == set()


def test_the_help_is_the_same_with_the_commands_and_without():
    (help_,) = {
        CliRunner().invoke(application(names), ["--help"]).stdout for names in ((), COMMANDS)
    }
    assert all(f" {name} " in help_ for name in COMMANDS)
