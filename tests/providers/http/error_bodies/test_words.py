"""What the words and codes of errors speak of; the sentences are what servers really say."""

import time
from pathlib import Path

import pytest

from hello_llm.providers.http.error_bodies.words import Sign, never_fits, signs_in


def sentences(kind: str) -> list[str]:
    """Return what servers say of `kind`."""
    text = Path(__file__).with_name("error_sentences.txt").read_text(encoding="utf-8")
    return text.partition(f"# {kind}\n")[2].partition("\n#")[0].strip().splitlines()


@pytest.mark.parametrize("words", sentences("TOO_LONG"))
def test_a_prompt_that_is_too_long_is_known_by_its_words(words):
    assert Sign.CONTEXT in signs_in(words)
    assert Sign.RATE not in signs_in(words)


@pytest.mark.parametrize("words", [*sentences("ANSWER_TOO_LONG"), *sentences("SOMETHING_ELSE")])
def test_other_limits_are_no_prompt_that_is_too_long(words):
    assert Sign.CONTEXT not in signs_in(words)


@pytest.mark.parametrize("words", sentences("TOO_FAST"))
def test_a_limit_per_time_is_known_by_its_words(words):
    assert Sign.RATE in signs_in(words)


@pytest.mark.parametrize("words", sentences("NO_STREAM"))
def test_a_server_that_does_not_stream_is_known_by_its_words(words):
    assert Sign.STREAM in signs_in(words)


@pytest.mark.parametrize("words", sentences("STREAM_OTHERWISE"))
def test_other_words_about_streams_do_not_ask_for_a_whole_answer(words):
    assert Sign.STREAM not in signs_in(words)


@pytest.mark.parametrize(
    ("code", "sign"),
    [
        ("InvalidApiKey", Sign.API_KEY),
        ("invalid_api_key", Sign.API_KEY),
        ("com.amazon.coral#ThrottlingException", Sign.RATE),
        ("Throttling.RateQuota", Sign.RATE),
        ("rate_limit_exceeded", Sign.RATE),
        ("RESOURCE_EXHAUSTED", Sign.RATE),
        ("context_length_exceeded", Sign.CONTEXT),
        ("exceed_context_size_error", Sign.CONTEXT),
        ("insufficient_quota", Sign.QUOTA),
        ("Arrearage", Sign.QUOTA),
        ("model_not_found", Sign.MODEL),
        ("ModelNotFound", Sign.MODEL),
        ("DataInspectionFailed", Sign.FILTER),
        ("content_policy_violation", Sign.FILTER),
        ("AccessDeniedException", Sign.ACCESS),
        ("UNAUTHENTICATED", Sign.ACCESS),
        ("authentication_error", Sign.ACCESS),
        ("permission_error", Sign.ACCESS),
        ("overloaded_error", Sign.OVERLOAD),
        ("service_unavailable", Sign.UNAVAILABLE),
        ("DEADLINE_EXCEEDED", Sign.TIMEOUT),
        ("invalid_request_error", Sign.REQUEST),
    ],
)
def test_a_code_is_read_as_words(code, sign):
    assert sign in signs_in("", [code])


@pytest.mark.parametrize("code", ["api_error", "server_error", "50113", "tokens", ""])
def test_a_code_may_speak_of_nothing(code):
    assert signs_in("", [code]) == frozenset()


@pytest.mark.parametrize(
    ("words", "sign"),
    [
        ("Incorrect API key provided: sk-x", Sign.API_KEY),
        ("Access token invalid or no longer valid", Sign.API_KEY),
        ("You didn't provide an API key", Sign.API_KEY),
        ("No auth credentials found", Sign.API_KEY),
        ("身份验证失败。", Sign.ACCESS),
        ("HMAC signature cannot be verified", Sign.ACCESS),
        ("余额不足或无可用资源包", Sign.QUOTA),
        ("Your credit balance is too low to access the API.", Sign.QUOTA),
        ("当前模型不存在", Sign.MODEL),
        ("The model `x` does not exist", Sign.MODEL),
        ("The engine is at capacity", Sign.OVERLOAD),
        ("upstream timed out", Sign.TIMEOUT),
    ],
)
def test_words_speak_of_other_troubles(words, sign):
    assert sign in signs_in(words)


@pytest.mark.parametrize(
    ("words", "hopeless"),
    [
        ("tokens per minute (TPM): Limit 6000, Requested 14,810", True),
        ("tokens per minute (TPM): Limit 6000, Used 5034, Requested 1443", False),
        ("Request too large for gpt-4o on tokens per min", True),
        ("Rate limit reached", False),
        ("Limit ,, Requested 1", False),
    ],
)
def test_a_request_that_no_minute_has_room_for_never_fits(words, hopeless):
    assert never_fits(words) is hopeless


@pytest.mark.parametrize(
    "piece",
    ["input ", "tokens ", "exceed ", "the prompt model length ", "concurrent ", "max_tokens "],
)
def test_long_words_are_read_in_linear_time(piece):
    def seconds(length):
        text = (piece * length)[:length]
        started = time.perf_counter()
        signs_in(text)
        return time.perf_counter() - started

    seconds(100)  # compiles the patterns
    assert min(seconds(16_000) for _ in range(3)) < 40 * min(seconds(2_000) for _ in range(3))
