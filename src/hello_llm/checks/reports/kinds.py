"""The kinds of reports; each has a member here and a module of that name with ``render``."""

from collections.abc import Callable
from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from hello_llm.checks.reports.texts import Texts
    from hello_llm.checks.results import SuiteResult


class ReportKind(StrEnum):
    """The kinds of reports."""

    JUNIT = "junit"
    """JUnit XML, which nearly every CI system reads."""
    JSON = "json"
    """Everything, for programs; ``--rerun-failed`` reads it."""
    TAP = "tap"
    """The Test Anything Protocol."""
    MD = "md"
    """Markdown, for people."""
    GITHUB = "github"
    """Annotations and a step summary of GitHub Actions."""

    def render(self, result: "SuiteResult", texts: "Texts") -> str:
        """Return the report of `result`; its module is imported on first use."""
        module = import_module(f"{__package__}.{self}")
        return cast("Callable[[SuiteResult, Texts], str]", module.render)(result, texts)
