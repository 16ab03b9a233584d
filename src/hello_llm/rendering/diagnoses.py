"""Shows diagnoses as lines for people, or as one JSON document."""

from collections.abc import Callable
from textwrap import wrap
from typing import Any, Protocol, get_args

from hello_llm.contract import ExitCode, HelloLLMError
from hello_llm.contract.diagnosis import Diagnosis, DiagnosisName, Status, exit_code_of
from hello_llm.rendering.console import ColorChoice, Styling, styling
from hello_llm.rendering.json.document import Redact, failure, head, json_line
from hello_llm.rendering.messages import on_one_line
from hello_llm.rendering.sanitize import inert
from hello_llm.rendering.terminal import Terminal

SCHEMA = "hello-llm.doctor/1"

_STATUS_WIDTH = max(map(len, get_args(Status)))
_NAME_WIDTH = max(map(len, get_args(DiagnosisName)))
_INDENT = _STATUS_WIDTH + 2 + _NAME_WIDTH + 2
_NARROWEST = 20
_COLORS: dict[Status, str] = {"ok": "32", "warning": "33", "failure": "31"}


class DiagnosesView(Protocol):
    """Shows diagnoses."""

    def show(self, diagnosis: Diagnosis) -> None:
        """Show the next diagnosis, or keep it until the end.

        Raises:
            OSError: the output cannot be written.
        """
        ...

    def close(self, exit_code: ExitCode | None = None) -> ExitCode:
        """Show the overall result; return `exit_code`, or else the exit code of the diagnoses.

        Raises:
            OSError: the output cannot be written.
        """
        ...


class PlainDiagnoses:
    """Writes a line for each diagnosis and for its repair; wraps lines only on a terminal."""

    def __init__(
        self, terminal: Terminal, redact: Callable[[str], str], *, color: ColorChoice
    ) -> None:
        """Write to the standard output of `terminal`; `redact` removes secrets."""
        self._terminal = terminal
        self._redact = redact
        self._styling = styling(terminal, "stdout", color)
        self._found: list[Diagnosis] = []

    def show(self, diagnosis: Diagnosis) -> None:
        """Write `diagnosis`."""
        self._found.append(diagnosis)
        first, *more = self._lines(diagnosis.message)
        rows = [f"{diagnosis.name:{_NAME_WIDTH}}  {first}", *(" " * _INDENT + one for one in more)]
        rows[0] = self._styled(diagnosis.status) + rows[0]
        if diagnosis.repair is not None:
            rows += [" " * _INDENT + one for one in self._lines(f"repair: {diagnosis.repair}")]
        self._write(rows)

    def close(self, exit_code: ExitCode | None = None) -> ExitCode:
        """Write the number of failures and of warnings, and return the exit code."""
        code = exit_code_of(self._found) if exit_code is None else exit_code
        counts = [
            f"{count} {status}{'' if count == 1 else 's'}"
            for status in ("failure", "warning")
            if (count := sum(one.status == status for one in self._found))
        ]
        end = f"exit code {code:d} ({code.name})" if code else "no problems found"
        if code or not counts:
            counts.append(end)
        self._write(["", ", ".join(counts)])
        return code

    def _lines(self, text: str) -> list[str]:
        text = inert(on_one_line(self._redact(text)))
        if not self._terminal.stdout_is_tty:
            return [text]
        width = max(self._terminal.size()[0] - _INDENT, _NARROWEST)
        return wrap(text, width, break_on_hyphens=False) or [""]

    def _styled(self, status: Status) -> str:
        padding = " " * (_STATUS_WIDTH + 2 - len(status))
        match self._styling:
            case Styling.NONE:
                return status + padding
            case Styling.MONOCHROME:
                return f"\x1b[1m{status}\x1b[0m{padding}"
            case Styling.COLOR:
                return f"\x1b[1;{_COLORS[status]}m{status}\x1b[0m{padding}"

    def _write(self, rows: list[str]) -> None:
        self._terminal.write_stdout("".join(f"{row}\n" for row in rows).encode())


class JsonDiagnoses:
    """Writes one document after the last diagnosis."""

    def __init__(self, terminal: Terminal, redact: Callable[[str], str]) -> None:
        """Write to the standard output of `terminal`; `redact` removes secrets."""
        self._terminal = terminal
        self._redact = redact
        self._found: list[Diagnosis] = []

    def show(self, diagnosis: Diagnosis) -> None:
        """Keep `diagnosis` for the document."""
        self._found.append(diagnosis)

    def close(self, exit_code: ExitCode | None = None) -> ExitCode:
        """Write the document, and return the exit code."""
        code = exit_code_of(self._found) if exit_code is None else exit_code
        findings = [self._described(one) for one in self._found]
        document = {**head(SCHEMA, code), "findings": findings, "error": None}
        self._terminal.write_stdout(json_line(document))
        return code

    def _described(self, diagnosis: Diagnosis) -> dict[str, Any]:
        return {
            "name": diagnosis.name,
            "status": diagnosis.status,
            "message": on_one_line(self._redact(diagnosis.message)),
            "repair": None if diagnosis.repair is None else self._redact(diagnosis.repair),
            "code": None if diagnosis.code is None else diagnosis.code.name,
        }


def undiagnosed(error: HelloLLMError, redact: Redact) -> dict[str, Any]:
    """Return the document of ``doctor`` if `error` kept it from finding anything."""
    return failure(SCHEMA, {"findings": []}, error, redact)
