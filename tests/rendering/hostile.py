"""Makes up exchanges in which every text that comes from outside is hostile."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from unicodedata import normalize

from hypothesis import strategies as st

from hello_llm.contract import (
    BrokenReplyError,
    ExitCode,
    Finished,
    HelloLLMError,
    InterruptError,
    LLMReply,
    ReasoningDelta,
    Retrying,
    Started,
    StreamEvent,
    TextDelta,
    ToolCall,
    ToolCallDelta,
)
from tests.rendering.replies import reply

MARKS = "QWYZ"
"""Letters that stand nowhere else, so that they can be counted on a screen."""

_SEQUENCES = (
    *("\x1b]52;c;aGk=\x07", "\x1b]52;c;?\x1b\\", "\x1b]8;;http://e.invalid/\x1b\\", "\x1b]8;;\x07"),
    *("\x1b]0;owned\x07", "\x1b]2;never ends", "\x1b]1337;File=:aGk=\x07", "\x1b]9;4;1;50\x9c"),
    *("\x1b[2J", "\x1b[3J", "\x1b[H", "\x1b[6n", "\x1b[c", "\x1b[>q", "\x1b[5n", "\x1b[21t"),
    *("\x1b[31m", "\x1b[1;5;7;8m", "\x1b[38;2;0;0;0;48;5;1m", "\x1b[0m", "\x1b[?25l", "\x1b[?7l"),
    *("\x1b[9A", "\r\x1b[2A\x1b[J", "\r\x1b[K", "\x1b[?1049h", "\x1b[?2026h", "\x1b[2;3r"),
    *("\x1bP$q\x1b\\", "\x1bP+q544e\x9c", "\x1b_Ga=T;aGk=\x1b\\", "\x1b^pm\x1b\\", "\x1bXsos"),
    *("\x1bc", "\x1b7", "\x1b8", "\x1b(0", "\x1bN", "\x1bM", "\x1b#8", "\x1b%@", "\x1b\x1b["),
    *("\x9b2J", "\x9b31m", "\x9d0;x\x9c", "\x90q", "\x98", "\x9e", "\x9f", "\x84", "\x85", "\x8d"),
    *("\x1b", "\x1b["),
)
_CONTROLS = (
    *("\r", "\b", "\b\b\b\b", "\v", "\f", "\a", "\0", "\x0e", "\x0f", "\x7f", "\x1a", "\x1c"),
    *("\t", "\n", "\n\n", "\r\n", "\n\r", "  \n", "\x05", "\x11\x13"),
)
_UNSEEN = (
    *("\u202e", "\u202d\u2066", "\u2069", "\u200e", "\u200b", "\u200d", "\u200c", "\ufe0f"),
    *("\u2028", "\u2029", "\u00ad", "\u034f", "\u061c", "\u2060", "\u3164", "\U000e0041\U000e007f"),
    *("\U000e0100", "\ufdd0", "\uffff", "\ufff9", "\ufeff", "\ud83d", "\ude00", "\ud83d\ude00"),
    *("\udc1b", "e\u0301" * 3, "\u0301" * 40, "\u0e33", "漢字", "👩\u200d💻", "1\ufe0f\u20e3"),
)
_MARKDOWN = (
    *("[a](http://e.invalid/\x1b[2J)", '[b](<x\x07y> "t\x9bt")', "[c](javascript:alert(1) 'x\r')"),
    *("![i](http://e.invalid/\x1b]0;x\x07)", "<http://e.invalid/\u202e>", "[", "](", ")", "!["),
    *("<http://e.invalid/%1b[2J%c2%9b>", "<http://e.invalid/%e2%80%ae>", "%1b[2J"),
    *("`", "``", "```", "\n```sh\x1b[2J\n", "\n~~~ \x1b]0;x\x07 {x}\n", "\n```\n"),
    *("\n    code \x1b", "\n[^1]: note\n", "[d]: http://e.invalid/ 'x'\n"),
    *("\n| a | \x1b[2J |\n|---|:-:|\n| ", " | ", "|", "\n|-|\n", "\n> ", "\n- ", "\n  - ", "\n3. "),
    *("*", "**", "_", "~~", "\\", "\\\x1b", "# ", "\n## ", "\n---\n", "\n===\n", "<b>", "<!-- "),
    *("&#27;[2J", "&#x9b;31m", "&#x202e;", "&amp;", "&Tab;", "&NewLine;", "&#13;", "&#0;"),
    *("&#xd800;", "&zwj;", "&rlm;", "&shy;", "<script>", "<![CDATA[", "<?", "-->"),
)
_MARKUP = ("[bold]x[/foo]", ":smile:", "{curly}", "%s %(x)d %", "[link=http://e.invalid]y[/]")

_FRAGMENTS = st.sampled_from(_SEQUENCES + _CONTROLS + _UNSEEN + _MARKDOWN + _MARKUP)
_ANYTHING = st.text(max_size=6).filter(lambda text: not {*MARKS, "@"} & {*normalize("NFD", text)})
_WORDS = st.sampled_from(["word ", "two words ", " ", "averylongwordthatfolds", "é"])
_MARKED = st.sampled_from([*MARKS, *(f" {mark} " for mark in MARKS)])
_PIECES = st.one_of(_FRAGMENTS, _FRAGMENTS, _FRAGMENTS, _MARKED, _WORDS, _ANYTHING)
# The second and the third are held back until it is known what follows.
_ENDS = st.sampled_from(["", "\r", "\ud83d"])
_NAMES = st.lists(_FRAGMENTS | _WORDS, max_size=4).map("".join)


@dataclass(frozen=True, slots=True)
class Exchange:
    """What one call brought, from the name of its provider to its end."""

    retry: Retrying
    """An attempt that failed before; `attempt` 0 means that there was none."""
    reasoning: tuple[str, ...]
    """The reasoning in pieces."""
    answer: tuple[str, ...]
    """The answer in pieces."""
    reply: LLMReply
    """The reply, of which the pieces tell."""
    streamed: bool
    """Whether the pieces come one by one."""
    failure: type[HelloLLMError] | None
    """How it failed, if it did."""
    message: str
    """What the failure says; empty without one."""
    hint: str | None
    """What would repair it."""

    @property
    def error(self) -> HelloLLMError | None:
        """The failure, if there is one."""
        if self.failure is None:
            return None
        partial = self.reply if self.streamed else None
        return self.failure(self.message, self.hint, partial=partial)

    def events(self) -> Iterator[StreamEvent]:
        """Yield what happened before the error, if there is one."""
        yield Started(self.reply.provider, self.retry.model)
        if self.retry.attempt:
            yield self.retry
        if self.streamed:
            yield from map(ReasoningDelta, self.reasoning)
            yield from map(TextDelta, self.answer)
            for index, call in enumerate(self.reply.tool_calls):
                yield ToolCallDelta(index, call.id, call.name, call.arguments)
        if self.failure is None:
            yield Finished(self.reply)

    @property
    def shown(self) -> str:
        """The part of the answer that reaches a renderer."""
        return self.reply.text if self.streamed or self.failure is None else ""


@st.composite
def _in_pieces(draw: st.DrawFn, longest: int) -> tuple[str, ...]:
    """Return a text cut anywhere, or at every character."""
    shortest = draw(st.integers(0, longest))
    text = "".join(draw(st.lists(_PIECES, min_size=shortest, max_size=longest))) + draw(_ENDS)
    if not text:
        return ()
    cuts = draw(st.lists(st.integers(0, len(text)), max_size=8) | st.just(range(len(text))))
    return tuple(text[a:b] for a, b in pairwise([0, *sorted(cuts), len(text)]))


@st.composite
def exchanges(draw: st.DrawFn) -> Exchange:
    """Return an exchange; its marks are in all but the names and the retry."""
    retries, model = draw(st.integers(0, 1)), draw(_NAMES)
    reasoning = draw(_in_pieces(4))
    answer = draw(_in_pieces(draw(st.sampled_from([0, 4, 14, 14]))))
    calls = draw(st.lists(st.builds(ToolCall, _NAMES, _NAMES, _NAMES), max_size=1))
    whole = replace(
        reply("".join(answer), reasoning="".join(reasoning), tool_calls=tuple(calls)),
        provider=draw(_NAMES),
        model=model,
        request_id=draw(_NAMES),
    )
    failure = draw(st.sampled_from([None, BrokenReplyError, InterruptError]))
    told = st.just("") if failure is None else st.lists(_PIECES, max_size=5).map("".join)
    return Exchange(
        retry=Retrying(retries, ExitCode.SERVER, draw(_NAMES), 0.5, model),
        reasoning=reasoning,
        answer=answer,
        reply=whole,
        streamed=draw(st.booleans()),
        failure=failure,
        message=draw(told),
        hint=draw(st.none() | told),
    )
