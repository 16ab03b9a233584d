"""Anything that can chat and stream under a name is a provider."""

from hello_llm.contract import (
    ChatRequest,
    EventStream,
    Finished,
    LLMProvider,
    LLMReply,
    Started,
    StreamEvent,
    Usage,
    fold,
)


class Parrot:
    """The smallest provider."""

    name = "parrot"

    def chat(self, request: ChatRequest | str) -> LLMReply:
        return fold(self.stream_chat(request))

    def stream_chat(self, request: ChatRequest | str) -> EventStream:
        text = ChatRequest.coerce(request).messages[-1].content
        reply = LLMReply(text, self.name, "p", Usage(), "stop")
        events: list[StreamEvent] = [Started(self.name, "p"), Finished(reply)]
        return EventStream(iter(events))

    def close(self) -> None:
        """Nothing is ever under way."""


def test_a_class_of_somebody_else_is_a_provider_without_inheriting():
    parrot: LLMProvider = Parrot()
    assert isinstance(parrot, LLMProvider)
    assert parrot.chat("hi").text == "hi"


def test_a_class_that_cannot_stream_is_none():
    class Mute:
        name = "mute"

        def chat(self, request: ChatRequest | str) -> LLMReply:
            raise NotImplementedError

        def close(self) -> None:
            """Nothing is ever under way."""

    assert not isinstance(Mute(), LLMProvider)
