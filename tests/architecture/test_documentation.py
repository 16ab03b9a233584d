"""The documentation names what is public, and a page that has drifted is found."""

import importlib.util
import re
from types import ModuleType

import pytest

import hello_llm
from tests.architecture.sources import ROOT


def test_every_public_name_is_on_the_page_of_the_python_interface():
    page = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\.\. (?:auto\w+|data):: (\w+)$", page, re.MULTILINE))
    if ".. automodule:: hello_llm.contract.errors" in page:
        named |= {name for name in hello_llm.__all__ if name.endswith("Error")}
    assert set(hello_llm.__all__) - {"__version__"} == named


def test_every_decision_is_listed():
    folder = ROOT / "docs" / "decisions"
    pages = {path.stem for path in folder.glob("*.md")} - {"index"}
    listed = re.findall(r"^[a-z-]+$", (folder / "index.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(pages)


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    """The program that writes the generated pages."""
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_pages_that_agree_have_no_drift(generate):
    assert list(generate.drift({"a.md": "x\n"}, {"a.md": "x\n"})) == []


def test_a_page_that_changed_is_missing_or_is_left_over_has_drifted(generate):
    wanted = {"changed.md": "new\n", "missing.md": "x\n"}
    found = {"changed.md": "old\n", "left-over.md": "x\n"}
    lines = [line for line in generate.drift(wanted, found) if line[0] in "+-"]
    changed = [line for line in lines if not line.startswith(("+++", "---"))]
    assert changed == ["-old\n", "+new\n", "-x\n", "+x\n"]


def test_writing_leaves_exactly_the_pages(generate, tmp_path):
    (tmp_path / "left-over.md").touch()
    generate.write({"a.md": "é\n"}, tmp_path)
    assert generate.read(tmp_path) == {"a.md": "é\n"}
