"""What is read of an answer before LiteLLM reads it, and what LiteLLM is given of it."""

import json

import httpx
import pytest

from hello_llm.providers.http import response_tap
from hello_llm.providers.http.protocols.piece import UnreadableAnswerError
from hello_llm.providers.http.response_tap import ErrorInAnswerError, Framing, ResponseTap

ARGUMENTS = {"finish_reason": "stop", "finishReason": "STOP", "done_reason": "stop"}
"""Of a tool call: words that a model may write as well."""
STOP = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
USAGE = {"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 2}}


def event(value, name=""):
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(value)}\n\n".encode()


def read(*chunks, framing=Framing.EVENTS, vendor="openai"):
    """The tap after `chunks`, and what it passed on."""
    tap = ResponseTap()
    return tap, b"".join(tap.watch(iter(chunks), framing, vendor))


def passed_on(*chunks, vendor="openai"):
    """The values that LiteLLM is given."""
    frames = read(*chunks, vendor=vendor)[1].decode().split("\n\n")
    return [json.loads(frame[6:]) for frame in frames if frame not in {"", "data: [DONE]"}]


def text(content, **more):
    return {"choices": [{"index": 0, "delta": {"content": content}, **more}]}


def test_frames_reach_litellm_as_one_line_of_ascii_each():
    data = ('{"choices": [{"delta":', '{"content": "é\u2028"}}]}')
    lines = (": hi", "event: e", *(f"data: {one}" for one in data), "", "")
    _, passed = read("\r\n".join(lines).encode())
    assert passed.endswith(b"\n\n")
    assert len(passed.splitlines()) == 2
    assert b'"content": "\\u00e9\\u2028"' in passed


def test_lines_stay_lines():
    body = b'{"message":{"content":"1"}}\r\n\r\n{"message":{"content":"\xff"}}'
    _, passed = read(body, framing=Framing.LINES, vendor="ollama_chat")
    texts = [json.loads(line)["message"]["content"] for line in passed.splitlines()]
    assert texts == ["1", "\ufffd"]


def test_what_litellm_alone_reads_passes_as_it_is():
    said = {"outputs": [{"text": "Hi"}], "é": 1}
    assert passed_on(event(said), vendor="petals") == [said]


def test_what_is_no_answer_passes_as_it_is():
    tap, passed = read(b"<html>", b'{"error": 1}', framing=Framing.OPAQUE)
    assert passed == b'<html>{"error": 1}'
    assert not tap.complete


@pytest.mark.parametrize(
    ("framing", "vendor", "last"),
    [
        (Framing.EVENTS, "openai", b"data: [DONE]\n\n"),
        (Framing.EVENTS, "openai", b"data: [DONE]\n"),
        (Framing.EVENTS, "anthropic", event({"type": "message_stop"}, "message_stop")),
        (Framing.LINES, "ollama_chat", b'{"done": true}\n'),
    ],
)
def test_nothing_is_read_after_the_mark_of_the_end(framing, vendor, last):
    def chunks():
        yield last
        pytest.fail("it reads on")

    tap = ResponseTap()
    list(tap.watch(chunks(), framing, vendor))
    assert (tap.answer.ended, tap.complete) == (True, True)


@pytest.mark.parametrize(
    ("vendor", "value", "reason"),
    [
        ("openai", STOP, "stop"),
        ("openai", text("x"), ""),
        ("openai", text("x", finish_reason=None), ""),
        (
            "openai",
            {
                "choices": [
                    {"index": 1, "delta": {}, "finish_reason": "stop"},
                    text("x")["choices"][0],
                ]
            },
            "",
        ),
        ("anthropic", {"type": "message_delta", "delta": {"stop_reason": "end_turn"}}, "end_turn"),
        ("gemini", {"candidates": [{"finishReason": "SAFETY"}]}, "SAFETY"),
        ("ollama_chat", {"message": {}, "done_reason": "length"}, "length"),
        ("gemini", {"promptFeedback": {"blockReason": "OTHER"}}, "content_filter"),
        ("openai", text('"finish_reason": "stop"'), ""),
        ("openai", text("x", finish_reason=["stop"]), ""),
        (
            "gemini",
            {"candidates": [{"content": {"parts": [{"functionCall": {"args": ARGUMENTS}}]}}]},
            "",
        ),
        ("ollama_chat", {"message": {"tool_calls": [{"function": {"arguments": ARGUMENTS}}]}}, ""),
        (
            "anthropic",
            {"type": "message", "content": [{"type": "tool_use", "input": ARGUMENTS}]},
            "",
        ),
    ],
)
def test_the_servers_own_reason_completes_a_reply(vendor, value, reason):
    tap, _ = read(event(value), vendor=vendor)
    assert (tap.answer.reason, tap.complete, tap.answer.ended) == (reason, bool(reason), False)


