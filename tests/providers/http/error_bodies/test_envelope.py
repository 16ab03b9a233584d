"""An error is known by the shape of its envelope, and its message and codes are found in it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hello_llm.providers.http.error_bodies.body import parse_body, says_anything
from hello_llm.providers.http.error_bodies.envelope import (
    codes_in,
    is_error,
    message_in,
    sentence_in,
    text_beside,
)

NOPE = "nope, not today"
ERRORS = (
    {"base_resp": {"status_code": 2049, "status_msg": NOPE}},
    {"id": "1", "choices": None, "base_resp": {"status_code": 1039, "status_msg": NOPE}},
    {"error_code": 110, "error_msg": NOPE},
    {"code": "InvalidApiKey", "message": NOPE, "request_id": "x"},
    {"header": {"code": 10005, "message": NOPE, "sid": "x"}},
    {"error": {"code": "1113", "message": NOPE}},
    {"success": False, "msg": NOPE},
    {"ok": False, "description": NOPE, "error_code": 401},
    {"status": "error", "message": NOPE},
    {"status": False, "message": NOPE},
    {"code": 50113, "msg": NOPE},
    {"code": 1001, "reason": NOPE},
    {"errno": 3, "errmsg": NOPE},
    {"ret": 1, "msg": NOPE},
    {"rc": 4, "desc": NOPE},
    {"resultCode": "E01", "resultMsg": NOPE},
    {"errors": [{"message": NOPE}]},
    {"errors": [NOPE]},
    {"result": None, "success": False, "errors": [{"code": 10000, "message": NOPE}]},
    {"detail": NOPE},
    {"detail": [{"loc": ["body"], "msg": NOPE}]},
    {"Message": NOPE},
    {"__type": "com.amazon.coral#ThrottlingException", "message": NOPE},
    {"throttlingException": {"message": NOPE}},
    {"fault": {"faultstring": NOPE, "detail": {"errorcode": "oauth.v2.Invalid"}}},
    {"error": NOPE},
    {"error": True, "message": NOPE},
    {"error": {"error": {"message": NOPE}}},
    {"error": {"explanation": NOPE}},
    {"error": "invalid_client", "error_description": NOPE},
    {"message": NOPE, "statusCode": 401},
    {"statusCode": 403, "body": json.dumps({"message": NOPE})},
    {"title": "T", "detail": NOPE, "status": 429, "type": "about:blank"},
    {"timestamp": "t", "status": 401, "error": "Unauthorized", "message": NOPE, "path": "/v1"},
    {"object": "error", "message": NOPE, "type": "BadRequestError", "code": 400},
    {"type": "error", "error": {"type": "overloaded_error", "message": NOPE}},
    [{"error": {"message": NOPE, "code": 429}}],
    {
        "error": {
            "message": "Provider returned error",
            "metadata": {"raw": f'{{"message":"{NOPE}"}}'},
        }
    },
    {"error": {"message": json.dumps({"error": {"message": NOPE}})}},
    {"choices": [{"index": 0, "error": {"message": NOPE, "code": 429}, "finish_reason": "error"}]},
    {"choices": [{"index": 0, "delta": {"error": {"message": NOPE, "code": 429}}}]},
    {"ResponseMetadata": {"RequestId": "r", "Error": {"Code": "AuthFailure", "Message": NOPE}}},
    {"Response": {"Error": {"Code": "AuthFailure", "Message": NOPE}, "RequestId": "r"}},
    {"type": "response.failed", "response": {"status": "failed", "error": {"message": NOPE}}},
    {"type": "message-end", "delta": {"error": NOPE, "finish_reason": "ERROR"}},
    {"exception": NOPE, "path": "x"},
)
REPLIES: tuple[dict[str, Any], ...] = (
    {"choices": [{"delta": {"content": "x"}}], "error": None, "base_resp": {"status_code": 0}},
    {"choices": [{"message": {"content": "a"}, "error": {}}], "error": {"code": 0, "message": ""}},
    {"choices": [{"message": {"content": "hi"}}], "success": True, "error": False},
    {"choices": [{"message": {"content": "hi"}}], "code": 10005, "message": "x"},
    {"choices": [], "base_resp": {"status_code": 0, "status_msg": "success"}},
    {"code": 0, "message": "Success", "choices": [{"delta": {}}]},
    {"code": 0, "message": "ok", "usage": {}},
    {"code": 200, "msg": "success", "data": {}},
    {"type": "ping"},
    {"type": "status", "message": "warming up"},
    {"status": "queued", "message": "wait a moment"},
    {"type": "message_start", "message": {"role": "assistant"}},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {}},
    {"type": "message_stop"},
    {"type": "response.created", "response": {"status": "in_progress", "error": None}},
    {"type": "response.output_text.delta", "delta": "x"},
    {"object": "response", "status": "completed", "error": None, "output": [1]},
    {"model": "m", "message": {"role": "assistant", "content": ""}, "done": True},
    {"model": "m", "message": "lo", "done": True},
    {"id": "c", "message": {"role": "assistant", "content": [{"type": "text", "text": "Hi"}]}},
    {"type": "message-end", "delta": {"finish_reason": "COMPLETE"}},
    {"usageMetadata": {"promptTokenCount": 1}},
    {"id": "x", "object": "chat.completion.chunk", "choices": [], "usage": {"total_tokens": 1}},
    {"hello": ["world", 1, None]},
    {},
)


@pytest.mark.parametrize("said", ERRORS, ids=json.dumps)
def test_an_error_is_known_and_its_message_found(said):
    assert is_error(said)
    assert message_in(said) == NOPE


@pytest.mark.parametrize("value", REPLIES, ids=json.dumps)
def test_a_reply_is_no_error_whatever_stands_beside_it(value):
    assert not is_error(value)


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        ({"base_resp": {"status_code": 2049, "status_msg": "x"}}, ("2049",)),
        ({"title": "T", "status": 429, "type": "about:blank"}, ("429",)),
        ({"status": "error", "success": False, "code": 0, "message": "x"}, ()),
        ({"Response": {"Error": {"Code": "AuthFailure"}}}, ("AuthFailure",)),
        ({"error": "invalid_client", "error_description": "x"}, ("invalid_client",)),
        ({"error": {"code": True, "message": "x"}}, ()),
    ],
)
def test_what_says_that_all_is_well_is_no_code(said, codes):
    assert codes_in(said) == codes


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<Error><Code>AccessDenied</Code><Message>No, sir</Message></Error>", "No, sir"),
        (
            "<s:Envelope><s:Fault><faultstring>No, sir</faultstring></s:Fault></s:Envelope>",
            "No, sir",
        ),
        ("<!doctype html><title>No</title>", ""),
        ('event: error\ndata: {"error": {"message": "No, sir"}}\n\n', "No, sir"),
        (": still here\n\ndata: No, sir\n\n", "No, sir"),
        ('{"error": "No, sir"}\n{"error": "again"}\n', "No, sir"),
        ('{"error": {"message": "No, sir"}, "trace": "' + "x" * 70_000, "No, sir"),
        ('"No, sir"', "No, sir"),
    ],
)
def test_the_message_is_found_in_every_format(text, message):
    assert message_in(parse_body(text)) == message


@pytest.mark.parametrize("body", [b"", b" \n", b": ping\n\n: ping\n\n", b"event: ping\n\n"])
def test_signs_of_life_say_nothing(body):
    assert not says_anything(body)


@pytest.mark.parametrize("body", [b"no", b"<html>", b": ping\n\ndata: x\n\n", b"{}"])
def test_all_else_says_something(body):
    assert says_anything(body)


def test_a_quotation_ends_between_two_words():
    assert sentence_in({"error": "word " * 80}) == ("word " * 60).rstrip() + "…"
    assert sentence_in({"error": "see " * 70 + "sk-" + "k" * 60}) == ("see " * 70).rstrip() + "…"
    assert sentence_in({"error": "字" * 400}) == "字" * 300 + "…"


def test_the_text_beside_an_error_is_found():
    assert text_beside({"choices": [{"message": {"content": "Half"}, "error": {}}]}) == "Half"
    assert text_beside({"choices": [{"delta": {"content": "Half"}}]}) == "Half"
    assert text_beside({"error": "x"}) == ""


def test_an_envelope_of_any_depth_is_read_without_an_error_of_ours():
    deep: object = {"message": NOPE}
    for _ in range(900):
        deep = {"error": deep}
    assert is_error(deep)
    assert isinstance(message_in(deep), str)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["error", "message", "choices", "code", "status", "detail", "type", "data"]
            )
            | st.text(max_size=8),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(json_values)
def test_whatever_json_comes_it_is_read(value):
    assert isinstance(is_error(value), bool)
    assert isinstance(message_in(value), str)
    assert all(isinstance(code, str) for code in codes_in(value))
