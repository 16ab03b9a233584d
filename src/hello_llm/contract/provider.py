"""The interface of a provider."""

from typing import Protocol, runtime_checkable

from hello_llm.contract.events import EventStream
from hello_llm.contract.reply import LLMReply
from hello_llm.contract.request import ChatRequest


@runtime_checkable
class LLMProvider(Protocol):
    """Answers chat requests; every provider behaves as described here."""

    @property
    def name(self) -> str:
        """The name under which the factory knows it."""
        ...

    def chat(self, request: ChatRequest | str) -> LLMReply:
        """Send `request` and return the complete reply.

        Raises:
            HelloLLMError: the subclass says what went wrong; ``partial`` holds what arrived.
        """
        ...

    def stream_chat(self, request: ChatRequest | str) -> EventStream:
        """Send `request` and return an iterator of events, from ``Started`` to ``Finished``.

        Nothing is sent until the first event is requested.

        Raises:
            HelloLLMError: raised by the iterator, as by :meth:`chat`.
        """
        ...

    def close(self) -> None:
        """Abort every call in progress, from any thread; the provider remains usable."""
        ...
