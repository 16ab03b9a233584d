"""Defines the interface of a renderer."""

from typing import Protocol

from hello_llm.contract import HelloLLMError, StreamEvent


class FailureView(Protocol):
    """Shows how a run failed."""

    def fail(self, error: HelloLLMError) -> None:
        """Show `error`, and write the cause and the hint to standard error, once."""
        ...


class Renderer(FailureView, Protocol):
    """Shows one reply: events as they arrive, then ``Finished`` or a failure.

    An ``OSError`` from standard output, such as ``BrokenPipeError``, is passed on; one from
    standard error never is.
    """

    def show(self, event: StreamEvent) -> None:
        """Show `event`; no event may follow ``Finished``."""
        ...

    def refresh(self) -> None:
        """Show held-back output, because no event has arrived for a while."""
        ...

    def fail(self, error: HelloLLMError) -> None:
        """End the reply with `error` instead of ``Finished``: mark the answer as incomplete.

        This method writes the cause and the hint to standard error, once.
        """
        ...
