"""Changes that the catalogue's faults make to a reply: odd endings and harmful texts."""

from collections.abc import Callable
from dataclasses import replace

from hello_llm.contract import ToolCall
from hello_llm.providers.mock.script import Reply

Change = Callable[[Reply], Reply]

_DRIP_S = 0.4
_REPEATS = 500
_DROPS = tuple(f"drop {number} " for number in range(1, 5))
_LATIN_1 = ("Gr\ufffd\ufffde",)
_HARD_TO_CUT = ("Grüße ", "👩‍👩‍👧 ", '"a\\b" ', "二行\n", "\u2028end")
_CUT_CALL = ToolCall("call_1", "weather", '{"city": "Paris"}')
_OTHER_MODEL = "another-model-2025-01-01"
_NOTHING_SAID = "Let me think."
_HOSTILE = (
    "clipboard \x1b]52;c;ZWNobyBvd25lZA==\x07",
    " link \x1b]8;;http://evil.invalid/\x1b\\here",
    " title \x1b]0;owned\x07",
    " clear \x1b[2J\x1b[",
    "6n",
    " dcs \x1bP$q\x1b",
    "\\ c1 \x9b31m \x9d0;x\x9c",
    " return \rover",
    " back \b\b\b\b",
    " bell \x07 shift \x0e\x0f",
    " unfinished \x1b]2;never ends",
)
_UNSEEN = (
    "nul \0 bidi \u202egnp.exe\u202c \u2066iso\u2069 ",
    "tags \U000e0041\U000e0042 zero \u200b\u200d\ufeff ",
    "half \ud800 end",
)
_MARKUP = ("[bold]x[/foo] ", ":smile: ", "{curly} ", "%s %(x)d ", "[link=http://e.invalid]y[/]")
_ESCAPES = "\x1b[2J\x1b]0;owned\x07 \x9b31m"
_NO_KEY = "sk-mock-planted-0000"


def echo_of_key(key: str | None) -> str:
    """Return an error message that contains `key` and escape sequences."""
    key = key or _NO_KEY
    return f"{_ESCAPES} your key {key} is {key[:12]}… of length {len(key)}\n{key}"


def by_another_model(reply: Reply) -> Reply:
    """Say that another model answers than the one that was asked for."""
    return replace(reply, model_served=reply.model_served or _OTHER_MODEL)


def by_no_model(reply: Reply) -> Reply:
    """Do not say which model answers."""
    return replace(reply, model_served="")


def slowly(reply: Reply) -> Reply:
    """Send the pieces with a delay before each."""
    return replace(reply, chunk_delay=reply.chunk_delay or _DRIP_S)


def in_drops(reply: Reply) -> Reply:
    """Send the pieces with a delay before each; use default pieces if there are none."""
    return slowly(replace(reply, chunks=_DROPS if reply.chunks is None else reply.chunks))


def repeated(reply: Reply) -> Reply:
    """Send the first piece 500 times."""
    return replace(reply, chunks=(reply.chunks or ("ha ",))[:1] * _REPEATS)


def empty(reply: Reply) -> Reply:
    """Remove the text, the reasoning and the tool calls."""
    return replace(reply, chunks=(), reasoning="", tool_calls=())


def only_reasoning(reply: Reply) -> Reply:
    """Remove everything but the reasoning."""
    return replace(empty(reply), reasoning=reply.reasoning or _NOTHING_SAID)


def with_cut_call(reply: Reply) -> Reply:
    """Cut off the arguments of the last tool call."""
    *calls, last = reply.tool_calls or (_CUT_CALL,)
    cut = replace(last, arguments=last.arguments.rstrip('"} \n')[:-2] or "{")
    chunks = reply.chunks or ()
    return replace(reply, chunks=chunks, tool_calls=(*calls, cut), finish_reason="tool_calls")


def at_the_limit(reply: Reply) -> Reply:
    """End the reply at its token limit."""
    return replace(reply, finish_reason="length")


def filtered(reply: Reply) -> Reply:
    """End the reply with a content filter."""
    return replace(reply, finish_reason="content_filter")


def in_latin_1(reply: Reply) -> Reply:
    """Replace the text with Latin-1 that was wrongly decoded as UTF-8."""
    return replace(reply, chunks=_LATIN_1)


def hard_to_cut(reply: Reply) -> Reply:
    """Replace the text with characters and escapes that break easily when split."""
    return replace(reply, chunks=_HARD_TO_CUT)


def hostile(reply: Reply) -> Reply:
    """Replace the text with control sequences that would act on a terminal."""
    return replace(reply, chunks=_HOSTILE)


def unseen(reply: Reply) -> Reply:
    """Replace the text with characters that a terminal does not show."""
    return replace(reply, chunks=_UNSEEN)


def markup(reply: Reply) -> Reply:
    """Replace the text with markup that Rich or Python would interpret."""
    return replace(reply, chunks=_MARKUP)
