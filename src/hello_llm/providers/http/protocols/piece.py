"""The content of one JSON value of an answer, in vendor-neutral form."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

Json = dict[str, Any]
UsageNames = tuple[tuple[str, ...], tuple[str, ...]]
"""The keys that count the prompt's tokens, and the keys that count the reply's."""
ModelPlaces = tuple[tuple[str, ...], ...]
"""The places that name the model, each as the keys that lead to it."""


class UnreadableAnswerError(Exception):
    """The server sent something that cannot be read as an answer; the message names it."""


class NoReplyError(UnreadableAnswerError):
    """The server sent something that is not part of a reply."""


@dataclass(slots=True)
class CallPiece:
    """A tool call, or a piece of one."""

    id: str | None = None
    """The server's id for the call."""
    name: str | None = None
    """The tool to call; set in the first piece."""
    arguments: str = ""
    """The arguments as JSON text, or a piece of it."""
    index: int | None = None
    """The server's index of the call, if it numbers its calls."""
    whole: bool = False
    """Whether it is a complete call, regardless of earlier pieces."""
    number: int = 0
    """The position of its call in the reply, from 0; see `CallCounter`."""
    extra: Json = field(default_factory=dict)
    """Further data that the vendor expects back in the next request."""

    @property
    def input(self) -> Json:
        """The arguments of a whole call as an object.

        Raises:
            UnreadableAnswerError: the arguments are not a JSON object.
        """
        try:
            value = json.loads(self.arguments or "{}", strict=False)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            raise UnreadableAnswerError(f"unreadable arguments of {self.name}")
        return value


@dataclass(slots=True)
class Piece:
    """The content of one value; pieces added together make a whole reply."""

    text: str = ""
    """The answer's text, or a piece of it."""
    reasoning: str = ""
    """The model's reasoning, or a piece of it."""
    calls: list[CallPiece] = field(default_factory=list)
    """Tool calls, or pieces of them."""
    refusal: str = ""
    """The model's text when it refuses to answer."""
    reason: str = ""
    """The finish reason, as the server spells it."""
    usage: Json = field(default_factory=dict)
    """The server's token counts, in the vendor's format."""
    ended: bool = False
    """Whether the server marked the end, so that nothing follows."""
    only_usage: bool = False
    """Whether it counts tokens and has no place for text, so that no more text is expected."""
    repeats: bool = False
    """Whether the value may repeat earlier text."""
    unread: Json | None = None
    """The value itself, if only LiteLLM can read its protocol."""

    @property
    def has_output(self) -> bool:
        """Whether it contains text, reasoning or tool calls."""
        return bool(self.text or self.reasoning or self.calls)

    @property
    def is_text(self) -> bool:
        """Whether its only output is text."""
        return bool(self.text) and not (self.reasoning or self.calls or self.unread)

    def add(self, other: "Piece") -> None:
        """Append the content of `other`, which came later."""
        self.text += other.text
        self.reasoning += other.reasoning
        self.calls += other.calls
        self.refusal += other.refusal
        self.reason = other.reason or self.reason
        self.usage |= other.usage
        self.ended = self.ended or other.ended


class ReplyProtocol(Protocol):
    """Parses one vendor's protocol, and writes it in a form that LiteLLM reads reliably.

    Each instance handles one answer.
    """

    by_lines: bool
    """True if LiteLLM expects a JSON object on each line, False for server-sent events."""
    usage_names: UsageNames
    """The keys of `Piece.usage` that are the token counts."""
    model_places: ModelPlaces
    """Where a JSON value of the answer may name the model that answers."""

    def read(self, value: Json, *, whole: bool) -> Piece | None:
        """Read one JSON value, or return ``None`` if it does not belong to this protocol.

        Args:
            value: what the server sent.
            whole: whether it is the server's entire answer, not a frame of a stream.

        Raises:
            UnreadableAnswerError: there is something unreadable where text belongs.
        """
        ...

    def late(self) -> Piece | None:
        """Return content that turns out to belong to the answer only once the stream has ended."""
        ...

    def frames(self, piece: Piece) -> Iterator[Json]:
        """Yield the frames that LiteLLM reads in place of `piece`."""
        ...

    def closing(self, total: Piece) -> Iterator[Json]:
        """Yield the frames that end a stream whose content was `total`."""
        ...

    def whole(self, total: Piece) -> Json:
        """Return `total` as an unstreamed reply."""
        ...
