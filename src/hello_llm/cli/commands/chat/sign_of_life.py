"""Says on a terminal what a call is waiting for, until its answer begins."""

import time
from collections.abc import Callable
from typing import Self

from hello_llm.contract import Phase, Retrying, Started, StreamEvent
from hello_llm.engine import Turn
from hello_llm.rendering.messages import Messages

_SILENT_S = 0.3
"""How long, in seconds, nothing happens before a sign of life is given."""


class SignOfLife:
    """A row on standard error, redrawn while a turn waits and erased before anything is shown."""

    def __init__(
        self, turn: Turn, messages: Messages, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Watch `turn`, and show the row through `messages`."""
        self._turn = turn
        self._messages = messages
        self._clock = clock
        self._phase: Phase | None = None
        self._phase_began = self._quiet_since = clock()
        self._answered = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._messages.end_waiting()

    def refresh(self) -> None:
        """Redraw the row, unless the answer has begun or something happened just now."""
        phase, now = self._turn.phase, self._clock()
        if phase is not self._phase:
            self._phase, self._phase_began = phase, now
        silent = now - self._quiet_since >= _SILENT_S
        if silent and phase is not None and not self._answered:
            self._messages.waiting(f"{phase.value} ({now - self._phase_began:.1f} s)")

    def clear(self, event: StreamEvent) -> None:
        """Erase the row, because `event` is about to be shown."""
        if self._answered:
            return
        self._messages.end_waiting()
        self._quiet_since = self._clock()
        self._answered = not isinstance(event, Started | Retrying)