@pytest.mark.parametrize("reason", ["content_filter", "refusal", "SAFETY"])
def test_a_filter_is_known_by_any_of_its_names(reason):
    assert read(event(text("x", finish_reason=reason)))[0].filtered


def test_a_refusal_is_put_together_from_its_pieces():
    deltas = [{"delta": {"refusal": piece}} for piece in ("I ", "won't", None)]
    another = {"index": 1, "delta": {"refusal": "Another's"}}
    pieces = [event({"choices": [choice]}) for choice in (*deltas, another)]
    assert read(*pieces)[0].answer.refusal == "I won't"


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
    tap = ResponseTap()
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
    tap = ResponseTap()
    with pytest.raises(UnreadableAnswerError, match=r"not a JSON object|half of a JSON document"):
        list(tap.watch(iter([body.encode()]), framing, "ollama_chat"))
    assert tap.problem is not None


def test_a_last_frame_that_was_cut_is_dropped_and_marks_nothing():
    tap, passed = read(event(text("x")), b'data: {"choices": [{"finish_reason": "st')
    assert (passed, tap.complete) == (read(event(text("x")))[1], False)


@pytest.mark.parametrize("odd", [[], {}, 7])
def test_a_type_that_is_no_word_is_no_error(odd):
    assert read(event(text("x") | {"type": odd, "object": odd}))[0].problem is None


def test_an_error_that_is_null_is_none():
    assert read(event(text("x") | {"error": None}))[0].problem is None


@pytest.mark.parametrize("framing", Framing)
def test_an_answer_without_end_is_given_up(framing, monkeypatch):
    monkeypatch.setattr(response_tap, "LARGEST_ANSWER", 2**20)
    with pytest.raises(UnreadableAnswerError, match="more than 1 MiB"):
        list(ResponseTap().watch(iter([b"x" * 2**18] * 5), framing))


@pytest.mark.parametrize(
    ("values", "wait_s"),
    [
        ([text("x")], None),
        ([text("x"), USAGE], None),
        ([STOP], 10.0),
        ([STOP | {"usage": USAGE["usage"]}], 10.0),
        ([STOP, USAGE], 0.5),
        ([USAGE, STOP], 0.5),
        ([STOP, USAGE | {"usage": None}], 10.0),
    ],
)
def test_more_is_waited_for_unless_all_has_come(values, wait_s):
    tap = ResponseTap(clock=lambda: 7.0)
    list(tap.watch(iter(map(event, values)), Framing.EVENTS))
    assert tap.wait_s == wait_s


def test_signs_of_life_do_not_prolong_the_wait():
    now = [0.0]

    def chunks():
        yield event(text("x", finish_reason="stop"))
        for _ in range(100):
            now[0] += 1.0
            yield b": ping\n\n"
        pytest.fail("it waits on")

    tap = ResponseTap(clock=lambda: now[0])
    assert b'"content": "x"' in b"".join(tap.watch(chunks(), Framing.EVENTS))
    assert (now[0], tap.waited_in_vain) == (10.0, True)


def test_text_that_follows_a_reason_is_still_read():
    first, last = text("so", finish_reason="stop"), text("me")
    deltas = [value["choices"][0] for value in passed_on(event(first), event(last))]
    assert [one["delta"].get("content") for one in deltas] == ["so", "me", None]
    assert [one["finish_reason"] for one in deltas] == [None, None, "stop"]


@pytest.mark.parametrize("error", [httpx.ReadTimeout, httpx.RemoteProtocolError])
def test_how_a_complete_reply_ends_does_not_matter(error):
    def chunks(*frames):
        yield from frames
        raise error("cut")

    tap = ResponseTap()
    assert b"stop" in b"".join(tap.watch(chunks(event(STOP)), Framing.EVENTS))
    assert tap.waited_in_vain == (error is httpx.ReadTimeout)
    with pytest.raises(error):
        list(ResponseTap().watch(chunks(event(text("x"))), Framing.EVENTS))


def test_the_beginning_of_what_is_no_answer_is_kept():
    tap = ResponseTap()
    list(tap.watch(iter([b"<html>"] + [b"x" * 2**15] * 3), Framing.OPAQUE))
    assert tap.opaque == b"<html>" + b"x" * (2**16 - 6)


def test_pieces_are_counted_without_signs_of_life():
    tap, _ = read(b": ping\n\n", event({"type": "ping"}), event(text("x")), event(STOP))
    assert tap.pieces == 2
