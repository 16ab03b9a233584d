"""Compares a report with the file that holds it, or writes that file anew.

``python -m tests.checks.reports.golden`` writes all of them: read the difference before you commit.
"""

from collections.abc import Callable
from pathlib import Path

from hello_llm.checks.reports.github import render as github
from hello_llm.checks.reports.json import render as json_report
from hello_llm.checks.reports.junit import render as junit
from hello_llm.checks.reports.md import render as markdown
from hello_llm.checks.reports.tap import render as tap
from hello_llm.checks.results import SuiteResult
from tests.checks.reports.results import EVERYTHING, TEXTS

FOLDER = Path(__file__).parent / "golden"


def as_json(result: SuiteResult) -> str:
    """The JSON report as the program makes it."""
    return json_report(result, TEXTS)


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
