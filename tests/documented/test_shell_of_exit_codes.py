"""The shell of the documentation, run as it stands there, against servers that misbehave."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT
from tests.faults.catalogue import BY_ID
from tests.faults.stage import staged

PAGE = (ROOT / "docs" / "what-happens-when.md").read_text(encoding="utf-8")
(SHELL,) = (block for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) if "case" in block)


def ask(folder, *arguments):
    """Run the shell in `folder` with `arguments`: its exit status, its output, and its files."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    ended = subprocess.run(
        ["sh", "-c", SHELL, "sh", *arguments],
        cwd=folder,
        env={**os.environ, "PATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
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
