"""A diagnosis by ``doctor``: a one-line verdict and, if something is wrong, how to fix it."""

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
    "retirement",
    "prices",
    "key",
    "local",
    "resolution",
    "connection",
    "proxy",
    "tls",
    "models",
    "completion",
]
"""The subjects of the diagnoses, in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The result of examining one subject."""

    name: DiagnosisName
    """The subject that was examined."""
    status: Status
    """The verdict; ``failure`` means that a call would fail."""
    message: str
    """The finding, in one sentence without a full stop."""
    repair: str | None = None
    """How to fix it; ``None`` if nothing is wrong or nothing can be done."""
    code: ExitCode | None = None
    """The exit code of a call that fails because of it; ``None`` if no call does."""

    @classmethod
    def ok(cls, name: DiagnosisName, message: str) -> Self:
        """Return the diagnosis of something that is in order."""
        return cls(name, "ok", message)

    @classmethod
    def warning(cls, name: DiagnosisName, message: str, repair: str) -> Self:
        """Return the diagnosis of something surprising that does not stop a call."""
        return cls(name, "warning", message, repair)

    @classmethod
    def failure(cls, name: DiagnosisName, error: HelloLLMError) -> Self:
        """Return the diagnosis of a problem that makes a call fail with `error`."""
        return cls(name, "failure", error.message, error.hint, error.exit_code)


def exit_code_of(findings: Iterable[Diagnosis]) -> ExitCode:
    """Return the exit code of the first failure, the one a call would hit; OK if there is none."""
    return next((one.code for one in findings if one.code is not None), ExitCode.OK)
