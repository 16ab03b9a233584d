"""What one JSON value of an answer brings, whatever the vendor calls it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

Json = dict[str, Any]
UsageNames = tuple[tuple[str, ...], tuple[str, ...]]
"""The keys that count the tokens of the prompt, and those of the reply."""


class UnreadableAnswerError(Exception):
    """The server sent something that cannot be read as an answer; its text says what."""


class NoReplyError(UnreadableAnswerError):
    """The server sent something that is no part of a reply."""


@dataclass(slots=True)
class CallPiece:
    """A tool call, or a piece of one."""

    id: str | None = None
    """The server's name for the call."""
    name: str | None = None
    """The tool to call; the first piece has it."""
    arguments: str = ""
    """A piece of the JSON text of the arguments."""
    index: int | None = None
    """The number that the server gives the call, if it numbers them."""
    whole: bool = False
    """Whether it is a whole call, whatever came before."""
    number: int = 0
    """Which call of the reply it belongs to, from 0; see `CallCounter`."""
    extra: Json = field(default_factory=dict)
    """What else the vendor wants to see again in the next request."""

    @property
    def input(self) -> Json:
        """The arguments of a whole call as an object.

        Raises:
            UnreadableAnswerError: they are none.
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
    """What one value brings; several added up are a whole reply."""

    text: str = ""
    """The answer, or a piece of it."""
    reasoning: str = ""
    """The model's reasoning, or a piece of it."""
    calls: list[CallPiece] = field(default_factory=list)
    """Tool calls, or pieces of some."""
    refusal: str = ""
    """What the model said in place of an answer."""
    reason: str = ""
    """Why the reply ended, in the server's own word."""
    usage: Json = field(default_factory=dict)
    """What the server counts, in the vendor's shape."""
    ended: bool = False
    """Whether it is the server's mark that nothing follows."""
    only_usage: bool = False
    """Whether it counts tokens and has no place for text: no more text is to be expected."""
    repeats: bool = False
    """Whether the value may repeat text that has come before."""
    unread: Json | None = None
    """The value itself, where its protocol is read by LiteLLM alone."""

    @property
    def has_output(self) -> bool:
        """Whether it brings something that the model wrote."""
        return bool(self.text or self.reasoning or self.calls)

    def add(self, other: "Piece") -> None:
        """Add what `other`, which came later, brings."""
        self.text += other.text
        self.reasoning += other.reasoning
        self.calls += other.calls
        self.refusal += other.refusal
        self.reason = other.reason or self.reason
        self.usage |= other.usage
        self.ended = self.ended or other.ended


class ReplyProtocol(Protocol):
    """Reads one vendor's protocol, and writes it as LiteLLM reads it without a stumble.

    An instance serves one answer.
    """

    by_lines: bool
    """True if LiteLLM expects a JSON object on each line, False for server-sent events."""
    usage_names: UsageNames
    """Which keys of `Piece.usage` are the counts."""

    def read(self, value: Json, *, whole: bool) -> Piece | None:
        """Read one JSON value, or return ``None`` if it does not belong to this protocol.

        Args:
            value: what the server sent.
            whole: whether it was all that the server sent, and no frame of a stream.

        Raises:
            UnreadableAnswerError: it holds something in place of text that cannot be read.
        """
        ...

    def late(self) -> Piece | None:
        """Return the text that is known to belong to the answer only at its end."""
        ...

    def frames(self, piece: Piece) -> Iterator[Json]:
        """Yield the frames that LiteLLM reads in place of `piece`."""
        ...

    def closing(self, total: Piece) -> Iterator[Json]:
        """Yield the end of a stream that brought `total`."""
        ...

    def whole(self, total: Piece) -> Json:
        """Return `total` as a reply in one piece."""
        ...
