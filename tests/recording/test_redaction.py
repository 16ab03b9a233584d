"""No secret is kept: not in a request, a reply or an error, and not over several pieces."""

import json
from dataclasses import replace

import pytest

from hello_llm.contract import LLMReply, Message, ReasoningDelta, TextDelta, ToolCall, ToolCallDelta
from hello_llm.recording.document import to_document
from hello_llm.recording.exchange import Timed
from hello_llm.recording.redaction import redacted
from tests.recording.samples import COMPLETE, CUT, FAILED, PARTIAL, REPLY, REQUEST, TROUBLE

KEY = "open sesame"


def redact(text):
    return text.replace(KEY, "[redacted]")


def streamed(*pieces):
    exchange = replace(CUT, pieces=tuple(Timed(float(at), each) for at, each in enumerate(pieces)))
    return [timed.piece for timed in redacted(exchange, redact).pieces]


def holding(reply: LLMReply) -> LLMReply:
    call = ToolCall(KEY, KEY, KEY)
    reply = replace(reply, text=KEY, model=KEY, request_id=KEY, reasoning=KEY, tool_calls=(call,))
    return replace(reply, model_served=KEY, also_served=(KEY,))


def test_every_text_of_an_exchange_is_redacted():
    call = ToolCall(KEY, KEY, KEY)
    request = replace(
        REQUEST,
        messages=(Message("user", KEY, (call,), KEY),),
        model=KEY,
        params=replace(REQUEST.params, stop=(KEY,)),
    )
    trouble = replace(TROUBLE, message=KEY, hint=KEY, partial=holding(PARTIAL))
    for exchange in (
        replace(COMPLETE, request=request, reply=holding(REPLY)),
        replace(FAILED, request=request, trouble=trouble),
    ):
        assert KEY not in json.dumps(to_document(redacted(exchange, redact)))


def test_what_holds_no_secret_stays_as_it_is():
    assert redacted(COMPLETE, redact) == COMPLETE


@pytest.mark.parametrize("kind", [TextDelta, ReasoningDelta])
def test_a_secret_in_several_pieces_is_redacted_in_the_first_of_them(kind):
    pieces = [kind("It is"), kind(" op"), kind("en ses"), kind("ame, "), kind("they say")]
    assert streamed(*pieces) == [
        kind("It is"),
        kind(" [redacted]"),
        kind(""),
        kind(", "),
        kind("they say"),
    ]


def test_several_secrets_in_several_pieces_are_redacted():
    text = f"one {KEY} two {KEY} three"
    for size in range(1, len(text)):
        cut = [TextDelta(text[at : at + size]) for at in range(0, len(text), size)]
        joined = "".join(piece.text for piece in streamed(*cut))
        assert joined == "one [redacted] two [redacted] three"


def test_the_arguments_of_each_tool_call_are_one_text():
    pieces = [
        ToolCallDelta(0, KEY, KEY, "open s"),
        ToolCallDelta(1, "b", "add", "open s"),
        ToolCallDelta(0, None, None, "esame"),
    ]
    assert streamed(*pieces) == [
        ToolCallDelta(0, "[redacted]", "[redacted]", "[redacted]"),
        ToolCallDelta(1, "b", "add", "open s"),
        ToolCallDelta(0, None, None, ""),
    ]
