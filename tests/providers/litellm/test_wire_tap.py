"""What is read of an answer along with LiteLLM, and what LiteLLM is given of it."""

import json

import httpx
import pytest

from hello_llm.providers.litellm import wire_tap
from hello_llm.providers.litellm.wire_tap import (
    ErrorInAnswerError,
    Framing,
    UnreadableAnswerError,
    WireTap,
)

ARGUMENTS = {"finish_reason": "stop", "finishReason": "STOP", "done_reason": "stop"}
"""Of a tool call: words that a model may write as well."""
STOP = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}


def event(value, name=""):
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(value)}\n\n".encode()


def read(*chunks, framing=Framing.EVENTS):
    """The tap after `chunks`, and what it passed on."""
    tap = WireTap()
    return tap, b"".join(tap.watch(iter(chunks), framing))


def text(content, **more):
    return {"choices": [{"index": 0, "delta": {"content": content}, **more}]}


def test_frames_reach_litellm_as_one_line_of_ascii_each():
    _, passed = read(': hi\r\nevent: e\r\ndata: {"a":\r\ndata: "é\u2028"}\r\n\r\n'.encode())
    assert passed == b'data: {"a": "\\u00e9\\u2028"}\n\n'


def test_lines_stay_lines():
    _, passed = read(b'{"a":1}\r\n\r\n{"b":"\xff"}', framing=Framing.LINES)
    assert passed == b'{"a": 1}\n{"b": "\\ufffd"}\n'


def test_what_is_no_answer_passes_as_it_is():
    tap, passed = read(b"<html>", b'{"error": 1}', framing=Framing.OPAQUE)
    assert passed == b'<html>{"error": 1}'
    assert not tap.complete


@pytest.mark.parametrize(
    ("framing", "last"),
    [
        (Framing.EVENTS, b"data: [DONE]\n\n"),
        (Framing.EVENTS, event({"type": "message_stop"}, "message_stop")),
        (Framing.LINES, b'{"done": true}\n'),
    ],
)
def test_nothing_is_read_after_the_mark_of_the_end(framing, last):
    def chunks():
        yield last
        pytest.fail("it reads on")

    tap = WireTap()
    list(tap.watch(chunks(), framing))
    assert (tap.ended, tap.complete) == (True, True)


@pytest.mark.parametrize(
    ("value", "reasons"),
    [
        (STOP, ["stop"]),
        (text("x"), []),
        (text("x", finish_reason=None), []),
        ({"choices": [{"index": 1, "delta": {}, "finish_reason": "stop"}]}, []),
        ({"delta": {"stop_reason": "end_turn"}}, ["end_turn"]),
        ({"candidates": [{"finishReason": "SAFETY"}]}, ["SAFETY"]),
        ({"done_reason": "length"}, ["length"]),
        ({"promptFeedback": {"blockReason": "OTHER"}}, ["content_filter"]),
        (text('"finish_reason": "stop"'), []),
        (text("x", finish_reason=["stop"]), []),
        ({"candidates": [{"content": {"parts": [{"functionCall": {"args": ARGUMENTS}}]}}]}, []),
        ({"message": {"tool_calls": [{"function": {"arguments": ARGUMENTS}}]}}, []),
        ({"content": [{"type": "tool_use", "input": ARGUMENTS}]}, []),
        ({"choices": "x", "candidates": [7], "promptFeedback": 7, "delta": []}, []),
    ],
)
def test_the_servers_own_reason_completes_a_reply(value, reasons):
    tap, _ = read(event(value))
    assert (tap.reasons, tap.complete, tap.ended) == (reasons, bool(reasons), False)


@pytest.mark.parametrize("reason", ["content_filter", "refusal", "SAFETY"])
def test_a_filter_is_known_by_any_of_its_names(reason):
    assert read(event({"stop_reason": reason}))[0].filtered


def test_a_refusal_is_put_together_from_its_pieces():
    deltas = [{"delta": {"refusal": piece}} for piece in ("I ", "won't", None)]
    another = {"index": 1, "delta": {"refusal": "Another's"}}
    pieces = [event({"choices": [choice]}) for choice in (*deltas, another)]
    assert read(*pieces)[0].refusal == "I won't"


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ({"error": {"message": "no"}}, ""),
        ({"error": "no"}, ""),
        ({"type": "error", "error": {"type": "overloaded_error"}}, "error"),
        ({"object": "error", "message": "no"}, ""),
    ],
)
@pytest.mark.parametrize("framing", [Framing.EVENTS, Framing.LINES, Framing.WHOLE])
def test_an_error_in_an_answer_ends_it(value, name, framing):
    body = event(value, name) if framing is Framing.EVENTS else json.dumps(value).encode() + b"\n"
    tap = WireTap()
    with pytest.raises(ErrorInAnswerError) as caught:
        list(tap.watch(iter([body]), framing))
    assert caught.value.said == value
    assert tap.problem is caught.value


def test_an_event_is_an_error_by_its_name_too():
    with pytest.raises(ErrorInAnswerError):
        read(event({"message": "no"}, "error"))


@pytest.mark.parametrize("bad", ['{"a": ', "garbage", "[]", "null", '"x"'])
@pytest.mark.parametrize("framing", [Framing.EVENTS, Framing.LINES])
def test_a_frame_that_is_no_json_object_ends_the_answer(bad, framing):
    body = f"data: {bad}\n\n" if framing is Framing.EVENTS else f"{bad}\n"
    tap = WireTap()
    with pytest.raises(UnreadableAnswerError, match="no JSON object"):
        list(tap.watch(iter([body.encode()]), framing))
    assert tap.problem is not None


