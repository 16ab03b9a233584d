"""The page on checks holds what works: a suite that is read, and a workflow whose line runs."""

import re
import shlex
from pathlib import Path

import pytest
import yaml

from hello_llm.checks.assertions.table import ASSERTIONS
from hello_llm.checks.suite_reading import read_suite
from hello_llm.contract.model_name import ModelName
from tests.cli.program import program

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"
PAGE = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8")


def block(language):
    """Return what stands in the first block of `language`."""
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)[0]


def test_the_suite_on_the_page_is_right(tmp_path):
    path = tmp_path / "suite.toml"
    path.write_text(block("toml"))
    assert len(read_suite(path, ModelName.parse).checks) == 2


@pytest.mark.parametrize("name", ["smoke.toml", "answers.toml"])
def test_every_example_passes_on_the_mock(name):
    ended = program("check", EXAMPLES / name)
    assert (ended.code, ended.stderr) == (0, "")


def test_no_example_is_left_out():
    suites = [path.name for path in EXAMPLES.glob("*.toml") if "[[check]]" in path.read_text()]
    assert sorted(suites) == ["answers.toml", "smoke.toml"]


def test_the_examples_show_every_assertion():
    shown = {
        expectation.name
        for name in ("smoke.toml", "answers.toml")
        for check in read_suite(EXAMPLES / name, ModelName.parse).checks
        for expectation in check.expectations
    }
    assert shown == set(ASSERTIONS)


def test_the_page_tells_of_every_assertion():
    table = PAGE.partition("## The assertions")[2].partition("## What comes")[0]
    assert {name for name in ASSERTIONS if f"`{name}`" not in table} == set()


def test_the_line_of_the_workflow_passes(tmp_path, monkeypatch):
    steps = yaml.safe_load(block("yaml"))["jobs"]["check"]["steps"]
    (line,) = (step["run"] for step in steps if step.get("name") == "check")
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    monkeypatch.chdir(tmp_path)
    ended = program(*shlex.split(line)[1:])
    assert (ended.code, (tmp_path / "junit.xml").exists()) == (0, True)
