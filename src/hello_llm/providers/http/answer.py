"""What one answer brought so far, whichever protocol it came in."""

from hello_llm.providers.http.json_values import Value
from hello_llm.providers.http.protocols import protocol_of
from hello_llm.providers.http.protocols.content import hides_text
from hello_llm.providers.http.protocols.counts import counts_in, hides_discounts
from hello_llm.providers.http.protocols.endings import Ending, ending_of
from hello_llm.providers.http.protocols.piece import (
    Json,
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
"""Keys under which a value that is not of the protocol may hold text."""


class Answer:
    """Sorts what the values of an answer bring: text, reasoning, tool calls, end and counts."""

    def __init__(self, vendor: str, *, by_lines: bool) -> None:
        """Begin an answer of `vendor`; of a protocol unknown here it comes `by_lines` or not."""
        self.protocol: ReplyProtocol | None = None
        """Its protocol, once something has come."""
        self.known = False
        """Whether a piece of a reply was found."""
        self.alone = False
        """Whether the body was one JSON document."""
        self.ended = False
        """Whether the server marked the end: nothing follows."""
        self.reason = ""
        """Why the reply ended, in the server's own word."""
        self.refusal = ""
        """What the model said in place of an answer."""
        self.usage: Json = {}
        """The counts of tokens, in the vendor's shape, without those that cannot be counts."""
        self.unpriced = False
        """Whether the counts have details that cannot be read."""
        self.counted = False
        """Whether the counts came in a piece that had no place for text."""
        self.text_units = 0
        """How much text there was, in units of UTF-16."""
        self._vendor = vendor
        self._by_lines = by_lines
        self._unknown = False
        self._thinking = ThinkSplitter()
        self._calls = CallCounter()

    @property
    def complete(self) -> bool:
        """Whether the server said, in one way or another, that the reply is complete."""
        return self.ended or bool(self.reason)

    @property
    def ending(self) -> Ending:
        """What the server's reason for the end means."""
        ending = ending_of(self.reason)
        return Ending.TOOL_CALLS if ending is Ending.STOP and self._calls.calls else ending

    @property
    def counts(self) -> tuple[bool, bool]:
        """Whether the server counted the tokens of the prompt, and those of the reply."""
        names = ((), ()) if self.protocol is None else self.protocol.usage_names
        prompt, reply = (any(name in self.usage for name in keys) for keys in names)
        return prompt, reply

    @property
    def understood(self) -> bool:
        """Whether the protocol is read here, and not by LiteLLM alone."""
        return self.protocol is not None and any(self.protocol.usage_names)

    @property
    def end(self) -> Piece:
        """All that a reply ends with: its calls as far as they came, reason and counts."""
        return Piece(calls=self._calls.calls, reason=self.reason, usage=self.usage)

    def take(self, value: Value) -> Piece:
        """Read one JSON value of the answer.

        Raises:
            UnreadableAnswerError: it may hold text, and cannot be read.
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
                raise NoReplyError(f"an object with {min(strange)!r} that is no reply")
        if piece is None:
            self._unknown = True
            return Piece()
        spoke = piece.has_output or piece.refusal or piece.unread is not None
        if not (spoke or piece.repeats) and hides_text(value.json):
            raise NoReplyError("text in a place where none belongs")
        self.known = True
        self.ended = self.ended or piece.ended
        self.reason = piece.reason or self.reason
        self.refusal += piece.refusal
        counts = counts_in(piece.usage)
        self.usage |= counts
        self.unpriced = self.unpriced or hides_discounts(piece.usage)
        self.counted = self.counted or (piece.only_usage and bool(counts))
        return self._sorted(piece)

    def rest(self) -> Piece:
        """Release the text that was held back until the end.

        Raises:
            NoReplyError: nothing of what came was a reply.
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

    def _sorted(self, piece: Piece) -> Piece:
        """Return `piece` with its reasoning taken out of its text, and its calls numbered."""
        piece.calls = self._calls.count(piece.calls)
        if piece.reasoning:
            # What the server sets apart does not hide in its text as well.
            piece.text = self._thinking.skip() + piece.text
        if not self._thinking.settled:
            reasoning, piece.text = self._thinking.feed(piece.text)
            piece.reasoning += reasoning
        return self._measured(piece)

    def _measured(self, piece: Piece) -> Piece:
        self.text_units += utf16_units(piece.text)
        return piece


def utf16_units(text: str) -> int:
    """Return the length of `text` in units of UTF-16, which halves of characters have, too."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