def test_a_last_frame_that_was_cut_is_dropped_and_marks_nothing():
    tap, passed = read(event(text("x")), b'data: {"choices": [{"finish_reason": "st')
    assert (passed, tap.complete) == (event(text("x")), False)


@pytest.mark.parametrize("odd", [[], {}, 7])
def test_a_type_that_is_no_word_is_no_error(odd):
    assert read(event({"type": odd, "object": odd}))[0].problem is None


def test_an_error_that_is_null_is_none():
    assert read(event({"error": None}))[0].problem is None


@pytest.mark.parametrize("framing", Framing)
def test_an_answer_without_end_is_given_up(framing, monkeypatch):
    monkeypatch.setattr(wire_tap, "LARGEST_ANSWER", 2**20)
    with pytest.raises(UnreadableAnswerError, match="more than 1 MiB"):
        list(WireTap().watch(iter([b"x" * 2**18] * 5), framing))


@pytest.mark.parametrize(
    ("values", "patience_s"),
    [
        ([text("x")], None),
        ([text("x"), {"choices": [], "usage": {"total_tokens": 3}}], None),
        ([STOP], 2.0),
        ([STOP, {"choices": [], "usage": {"total_tokens": 3}}], 0.5),
        ([{"candidates": [{"finishReason": "STOP"}], "usageMetadata": {"x": 1}}], 0.5),
    ],
)
def test_a_complete_reply_is_waited_for_only_a_little_longer(values, patience_s):
    tap, _ = read(*map(event, values))
    assert tap.patience_s == patience_s


def test_text_that_follows_a_reason_is_still_read():
    first, last = ({"candidates": [{"finishReason": "STOP"}], "usageMetadata": {}}, text("more"))
    assert read(event(first), event(last))[1] == event(first) + event(last)


@pytest.mark.parametrize("error", [httpx.ReadTimeout, httpx.RemoteProtocolError])
def test_how_a_complete_reply_ends_does_not_matter(error):
    def chunks(*frames):
        yield from frames
        raise error("cut")

    assert b"".join(WireTap().watch(chunks(event(STOP)), Framing.EVENTS)) == event(STOP)
    with pytest.raises(error):
        list(WireTap().watch(chunks(event(text("x"))), Framing.EVENTS))


def test_the_beginning_of_what_is_no_answer_is_kept():
    tap = WireTap()
    list(tap.watch(iter([b"<html>"] + [b"x" * 2**15] * 3), Framing.OPAQUE))
    assert tap.opaque == b"<html>" + b"x" * (2**16 - 6)


def test_pieces_are_counted_without_signs_of_life():
    tap, _ = read(b": ping\n\n", event({"type": "ping"}), event(text("x")), event(STOP))
    assert tap.pieces == 2


WHOLE_OPENAI = {
    "id": "1",
    "object": "chat.completion",
    "choices": [
        {
            "index": 0,
            "finish_reason": "stop",
            "message": {"role": "assistant", "content": "hi", "tool_calls": [{"id": "c"}]},
        }
    ],
    "usage": {"total_tokens": 3},
}


@pytest.mark.parametrize("lead", [b"", b"\n ", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n\n\n"])
def test_a_whole_reply_in_place_of_a_stream_becomes_its_events(lead):
    body = lead + json.dumps(WHOLE_OPENAI, indent=1).encode()
    tap, passed = read(body[:5], body[5:])
    (line,) = passed.decode().strip().split("\n\n")
    chunk = json.loads(line.removeprefix("data: "))
    assert (chunk["object"], chunk["usage"]) == ("chat.completion.chunk", {"total_tokens": 3})
    assert chunk["choices"][0] == {
        "index": 0,
        "finish_reason": "stop",
        "delta": {
            "role": "assistant",
            "content": "hi",
            "tool_calls": [{"index": 0, "id": "c"}],
        },
    }
    assert tap.reasons == ["stop"]


def test_a_whole_message_becomes_its_events():
    message = {
        "type": "message",
        "content": [
            {"type": "thinking", "thinking": "hm"},
            {"type": "text", "text": "hi"},
            {"type": "tool_use", "id": "t", "name": "n", "input": {"a": 1}},
        ],
        "stop_reason": "tool_use",
        "usage": {"output_tokens": 1},
    }
    _, passed = read(json.dumps(message).encode())
    found = passed.decode().strip().split("\n\n")
    values = [json.loads(line.removeprefix("data: ")) for line in found]
    assert [value["delta"] for value in values if value["type"] == "content_block_delta"] == [
        {"type": "thinking_delta", "thinking": "hm"},
        {"type": "text_delta", "text": "hi"},
        {"type": "input_json_delta", "partial_json": '{"a": 1}'},
    ]
    assert values[-2]["delta"]["stop_reason"] == "tool_use"
    assert values[-1]["type"] == "message_stop"


@pytest.mark.parametrize("body", [b"", b"{", b"{]", b"   ", b'{"a": '])
def test_a_broken_document_in_place_of_a_stream_is_nothing(body):
    tap, passed = read(body)
    assert (passed, tap.complete) == (b"", False)
