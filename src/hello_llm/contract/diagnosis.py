"""A diagnosis of doctor: a verdict in one line and, if something is wrong, how to fix it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Self

from hello_llm.contract.errors import HelloLLMError
from hello_llm.contract.exit_codes import ExitCode

Status = Literal["ok", "warning", "failure"]
DiagnosisName = Literal[
    "versions",
    "configuration",
    "settings",
    "environment",
    "warm",
    "model",
    "key",
    "local",
    "resolution",
    "connection",
    "tls",
    "models",
    "completion",
]
"""What is looked at, in the order in which it is shown."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was found where one looked."""

    name: DiagnosisName
    """What was looked at."""
    status: Status
    """The verdict; a failure is what a call would fail on."""
    message: str
    """What was found, in one sentence without a full stop."""
    repair: str | None = None
    """What sets it right; ``None`` where nothing is wrong or nothing can be done."""
    code: ExitCode | None = None
    """The exit code of a call that fails on it; ``None`` where none does."""

    @classmethod
    def ok(cls, name: DiagnosisName, message: str) -> Self:
        """Return the finding that all is well."""
        return cls(name, "ok", message)

    @classmethod
    def warning(cls, name: DiagnosisName, message: str, repair: str) -> Self:
        """Return the finding of something that surprises, and stops no call."""
        return cls(name, "warning", message, repair)

    @classmethod
    def failure(cls, name: DiagnosisName, error: HelloLLMError) -> Self:
        """Return the finding of what a call would fail on, with `error`."""
        return cls(name, "failure", error.message, error.hint, error.exit_code)


def exit_code_of(findings: Iterable[Diagnosis]) -> ExitCode:
    """Return the exit code of the first failure, which a call meets first; OK without one."""
    return next((one.code for one in findings if one.code is not None), ExitCode.OK)
