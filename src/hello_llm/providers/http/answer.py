"""Collects the contents of one answer as it arrives, whatever its protocol."""

from decimal import Decimal
from typing import Any

from hello_llm.providers.http.json_values import Value
from hello_llm.providers.http.protocols import protocol_of
from hello_llm.providers.http.protocols.content import hides_text
from hello_llm.providers.http.protocols.counts import counts_in, hides_discounts, reported_cost
from hello_llm.providers.http.protocols.endings import Ending, ending_of
from hello_llm.providers.http.protocols.piece import (
    Json,
    ModelPlaces,
    NoReplyError,
    Piece,
    ReplyProtocol,
)
from hello_llm.providers.http.protocols.thinking import ThinkSplitter
from hello_llm.providers.http.protocols.tool_calls import CallCounter

_TEXT_KEYS = frozenset(
    """
    answer candidates choices completion content delta generated_text message output output_text
    parts response result results text
    """.split()
)
"""Keys that may contain text in an object that is not recognized as part of a reply."""


class Answer:
    """Sorts the values of an answer into text, reasoning, tool calls, its end and token counts."""

    def __init__(self, vendor: str, *, by_lines: bool) -> None:
        """Start an answer from `vendor`; `by_lines` only matters if its protocol is unknown."""
        self.protocol: ReplyProtocol | None = None
        """Its protocol, once the first value has arrived."""
        self.known = False
        """Whether a piece of a reply has been found."""
        self.alone = False
        """Whether the body was a single JSON document."""
        self.ended = False
        """Whether the server marked the end, so that nothing follows."""
        self.reason = ""
        """The server's own word for why the reply ended."""
        self.refusal = ""
        """The text with which the model declined to answer."""
        self.usage: Json = {}
        """The token counts in the vendor's format, without values that cannot be counts."""
        self.unpriced = False
        """Whether the counts have unreadable details, so that the price is unknown."""
        self.cost: Decimal | None = None
        """The cost of the call in US dollars, if the server says it."""
        self.counted = False
        """Whether the counts came in a piece that has no place for text."""
        self.text_units = 0
        """The length of the text so far, in UTF-16 code units."""
        self.served: list[str] = []
        """The models that the server has named as the one that answers, each once."""
        self._served: set[str] = set()
        self._vendor = vendor
        self._by_lines = by_lines
        self._unknown = False
        self._thinking = ThinkSplitter()
        self._calls = CallCounter()

    @property
    def complete(self) -> bool:
        """Whether the server has said, one way or another, that the reply is complete."""
        return self.ended or bool(self.reason)

    @property
    def ending(self) -> Ending:
        """The meaning of the server's finish reason; a stop after tool calls means tool calls."""
        ending = ending_of(self.reason)
        return Ending.TOOL_CALLS if ending is Ending.STOP and self._calls.calls else ending

    @property
    def counts(self) -> tuple[bool, bool]:
        """Whether the server counted the prompt's tokens, and whether it counted the reply's."""
        names = ((), ()) if self.protocol is None else self.protocol.usage_names
        prompt, reply = (any(name in self.usage for name in keys) for keys in names)
        return prompt, reply

    @property
    def understood(self) -> bool:
        """Whether this package reads the protocol, rather than LiteLLM alone."""
        return self.protocol is not None and any(self.protocol.usage_names)

    @property
    def end(self) -> Piece:
        """The end of the reply: the tool calls received so far, finish reason and counts."""
        return Piece(calls=self._calls.calls, reason=self.reason, usage=self.usage)

    def take(self, value: Value) -> Piece:
        """Read one JSON value of the answer.

        Raises:
            UnreadableAnswerError: the value may contain text, but cannot be read.
        """
        if value.json is None:
            self.ended = True
            return Piece()
        self.alone = value.alone
        if self.protocol is None:
            self.protocol = protocol_of(self._vendor, value.json, by_lines=self._by_lines)
        piece = self.protocol.read(value.json, whole=value.alone)
        if piece is None or (piece.only_usage and not piece.reason):
            strange = {key for key, held in value.json.items() if held and key in _TEXT_KEYS}
            if strange:
                raise NoReplyError(f"an object with {min(strange)!r} that is not a reply")
        if piece is None:
            self._unknown = True
            return Piece()
        spoke = piece.has_output or piece.refusal or piece.unread is not None
        if not (spoke or piece.repeats) and hides_text(value.json):
            raise NoReplyError("text in an unexpected place")
        self.known = True
        self._note_model(value.json, self.protocol.model_places)
        self.ended = self.ended or piece.ended
        self.reason = piece.reason or self.reason
        self.refusal += piece.refusal
        if piece.usage:
            self._count(piece)
        return self._sorted(piece)

    def rest(self) -> Piece:
        """Return the output that was held back until the end.

        Raises:
            NoReplyError: nothing that arrived was a reply.
        """
        if self._unknown and not self.known:
            raise NoReplyError("something else")
        late = None if self.protocol is None else self.protocol.late()
        rest = Piece() if late is None else self._sorted(late)
        if late is not None:
            self.reason = self.reason or late.reason
        reasoning, text = self._thinking.close()
        rest.add(self._measured(Piece(text=text, reasoning=reasoning)))
        return rest

    def _note_model(self, value: Json, places: ModelPlaces) -> None:
        for place in places:
            name: Any = value
            for key in place:
                name = name.get(key) if isinstance(name, dict) else None
            if isinstance(name, str) and name.strip() and name not in self._served:
                self._served.add(name)
                self.served.append(name)

    def _count(self, piece: Piece) -> None:
        counts = counts_in(piece.usage)
        self.usage |= counts
        cost = reported_cost(piece.usage)
        self.cost = self.cost if cost is None else cost
        self.unpriced = self.unpriced or hides_discounts(piece.usage)
        self.counted = self.counted or (piece.only_usage and bool(counts))

    def _sorted(self, piece: Piece) -> Piece:
        """Return `piece` with the reasoning moved out of its text and its calls numbered."""
        piece.calls = self._calls.count(piece.calls)
        if piece.reasoning:
            # A server that sends reasoning separately does not also hide it in the text.
            piece.text = self._thinking.skip() + piece.text
        if not self._thinking.settled:
            reasoning, piece.text = self._thinking.feed(piece.text)
            piece.reasoning += reasoning
        return self._measured(piece)

    def _measured(self, piece: Piece) -> Piece:
        self.text_units += utf16_units(piece.text)
        return piece


def utf16_units(text: str) -> int:
    """Return the length of `text` in UTF-16 code units; a lone surrogate counts as one."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
