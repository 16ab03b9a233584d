"""Parses ``--report KIND=FILE``: which reports to write, and where."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from hello_llm.checks.reports.kinds import ReportKind
from hello_llm.contract import UsageError
from hello_llm.text.phrases import did_you_mean, listed, quoted

STDOUT = "-"

_STDOUT_NAMES = frozenset({STDOUT, "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"})

_OF_SUFFIX = {
    ".xml": ReportKind.JUNIT,
    ".json": ReportKind.JSON,
    ".tap": ReportKind.TAP,
    ".md": ReportKind.MD,
}


@dataclass(frozen=True, slots=True)
class ReportSpec:
    """One requested report."""

    kind: ReportKind
    """Its kind."""
    path: Path | None
    """The file; ``None`` means standard output, where annotations always go."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse ``KIND=FILE``; ``-`` means standard output, and github takes no file.

        Raises:
            UsageError: the kind is unknown, or the file is missing or cannot be written.
        """
        name, equals, file = text.partition("=")
        if name not in set(ReportKind):
            raise _no_report(name)
        kind = ReportKind(name)
        if kind is ReportKind.GITHUB:
            if equals and file not in _STDOUT_NAMES:
                raise UsageError(
                    "the report github takes no file: its lines go to standard output",
                    "--report github",
                )
            return cls(kind, None)
        if not file:
            raise UsageError(
                f"the report {kind} needs a file", f"--report {kind}=FILE, or {kind}=- to print it"
            )
        return cls(kind, None if file in _STDOUT_NAMES else _writable(Path(file), kind))


def _no_report(name: str) -> UsageError:
    """Explain an unknown kind; a file in its place is meant for the report of its suffix."""
    kind = _OF_SUFFIX.get(Path(name).suffix.lower())
    known = f"kinds of reports: {listed(ReportKind)}"
    meant = None if kind is None else f"--report {kind}={name}"
    hint = meant or did_you_mean(name, ReportKind) or known
    return UsageError(f"there is no report {quoted(name)}", hint)


def _writable(path: Path, kind: ReportKind) -> Path:
    """Return `path` if its folder exists and it is not a folder itself."""
    if "\0" in str(path):
        raise UsageError(f"{quoted(str(path))} is not a file name", f"--report {kind}=FILE")
    if os.path.isdir(path):  # noqa: PTH112 - never raises
        raise UsageError(
            f"{quoted(str(path))} is a folder, the report {kind} needs a file",
            f"name a file in it: --report {kind}=FILE",
        )
    if not os.path.isdir(path.parent):  # noqa: PTH112 - never raises
        raise UsageError(
            f"there is no folder {quoted(str(path.parent))} for the report {kind}",
            "make the folder first, or name another file",
        )
    return path


def parse_all(texts: Iterable[str]) -> list[ReportSpec]:
    """Parse each of `texts` with :meth:`ReportSpec.parse`.

    Raises:
        UsageError: one of them is invalid, or two go to the same place.
    """
    wanted = [ReportSpec.parse(text) for text in texts]
    taken: dict[str, ReportKind] = {}
    for report in wanted:
        place = STDOUT if report.path is None else os.path.realpath(report.path)
        if place in taken:
            where = "standard output" if report.path is None else quoted(str(report.path))
            raise UsageError(
                f"two reports go to {where}: {taken[place]} and {report.kind}",
                "give each a file of its own: --report KIND=FILE",
            )
        taken[place] = report.kind
    return wanted


def claims_stdout(wanted: Iterable[ReportSpec]) -> bool:
    """Return whether one of the reports goes to standard output for a program to read."""
    return any(one.path is None and one.kind is not ReportKind.GITHUB for one in wanted)
