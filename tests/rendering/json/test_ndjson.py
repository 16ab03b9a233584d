"""NDJSON: a line for each event."""

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hello_llm.contract import (
    AuthError,
    BrokenReplyError,
    ExitCode,
    HelloLLMError,
    Retrying,
    Started,
    StreamEvent,
    TextDelta,
    ToolCall,
    ToolCallDelta,
)
from hello_llm.rendering.choose import View, choose_renderer
from hello_llm.rendering.json.document import document
from hello_llm.rendering.json.schemas import load_schema
from hello_llm.rendering.messages import Messages
from hello_llm.secrets.redactor import Redactor
from tests.rendering.replies import MODEL, PROVIDER, everything, reply, streamed, unstreamed
from tests.rendering.screens import Pipes

NDJSON = View(output="ndjson", provider="litellm", model="openai/x")
START = {
    "event": "start",
    "schema": "hello-llm.events/1",
    "provider": PROVIDER,
    "model": MODEL,
}


def lines(*events: StreamEvent, error: HelloLLMError | None = None) -> list[dict[str, Any]]:
    """The lines as objects, each of which satisfies the schema."""
    pipes = Pipes()
    messages = Messages(pipes.terminal, redact=Redactor(["secret-key"]))
    renderer = choose_renderer(NDJSON, pipes.terminal, messages)
    for event in events:
        renderer.show(event)
    if error is not None:
        renderer.fail(error)
    said = [json.loads(line) for line in pipes.stdout.splitlines()]
    validator = jsonschema.Draft202012Validator(load_schema("events"))
    for line in said:
        validator.validate(line)
    return said


def test_a_streamed_reply_is_start_deltas_and_one_end():
    call = ToolCall("call_1", "weather", '{"city": "Oslo"}')
    events = everything("It rains.")
    events.insert(-1, ToolCallDelta(0, "call_1", "weather", '{"city"'))
    events.insert(-1, ToolCallDelta(0, None, None, ': "Oslo"}'))
    whole = reply("It rains.", reasoning="Let me think.", tool_calls=(call,))
    assert lines(*events) == [
        START,
        {"event": "reasoning", "text": "Let me "},
        {"event": "reasoning", "text": "think."},
        {"event": "delta", "text": "It ra"},
        {"event": "delta", "text": "ins."},
        {
            "event": "tool_call",
            "index": 0,
            "id": "call_1",
            "name": "weather",
            "arguments": '{"city"',
        },
        {"event": "tool_call", "index": 0, "id": None, "name": None, "arguments": ': "Oslo"}'},
        {"event": "end", **json.loads(json.dumps(document(whole)))},
    ]


def test_a_reply_that_was_not_streamed_has_the_same_events_in_one_piece_each():
    call = ToolCall("c", "n", "{}")
    said = lines(*unstreamed("hello", reasoning="hm", tool_calls=(call,)))
    assert said[:-1] == [
        START,
        {"event": "reasoning", "text": "hm"},
        {"event": "delta", "text": "hello"},
        {"event": "tool_call", "index": 0, "id": "c", "name": "n", "arguments": "{}"},
    ]
    assert said[-1]["event"] == "end"


def test_a_retry_is_an_event_without_secrets():
    retry = Retrying(1, ExitCode.RATE_LIMITED, "slow down, secret-key", 1.5, "openai/b")
    assert lines(Started(PROVIDER, MODEL), retry, *streamed("ok")[1:])[1] == {
        "event": "retry",
        "attempt": 1,
        "code": "RATE_LIMITED",
        "message": "slow down, [redacted]",
        "delay_s": 1.5,
        "model": "openai/b",
    }


def test_a_failure_before_the_start_still_starts():
    start, end = lines(error=AuthError("no key"))
    assert start == {**START, "model": "openai/x"}
    assert (end["event"], end["ok"], end["error"]["code"]) == (
        "error",
        False,
        "AUTH",
    )


def test_a_failure_later_ends_with_one_error_that_holds_what_arrived():
    error = BrokenReplyError("cut off", partial=reply("half", complete=False))
    said = lines(Started(PROVIDER, MODEL), TextDelta("half"), error=error)
    assert [line["event"] for line in said] == ["start", "delta", "error"]
    assert said[-1]["text"] == "half"


@pytest.mark.parametrize("make", [streamed, unstreamed])
@given(text=st.text(st.sampled_from("ab\n\x1b\u2028😀\ud83d\ude00")))
def test_the_deltas_joined_are_the_text_of_the_end(make, text):
    said = lines(*(make(text, 1) if make is streamed else make(text)))
    deltas = "".join(line["text"] for line in said if line["event"] == "delta")
    assert deltas == said[-1]["text"]


def test_each_line_is_written_as_it_comes():
    pipes = Pipes()
    renderer = choose_renderer(NDJSON, pipes.terminal, Messages(pipes.terminal))
    renderer.show(Started(PROVIDER, MODEL))
    renderer.show(TextDelta("a"))
    assert pipes.stdout.count(b"\n") == 2
