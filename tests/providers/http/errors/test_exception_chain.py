"""What lies beneath a LiteLLM exception, and what the server said in it."""

import httpx
import pytest

from hello_llm.providers.http.errors.exception_chain import (
    answer_to,
    chain,
    error_codes,
    find,
    innermost,
    is_litellms,
    quote,
)

REQUEST = httpx.Request("POST", "http://127.0.0.1/v1")


class BodyError(Exception):
    """An exception that carries what the server sent, as the SDKs' do."""

    def __init__(self, body):
        super().__init__("of no interest")
        self.body = body


def answered(status, text, **headers):
    """The error of a response."""
    response = httpx.Response(status, text=text, headers=headers, request=REQUEST)
    return httpx.HTTPStatusError("of no interest", request=REQUEST, response=response)


def linked(outer, *inner):
    """`outer`, raised from the first of `inner`, and so on."""
    link = outer
    for cause in inner:
        link.__cause__ = cause
        link = cause
    return outer


def test_the_chain_goes_from_the_outermost_to_the_first():
    first, middle, outer = OSError("1"), ValueError("2"), RuntimeError("3")
    assert list(chain(linked(outer, middle, first))) == [outer, middle, first]


def test_the_chain_follows_what_was_merely_handled():
    first = OSError("1")
    outer = RuntimeError("2")
    outer.__context__ = first
    assert list(chain(outer)) == [outer, first]


def test_the_chain_follows_litellms_original_exception():
    first = OSError("1")
    outer = RuntimeError("2")
    outer.original_exception = first  # type: ignore[attr-defined]
    assert list(chain(outer)) == [outer, first]


def test_a_chain_that_bites_its_tail_ends():
    one, two = OSError("1"), OSError("2")
    one.__cause__, two.__cause__ = two, one
    assert list(chain(one)) == [one, two]


def test_the_outermost_of_several_kinds_is_found():
    inner, outer = OSError("1"), ValueError("2")
    error = linked(RuntimeError("3"), outer, inner)
    assert find(error, OSError, ValueError) is outer
    assert find(error, KeyError) is None


def test_the_servers_sentence_and_codes_are_found_in_the_body_that_an_exception_carries():
    body = {"error": {"message": "no such model", "code": "model_not_found"}}
    error = linked(RuntimeError("outer"), BodyError(body))
    assert (quote(error), error_codes(error)) == ("no such model", ("model_not_found",))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"error": "model not found"}', "model not found"),
        ('[{"error": {"code": 400, "message": "API key not valid"}}]', "API key not valid"),
        ("404 page not found", "404 page not found"),
        ("<html><h1>Bad gateway</h1></html>", ""),
        ("\n  <!DOCTYPE html>", ""),
        ("", ""),
    ],
)
def test_the_servers_sentence_is_found_in_a_response_but_no_page_is_quoted(text, sentence):
    assert quote(linked(RuntimeError("outer"), answered(404, text))) == sentence


def test_a_response_that_was_not_read_says_nothing():
    response = httpx.Response(500, stream=httpx.ByteStream(b"{}"), request=REQUEST)
    error = httpx.HTTPStatusError("x", request=REQUEST, response=response)
    assert quote(error) == ""


def test_only_the_answer_of_a_server_counts(litellm):
    invented = litellm.InternalServerError("refused", "openai", "m")
    assert invented.status_code == 500
    assert answer_to(linked(invented, OSError("refused"))) is None
    answer = answer_to(linked(invented, answered(418, "{}")))
    assert answer is not None
    assert answer.status_code == 418


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (linked(RuntimeError("outer"), ValueError("the cause\nTraceback")), "the cause"),
        (linked(RuntimeError("outer"), ValueError()), "ValueError"),
        (RuntimeError("y" * 400), "y" * 300 + "…"),
    ],
)
def test_the_first_exception_speaks_for_all(error, words):
    assert innermost(error) == words


def test_litellms_exceptions_are_known_whatever_they_derive_from(litellm):
    assert is_litellms(linked(RuntimeError("outer"), litellm.BudgetExceededError(1.0, 0.5)))
    assert not is_litellms(linked(RuntimeError("outer"), OSError("inner")))
