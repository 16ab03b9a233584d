"""Compares a report with the file that holds it, or writes that file anew.

``python -m tests.checks.reports.golden`` writes all of them: read the difference before you commit.
"""

from collections.abc import Callable
from pathlib import Path

from hello_llm.checks.reports.checks_document import checks_document
from hello_llm.checks.reports.github import github
from hello_llm.checks.reports.junit import junit
from hello_llm.checks.reports.markdown import markdown
from hello_llm.checks.reports.tap import tap
from hello_llm.checks.results import SuiteResult
from hello_llm.rendering.json.document import document
from tests.checks.reports.results import EVERYTHING, TEXTS

FOLDER = Path(__file__).parent / "golden"


def as_json(result: SuiteResult) -> str:
    """The JSON report as the program makes it."""
    return checks_document(result, TEXTS.redact, document)


REPORTS: dict[str, Callable[[SuiteResult], str]] = {
    "junit.xml": lambda result: junit(result, TEXTS),
    "checks.json": as_json,
    "checks.tap": lambda result: tap(result, TEXTS),
    "checks.md": lambda result: markdown(result, TEXTS),
    "github.txt": lambda result: github(result, TEXTS),
}

if __name__ == "__main__":
    for name, report in REPORTS.items():
        (FOLDER / name).write_text(report(EVERYTHING), encoding="utf-8", newline="\n")
