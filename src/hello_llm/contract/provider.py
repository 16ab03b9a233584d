"""What a provider is."""

from typing import Protocol, runtime_checkable

from hello_llm.contract.events import EventStream
from hello_llm.contract.reply import LLMReply
from hello_llm.contract.request import ChatRequest


@runtime_checkable
class LLMProvider(Protocol):
    """Answers chat requests; every provider behaves alike in all that stands here."""

    @property
    def name(self) -> str:
        """The name the factory knows it by."""
        ...

    def chat(self, request: ChatRequest | str) -> LLMReply:
        """Send `request` and return the complete reply.

        Raises:
            HelloLLMError: the subclass says what went wrong; ``partial`` holds what arrived.
        """
        ...

    def stream_chat(self, request: ChatRequest | str) -> EventStream:
        """Send `request` and iterate over what happens, from ``Started`` to ``Finished``.

        Nothing is sent before the first event is asked for.

        Raises:
            HelloLLMError: from the iterator, as for :meth:`chat`.
        """
        ...

    def close(self) -> None:
        """Cut every call under way, from any thread; the provider can be used again."""
        ...
