"""``make run`` ends with what to type next, and ``make clean`` leaves nothing behind."""

import re
import subprocess

import pytest

from tests.architecture.sources import ROOT
from tests.documented.shell import shell
from tests.install.test_page import BLOCKS, GREETING, PAGE
from tests.networks.programs import find

NEXT = re.compile(r"^next: (.+)   \((source .+) puts it on the PATH; (.+) has more\)$")
MADE, ACTIVATE, ACTIVATE_IN_FISH = BLOCKS["Try it in the clone"]


def typed(command, home, interpreter="sh"):
    ended = shell(command, home=home, folder=ROOT, interpreter=(interpreter, "-c"))
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_a_run_ends_with_commands_that_work(home):
    *answer, last = typed(f"{MADE.strip()} --silent --old-file=install", home).splitlines()
    ((command, activation, page),) = NEXT.findall(last)
    assert answer
    assert typed(command, home) == GREETING
    assert activation == ACTIVATE.strip()
    assert (ROOT / page).read_text(encoding="utf-8") == PAGE


@pytest.mark.parametrize(
    ("interpreter", "activation"),
    [("bash", ACTIVATE), ("zsh", ACTIVATE), ("fish", ACTIVATE_IN_FISH)],
)
def test_an_active_environment_has_the_program_on_the_path(home, interpreter, activation):
    find(interpreter, interpreter)
    assert typed(f'{activation}hello-llm chat "hi"', home, interpreter) == GREETING


def test_clean_removes_whatever_git_ignores(clone):
    anywhere, *at_top = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    made = [clone / name.strip("/") / "made" for name in at_top]
    made += [clone / folder / anywhere / "made" for folder in ("docs", "src", "tests/install")]
    for file in made:
        file.parent.mkdir(parents=True)
        file.touch()
    subprocess.run(["make", "--silent", "clean"], cwd=clone, check=True, timeout=60)
    assert [file for file in made if file.exists()] == []
