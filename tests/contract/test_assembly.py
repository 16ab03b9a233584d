"""The deltas of a reply are put together, and the time they took is measured."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hello_llm.contract import (
    ExitCode,
    Finished,
    LLMReply,
    ReasoningDelta,
    ReplyBuilder,
    Retrying,
    Started,
    StreamEvent,
    TextDelta,
    ToolCall,
    ToolCallDelta,
    Usage,
    fold,
)

STARTED = Started("mock", "m")


def clock(*moments):
    """A clock that shows these moments, in seconds, one after the other."""
    return iter(moments).__next__


def test_a_reply_holds_all_its_pieces_and_its_times():
    builder = ReplyBuilder("mock", "m", clock(10.0, 10.25, 11.5))
    events: list[StreamEvent] = [
        STARTED,
        ReasoningDelta("h"),
        ReasoningDelta("m"),
        TextDelta("Grüß"),
        TextDelta(" dich"),
        ToolCallDelta(1, "c2", "sub", ""),
        ToolCallDelta(0, "c1", "add", '{"a":'),
        ToolCallDelta(0, None, None, "1}"),
    ]
    for event in events:
        builder.add(event)
    usage = Usage(tokens_in=3, tokens_out=4, usd_micros=5)
    assert builder.finished("tool_calls", usage, request_id="r") == LLMReply(
        text="Grüß dich",
        provider="mock",
        model="m",
        usage=Usage(3, 4, latency_ms=1500, usd_micros=5, first_token_ms=250),
        finish_reason="tool_calls",
        request_id="r",
        reasoning="hm",
        tool_calls=(ToolCall("c1", "add", '{"a":1}'), ToolCall("c2", "sub", "")),
    )


def test_what_has_arrived_can_be_taken_before_the_end_and_is_marked():
    builder = ReplyBuilder("mock", "m", clock(0.0, 0.1, 0.2))
    builder.add(STARTED)
    builder.add(TextDelta("half"))
    assert builder.partial(request_id="r") == LLMReply(
        text="half",
        provider="mock",
        model="m",
        usage=Usage(latency_ms=200, first_token_ms=100),
        finish_reason=None,
        complete=False,
        request_id="r",
    )


def test_a_reply_of_which_nothing_was_sent_took_no_time():
    assert ReplyBuilder("mock", "m").partial().usage == Usage()


def test_the_clock_can_start_again_when_the_request_leaves():
    builder = ReplyBuilder("mock", "m", clock(0.0, 5.0, 5.5))
    builder.restart_clock()
    assert builder.partial().usage == Usage(latency_ms=500)


def test_a_reply_that_came_whole_has_no_first_token_time():
    builder = ReplyBuilder("mock", "m", clock(0.0, 0.1, 0.2))
    builder.add(TextDelta("all"))
    usage = builder.finished("stop", Usage(), streamed=False).usage
    assert (usage.first_token_ms, usage.latency_ms) == (None, 200)


def test_a_reply_without_a_token_has_no_first_token_time():
    assert ReplyBuilder("mock", "m").finished("stop", Usage()).usage.first_token_ms is None


@pytest.mark.parametrize(
    ("event", "empty"),
    [
        (STARTED, True),
        (Retrying(1, ExitCode.SERVER, "503", 0.5, "openai/b"), True),
        (Finished(LLMReply("", "mock", "m", Usage(), "stop")), True),
        (TextDelta("a"), False),
        (ReasoningDelta("a"), False),
        (ToolCallDelta(0, "c", "f", ""), False),
    ],
)
def test_a_builder_is_empty_until_a_piece_of_the_reply_arrives(event, empty):
    builder = ReplyBuilder("mock", "m")
    assert builder.empty
    builder.add(event)
    assert builder.empty is empty


@given(st.lists(st.text()))
def test_the_pieces_joined_are_the_text(pieces):
    builder = ReplyBuilder("mock", "m")
    for piece in pieces:
        builder.add(TextDelta(piece))
    assert builder.finished("stop", Usage()).text == "".join(pieces)


def test_folding_returns_the_reply_of_the_end():
    reply = LLMReply("a", "mock", "m", Usage(), "stop")
    assert fold([STARTED, TextDelta("a"), Finished(reply)]) is reply


def test_folding_refuses_a_stream_without_an_end():
    with pytest.raises(ValueError, match="ended without Finished"):
        fold([STARTED, TextDelta("a")])
