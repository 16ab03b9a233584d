"""The top folder holds what is agreed, and the versions in it agree."""

import re
import subprocess

import hello_llm
from tests.architecture.sources import ROOT

AGREED = frozenset(
    {
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "Containerfile",
        "LICENSE",
        "Makefile",
        "README.md",
        "SECURITY.md",
        "clients.lock",
        "cluster.lock",
        "config.example.toml",
        "container.lock",
        "docs",
        "pyproject.toml",
        "requirements.lock",
        "src",
        "tests",
        "weights.lock",
    }
)


def strangers(paths: list[str]) -> set[str]:
    """Return the top-level names that are neither agreed nor hidden."""
    tops = {path.split("/")[0] for path in paths}
    return {top for top in tops if not top.startswith(".")} - AGREED


def test_the_top_folder_holds_only_what_is_agreed():
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert strangers(listed.stdout.splitlines()) == set()


def test_a_stranger_in_the_top_folder_is_found():
    assert strangers([".github/x", "src/a.py", "setup.py", "tools/x"]) == {"setup.py", "tools"}


def test_every_test_that_the_makefile_names_is_there():
    named = re.findall(r"\btests/[\w/]+(?:\.py)?", (ROOT / "Makefile").read_text(encoding="utf-8"))
    assert len(named) > 20
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_changelog_starts_with_this_version():
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## \[(.+?)\]", changelog, re.MULTILINE)
    assert versions[0] == hello_llm.__version__
