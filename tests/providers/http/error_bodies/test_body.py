"""What a server says went wrong, in whichever shape it says so."""

import pytest

from hello_llm.providers.http.error_bodies.body import parse_body
from hello_llm.providers.http.error_bodies.envelope import codes_in, delay_in, sentence_in


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"error": {"message": "no such model"}}, "no such model"),
        ({"error": "no such model"}, "no such model"),
        ({"message": "no such model"}, "no such model"),
        ({"detail": [{"loc": ["body"], "msg": "field required"}]}, "field required"),
        ([{"error": {"code": 400, "message": "API key not valid"}}], "API key not valid"),
        ({"error": {"message": "two\n lines"}}, "two lines"),
        ("plain  words", "plain words"),
        ({"error": {}}, ""),
        ({"error": None, "message": 7}, ""),
        (None, ""),
        ({"error": {"message": "x" * 301}}, "x" * 300 + "…"),
        ({"error": {"message": "x" * 300}}, "x" * 300),
    ],
)
def test_the_sentence_is_found(body, sentence):
    assert sentence_in(body) == sentence


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({"error": {"type": "x", "code": "insufficient_quota"}}, ("insufficient_quota", "x")),
        ({"type": "error", "error": {"type": "overloaded_error"}}, ("overloaded_error",)),
        ({"error": {"code": 429, "status": "UNAVAILABLE"}}, ("429", "UNAVAILABLE")),
        ([{"error": {"status": "RESOURCE_EXHAUSTED"}}], ("RESOURCE_EXHAUSTED",)),
        ({"error": {"details": [7, {"reason": "API_KEY_INVALID"}]}}, ("API_KEY_INVALID",)),
        ({"object": "error", "code": "1300", "type": "rate_limited"}, ("1300", "rate_limited")),
        ({"error": "words", "code": "refused"}, ("refused",)),
        ({"error": {"code": None, "type": {}, "details": "words"}}, ()),
        ({"error": "words"}, ()),
        ({}, ()),
        ([], ()),
        ("words", ()),
    ],
)
def test_the_codes_are_found_the_most_telling_first(body, codes):
    assert codes_in(body) == codes


@pytest.mark.parametrize(
    ("delay", "seconds"),
    [("39s", 39.0), ("0.5s", 0.5), ("soon", None), ("-5s", None), (7, None), (None, None)],
)
def test_googles_errors_say_how_long_to_wait(delay, seconds):
    details = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}]
    assert delay_in({"error": {"code": 429, "details": details}}) == seconds


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ('{"error": "x"}', {"error": "x"}),
        ("404 page not found", "404 page not found"),
        ("<html><h1>Bad gateway</h1></html>", ""),
        ("\n  <!DOCTYPE html>", ""),
        ('{"error": "half an obj', ""),
        ("[" * 100_000, ""),
        ("", ""),
    ],
)
def test_a_body_is_json_or_words_but_no_page_nor_half_an_object(text, body):
    assert parse_body(text) == body
