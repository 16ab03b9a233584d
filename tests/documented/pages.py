"""The pages whose examples are tried, and what cannot be."""

from collections.abc import Mapping
from pathlib import Path

from tests.architecture.sources import ROOT

TRIED_ELSEWHERE: Mapping[str, str] = {
    "docs/batch-on-a-cluster.md": "tests/cluster/test_page.py",
    "docs/container.md": "tests/container/test_page.py",
    "docs/install.md": "tests/install/test_page.py",
    "docs/networks.md": "tests/networks/test_documentation.py",
}
"""The pages whose examples need networks, installations, clusters or images; their tests."""

NOT_RUN: Mapping[tuple[str, str], str] = {
    ("README.md", "make run"): "installs 800 MB; tests/install does that",
    (
        "docs/architecture.md",
        'python -m tests.servers ollama --port 11434 --text "Hello from a script."',
    ): "serves until it is stopped",
    (
        "docs/architecture.md",
        "python -m tests.faults --serve cut-mid-rst --port 8080",
    ): "serves until it is stopped",
    ("docs/checks.md", "pip install ."): "needs a package index",
    ("docs/faq.md", "pip install ."): "needs a package index",
    ("docs/speed.md", "make bench"): "takes ten minutes",
    ("docs/speed.md", ".venv/bin/python -m tests.bench cold warm"): "takes minutes",
}
"""The commands that are not run, by page, without their comments, and why."""

TABLES_OF_COMMANDS = frozenset({"docs/coming-from.md"})
"""The pages whose tables have commands in the second column, which are tried after the blocks."""

_GENERATED = ("_generated", "_measured", "_build")


def pages() -> list[str]:
    """Return the README and each page that a person has written, as paths from the root."""
    found = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    names = [path.relative_to(ROOT).as_posix() for path in found]
    return [name for name in names if not any(f"/{part}/" in name for part in _GENERATED)]


def read(page: str) -> str:
    """Return the text of a page."""
    return Path(ROOT, page).read_text(encoding="utf-8")
