"""What a renderer is."""

from typing import Protocol

from hello_llm.contract import HelloLLMError, StreamEvent


class Renderer(Protocol):
    """Shows one reply: events while they come, then ``Finished`` or a failure.

    An ``OSError`` of standard output (``BrokenPipeError`` among them) is passed on; one of
    standard error never is.
    """

    def show(self, event: StreamEvent) -> None:
        """Show what `event` brings; nothing may follow ``Finished``."""
        ...

    def refresh(self) -> None:
        """Show what was held back in the hope that more comes soon; nothing came for a while."""
        ...

    def fail(self, error: HelloLLMError) -> None:
        """End with `error` in place of ``Finished``: mark the answer as incomplete, say why.

        The cause and the hint are written to standard error here, once.
        """
        ...
