"""Which kind of refusal a server's answer is."""

import json

import pytest

from hello_llm.providers.http.error_bodies.error_response import ErrorResponse, Kind


def answered(status, **error):
    """The refusal of an answer with `status` and an error object."""
    return ErrorResponse.of_answer(status, json.dumps({"error": error}).encode())


def test_an_answer_is_read_however_it_is_encoded():
    body = b'\xef\xbb\xbf{"error": {"message": "no\xff", "code": "c"}}'
    refusal = ErrorResponse.of_answer(400, body)
    assert (refusal.label, refusal.codes, refusal.said) == ("400", ("c",), ': it says "no\ufffd"')


def test_headers_say_better_than_the_answer_how_long_to_wait():
    body = b'{"error": {"details": [{"retryDelay": "39s"}]}}'
    assert ErrorResponse.of_answer(429, body).delay_s == 39.0
    assert ErrorResponse.of_answer(429, body, 0.0).delay_s == 0.0


def test_half_an_error_object_is_not_quoted():
    refusal = ErrorResponse.of_answer(503, b'{"error": {"message": "busy n')
    assert (refusal.codes, refusal.words, refusal.lasting) == ((), "", False)


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504, 522, 524, 529])
def test_after_these_statuses_the_same_call_may_succeed(status):
    assert not answered(status, message="busy").lasting


@pytest.mark.parametrize("status", [302, 400, 401, 402, 403, 404, 405, 413, 422, 501, 505, 520])
def test_after_any_other_it_will_not(status):
    assert answered(status, message="no").lasting


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (402, {}),
        (429, {"code": "insufficient_quota"}),
        (429, {"code": "x", "type": "insufficient_quota"}),
        (400, {"message": "Your credit balance is too low to access the API."}),
        (403, {"message": "Insufficient credits"}),
    ],
)
def test_nothing_left_to_spend_is_lasting(status, error):
    refusal = answered(status, **error)
    assert (refusal.kind, refusal.lasting) == (Kind.QUOTA, True)


def test_a_rate_limit_that_speaks_of_a_quota_is_none_of_these():
    words = "You exceeded your current quota, please check your plan and billing details."
    refusal = answered(429, message=words, type="tokens")
    assert (refusal.kind, refusal.lasting) == (Kind.RATE, False)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, {"code": "context_length_exceeded"}),
        (400, {"message": "prompt is too long: 9031 tokens > 8192 maximum"}),
        (500, {"message": "the request exceeds the available context size"}),
    ],
)
def test_a_prompt_that_is_too_long_is_lasting(status, error):
    refusal = answered(status, **error)
    assert (refusal.kind, refusal.lasting) == (Kind.CONTEXT, True)


@pytest.mark.parametrize(
    ("status", "error", "of_key"),
    [
        (401, {}, True),
        (403, {}, True),
        (400, {"message": "API key not valid. Please pass a valid API key."}, True),
        (400, {"message": "Incorrect API key provided: sk-…"}, True),
        (400, {"message": "the key 'x' is not valid JSON"}, False),
    ],
)
def test_a_refused_key_is_known_by_its_words_too(status, error, of_key):
    assert (answered(status, **error).kind is Kind.KEY) is of_key


@pytest.mark.parametrize("code", ["content_filter", "content_policy_violation"])
def test_a_filtered_request_is_known_by_its_code(code):
    for status in (400, 500):
        refusal = answered(status, code=code)
        assert (refusal.kind, refusal.lasting) == (Kind.FILTER, True)


def test_a_missing_model_is_known_by_status_or_code():
    assert answered(404, message="model: m").kind is Kind.MODEL
    assert answered(400, code="1500", type="invalid_model").kind is Kind.MODEL
    assert answered(404).kind is Kind.ADDRESS
    assert answered(400).kind is Kind.REQUEST


@pytest.mark.parametrize(
    "page",
    [
        b"Client sent an HTTP request to an HTTPS server.\n",
        b"<html><title>400 The plain HTTP request was sent to HTTPS port</title></html>",
    ],
)
def test_a_server_that_speaks_tls_says_so_in_its_page(page):
    assert ErrorResponse.of_answer(400, page).kind is Kind.TLS
    assert ErrorResponse.of_answer(404, page).kind is not Kind.TLS


@pytest.mark.parametrize(
    ("error", "status"),
    [
        ({"code": 503}, 503),
        ({"code": "429"}, 429),
        ({"type": "overloaded_error"}, 529),
        ({"code": "tokens", "type": "rate_limit_error"}, 429),
        ({"code": "json_validate_failed", "type": "invalid_request_error"}, 400),
        ({"code": 200}, 500),
        ({}, 500),
    ],
)
def test_an_error_object_has_the_status_of_its_first_known_code(error, status):
    refusal = ErrorResponse.of_object({"error": error})
    assert (refusal.status, refusal.in_answer) == (status, True)


def test_an_error_object_is_labelled_by_its_first_code():
    assert ErrorResponse.of_object({"error": {"code": "a", "type": "b"}}).label == "a"
    assert ErrorResponse.of_object({"error": "words"}).label == "error"
