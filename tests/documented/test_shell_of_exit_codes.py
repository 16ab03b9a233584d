"""The shell of the documentation, run as it stands there, against servers that misbehave."""

import re
import shlex
import sys
from pathlib import Path

import pytest

from tests.documented.blocks import sections
from tests.documented.pages import read
from tests.documented.shell import shell
from tests.faults.catalogue import BY_ID
from tests.faults.stage import staged

((SHELL,),) = (
    [block.text for block in blocks if block.language == "sh"]
    for heading, blocks in sections(read("docs/what-happens-when.md")).items()
    if heading == "How a script handles this"
)


def ask(folder, *arguments):
    """Run the shell in `folder` with `arguments`: its exit status, its output, and its files."""
    given = f"set -- {shlex.join(arguments)}\n{SHELL}"
    ended = shell(given, home=folder, folder=folder, first=Path(sys.executable).parent)
    assert ended.stderr == ""
    return ended.returncode, ended.stdout, sorted(file.name for file in folder.iterdir())


def test_it_has_ten_lines():
    assert len(SHELL.splitlines()) == 10


def test_a_complete_answer_is_printed(tmp_path):
    assert ask(tmp_path, "hi") == (0, "Hello! You said: hi\n", ["answer.txt", "trouble.txt"])


@pytest.mark.parametrize(
    ("fault", "status", "said", "files"),
    [
        ("503", 75, r"not now, try later: error: 127\.0\.0\.1:\d+ failed \(503\).*\n", []),
        (
            "cut-mid-rst",
            75,
            r"cut off; what came is in answer\.txt\.partial\n",
            ["answer.txt.partial"],
        ),
    ],
)
def test_trouble_is_told_apart_by_the_exit_status(tmp_path, fault, status, said, files):
    with staged(BY_ID[fault], "openai") as stage:
        where = ("--provider", "litellm", "--model", f"openai/{fault}", "--api-base")
        code, output, left = ask(tmp_path, *where, stage.api_base, "--retries", "0", "hi")
    assert (code, left) == (status, sorted([*files, "trouble.txt"]))
    assert re.fullmatch(said, output)


def test_a_mistake_is_shown_in_full(tmp_path):
    code, output, _ = ask(tmp_path, "--temperature", "9", "hi")
    assert (code, output.splitlines()[0][:7]) == (1, "error: ")
