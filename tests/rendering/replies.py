"""Replies and event streams that the tests of this folder share."""

from collections.abc import Callable, Iterable

from hello_llm.contract import (
    Finished,
    LLMReply,
    ReasoningDelta,
    Started,
    StreamEvent,
    TextDelta,
    ToolCall,
    Usage,
)
from hello_llm.rendering.choose import View, choose_renderer
from hello_llm.rendering.messages import Messages
from hello_llm.rendering.rich_view import RichRenderer
from hello_llm.rendering.terminal import Terminal

PROVIDER, MODEL = "litellm", "ollama/qwen2.5:0.5b"
USAGE = Usage(tokens_in=12, tokens_out=40, latency_ms=812, usd_micros=12, first_token_ms=95)


def reply(text: str, **changes: object) -> LLMReply:
    """A complete reply with `text`; `changes` are other fields."""
    fields = {"usage": USAGE, "finish_reason": "stop", **changes}
    return LLMReply(text, PROVIDER, MODEL, **fields)  # type: ignore[arg-type]


def streamed(text: str, size: int = 5, **changes: object) -> list[StreamEvent]:
    """The events of a reply that comes in pieces of `size` characters."""
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    end = Finished(reply(text, **changes))
    return [Started(PROVIDER, MODEL), *map(TextDelta, pieces), end]


def unstreamed(text: str, **changes: object) -> list[StreamEvent]:
    """The events of a reply that comes at once."""
    return [Started(PROVIDER, MODEL), Finished(reply(text, **changes))]


def everything(text: str) -> list[StreamEvent]:
    """A reply with reasoning and a tool call."""
    call = ToolCall("call_1", "weather", '{"city": "Oslo"}')
    events = streamed(text, reasoning="Let me think.", tool_calls=(call,))
    return [events[0], ReasoningDelta("Let me "), ReasoningDelta("think."), *events[1:]]


def show(view: View, terminal: Terminal, events: Iterable[StreamEvent]) -> None:
    """Show `events` as the program would."""
    messages = Messages(terminal, color=view.color, quiet=view.quiet)
    renderer = choose_renderer(view, terminal, messages)
    for event in events:
        renderer.show(event)


def live(terminal: Terminal, clock: Callable[[], float], *, usage: bool = False) -> RichRenderer:
    """A live renderer whose frames are due by `clock`, with nothing around the answer."""
    return RichRenderer(
        terminal,
        Messages(terminal),
        color="auto",
        live=True,
        quiet=not usage,
        usage=usage,
        clock=clock,
    )


class Ticks:
    """A clock that moves on by `step` seconds whenever it is asked."""

    def __init__(self, step: float = 1.0) -> None:
        self._now = 0.0
        self._step = step

    def __call__(self) -> float:
        self._now += self._step
        return self._now
