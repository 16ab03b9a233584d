"""Writes the requested reports, and replaces each file atomically."""

from collections.abc import Callable, Sequence
from pathlib import Path

from hello_llm.checks.reports.kinds import ReportKind
from hello_llm.checks.reports.spec import ReportSpec
from hello_llm.checks.reports.texts import Texts
from hello_llm.checks.results import SuiteResult
from hello_llm.contract import OutputError
from hello_llm.settings.atomic import replacing_in_kind
from hello_llm.text.phrases import printable


def write_reports(
    wanted: Sequence[ReportSpec],
    result: SuiteResult,
    texts: Texts,
    *,
    stdout: Callable[[bytes], None],
    step_summary: Path | None = None,
) -> None:
    """Write the requested reports of `result`; a report that fails does not stop the others.

    Files are written first, then standard output. A file contains either the whole report or its
    previous content.

    Args:
        wanted: the requested reports.
        result: the result of the suite.
        texts: prepares texts for a report.
        stdout: writes to standard output.
        step_summary: the file that GitHub Actions shows as the step's summary; the report github
            appends to it.

    Raises:
        OutputError: some files could not be written; the message names each.
        OSError: standard output could not be written, but all files were.
    """
    troubles: list[str] = []
    for report in sorted(wanted, key=lambda report: report.path is None):
        text = report.kind.render(result, texts).encode(errors="backslashreplace")
        if report.path is None:
            if report.kind is ReportKind.GITHUB and step_summary is not None:
                troubles += _trouble(step_summary, _summary(result, texts), _append)
            try:
                stdout(text)
            except OSError:
                if not troubles:
                    raise
        else:
            troubles += _trouble(report.path, text, _replace)
    if troubles:
        raise OutputError("; ".join(troubles), "name files that can be written: --report KIND=FILE")


def _summary(result: SuiteResult, texts: Texts) -> bytes:
    from hello_llm.checks.reports.github import LONGEST_SUMMARY
    from hello_llm.checks.reports.md import render

    text = render(result, texts, longest=LONGEST_SUMMARY)
    return f"{text}\n".encode(errors="backslashreplace")


def _trouble(path: Path, content: bytes, write: Callable[[Path, bytes], None]) -> list[str]:
    """Write `content` to `path`; return a message for each failure."""
    try:
        write(path, content)
    except OSError as error:
        return [f"cannot write {printable(str(path))}: {error.strerror}"]
    return []


def _replace(path: Path, content: bytes) -> None:
    """Replace the content of `path`; write directly to a device or a pipe."""
    if path.exists() and not path.is_file():
        with path.open("wb") as file:
            file.write(content)
        return
    with replacing_in_kind(path) as new:
        new.write(content)


def _append(path: Path, content: bytes) -> None:
    with path.open("ab") as file:
        file.write(content)
