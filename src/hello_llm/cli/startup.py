"""How a run was started: in a process of its own, or in a fork of the warm process."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import typer

from hello_llm.warm import DeclinedError

if TYPE_CHECKING:
    from hello_llm.cli.display import Display
    from hello_llm.cli.prompt import PromptSource
    from hello_llm.settings.fields import Settings

HOLDER = ("-m", "hello_llm.cli.holder")
"""The arguments of Python that start a warm process."""


@dataclass(frozen=True, slots=True)
class Startup:
    """How the process of a run was started."""

    holder: int | None = None
    """The process ID of the warm process that forked it, if one did."""
    cold_because: str | None = None
    """Why it is not a fork, if a warm process was looked for."""
    absent: bool = False
    """Whether the reason is that there is no warm process."""

    @classmethod
    def of(cls, context: typer.Context) -> Self:
        """Return the startup of the run that Typer's `context` belongs to."""
        return context.ensure_object(cls)

    def choose_process(
        self, settings: "Settings", source: "PromptSource", display: "Display"
    ) -> None:
        """Leave the warm process, or start one for later calls, as `settings` require.

        Args:
            settings: every setting.
            source: where the prompt comes from; a fork never reads what a person types.
            display: shows a note about it with ``--verbose``.

        Raises:
            DeclinedError: this is a fork, but the call needs a process of its own.
        """
        if settings.warm is False:
            self.require_own_process("it is turned off")
        if source.awaits_person(display.terminal):
            self.require_own_process("input typed at a terminal needs its own process")
        notes = [self._note()]
        if settings.warm and self.absent and settings.provider == "litellm":
            notes.append(_start_for_later())
        if settings.verbose and any(notes):
            display.messages.note(f"warm: {'; '.join(filter(None, notes))}")

    def require_own_process(self, reason: str) -> None:
        """Leave the warm process, if this is a fork of it.

        Raises:
            DeclinedError: this is a fork.
        """
        if self.holder is not None:
            raise DeclinedError(reason)

    def _note(self) -> str | None:
        if self.holder is not None:
            return f"a fork of process {self.holder}"
        return self.cold_because and f"no, {self.cold_because}"


def _start_for_later() -> str:
    """Start a warm process without waiting for it, and describe the outcome."""
    from hello_llm.machine.environment import harmless
    from hello_llm.warm.control import WarmError, start, unavailable

    missing = unavailable()
    if missing:
        return missing
    try:
        start(HOLDER, harmless(), wait=False)
    except WarmError as error:
        return str(error)
    return "starting one for later calls"
