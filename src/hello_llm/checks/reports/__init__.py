"""The reports of a suite: JUnit, JSON, TAP, Markdown and GitHub's annotations, a file for each."""

from hello_llm.checks.reports.spec import ReportKind, ReportSpec, claims_stdout, parse_all
from hello_llm.checks.reports.writing import write_reports

__all__ = ["ReportKind", "ReportSpec", "claims_stdout", "parse_all", "write_reports"]
