"""How a run came about: in a process of its own, or in a fork of the warm process."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import typer

from hello_llm.warm import DeclinedError

if TYPE_CHECKING:
    from hello_llm.cli.display import Display
    from hello_llm.cli.prompt import PromptSource
    from hello_llm.settings import Settings

HOLDER = ("-m", "hello_llm.cli.holder")
"""The arguments of Python that make a warm process of it."""


@dataclass(frozen=True, slots=True)
class Startup:
    """The process that a run got."""

    holder: int | None = None
    """The warm process that it is a fork of, if it is one."""
    cold_because: str | None = None
    """Why it is none, if a warm process was looked for."""
    absent: bool = False
    """Whether the reason is that there is no warm process."""

    @classmethod
    def of(cls, context: typer.Context) -> Self:
        """The startup of the run that Typer's `context` belongs to."""
        return context.ensure_object(cls)

    def choose_process(
        self, settings: "Settings", source: "PromptSource", display: "Display"
    ) -> None:
        """Leave the warm process, or start one for the calls to come, as `settings` ask.

        Args:
            settings: every setting.
            source: where the prompt comes from; what a person types is never for a fork.
            display: shows a note about it with ``--verbose``.

        Raises:
            DeclinedError: this is a fork, and the call belongs into a process of its own.
        """
        if self.holder is not None and settings.warm is False:
            raise DeclinedError("the settings say so")
        if self.holder is not None and source.awaits_person(display.terminal):
            raise DeclinedError("what is typed at a terminal has a process of its own")
        notes = [self._note()]
        if settings.warm and self.absent and settings.provider == "litellm":
            notes.append(_start_for_later())
        if settings.verbose and any(notes):
            display.messages.note(f"warm: {'; '.join(filter(None, notes))}")

    def _note(self) -> str | None:
        if self.holder is not None:
            return f"a fork of process {self.holder}"
        return self.cold_because and f"no, {self.cold_because}"


def _start_for_later() -> str:
    """Start a warm process without waiting for it, and say what came of it."""
    from hello_llm.machine.environment import harmless
    from hello_llm.warm.control import WarmError, start, unavailable

    missing = unavailable()
    if missing:
        return missing
    try:
        start(HOLDER, harmless(), wait=False)
    except WarmError as error:
        return str(error)
    return "one is coming up for later calls"
