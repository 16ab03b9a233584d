"""What an error status means, in our own words; the server's are quoted."""

import json

import pytest

from hello_llm.contract import (
    AuthError,
    BrokenReplyError,
    ChatRequest,
    ContextError,
    DeadlineError,
    HelloLLMError,
    Params,
    RateLimitedError,
    RequestError,
    ServerError,
)
from hello_llm.providers.factory import get_provider
from tests.providers.subjects import PROTOCOLS, litellm_at, outcome, said, serving
from tests.servers import Ollama, Script, ScriptedServer

STATUSES = {
    400: RequestError,
    401: AuthError,
    402: RateLimitedError,
    403: AuthError,
    404: RequestError,
    405: RequestError,
    408: DeadlineError,
    409: RequestError,
    413: RequestError,
    422: RequestError,
    429: RateLimitedError,
    500: ServerError,
    502: ServerError,
    503: ServerError,
    504: DeadlineError,
    529: ServerError,
}


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(("status", "kind"), STATUSES.items())
def test_a_status_has_its_class_and_is_passed_on(protocol, status, kind, stream):
    with serving(protocol, Script(status=status)) as server:
        error = outcome(litellm_at(server), stream=stream)
        assert len(server.requests) == 1
    assert type(error) is kind
    assert isinstance(error, HelloLLMError)
    assert error.status == status


@pytest.mark.parametrize(
    ("status", "message", "hint"),
    [
        (
            400,
            'PLACE rejected the request (400): it says "no thing"',
            "--dry-run shows the request as it is sent",
        ),
        (
            401,
            'PLACE requires a key (401), but none was sent: it says "no thing"',
            "name the variable that holds it with --api-key-env",
        ),
        (
            402,
            'PLACE rejected the call because of quota or billing (402): it says "no thing"',
            "check the balance and the plan of the account the key belongs to",
        ),
        (
            404,
            'PLACE does not serve POST http://PLACE/v1/chat/completions (404): it says "no thing"',
            "check --api-base, and the name of the model",
        ),
        (
            429,
            'PLACE is rate-limiting requests (429): it says "no thing"',
            "wait, then try again",
        ),
        (500, 'PLACE failed (500): it says "no thing"', "try again in a while"),
    ],
)
def test_the_sentence_of_a_status(status, message, hint):
    with serving("openai", Script(status=status, error="no thing")) as server:
        error = outcome(litellm_at(server), stream=True)
        assert said(error, server)[1:] == (message, hint)


def test_a_refused_key_names_its_variable_and_not_the_key():
    with serving("openai", Script(status=401, error="bad key my-secret-key")) as server:
        options = {"api_key_env": "MY_KEY", "environ": {"MY_KEY": "my-secret-key"}}
        error = outcome(litellm_at(server, **options), stream=True)
    assert isinstance(error, AuthError)
    assert "rejected the key in MY_KEY (401)" in error.message
    assert error.hint == "export MY_KEY=…   with a key that is valid for openai/gpt-4o-mini"


def test_a_model_that_was_not_pulled_names_the_command_that_pulls_it():
    with ScriptedServer(Ollama(models=frozenset({"llama3"}))) as server:
        error = outcome(litellm_at(server), stream=True)
        assert said(error, server) == (
            "RequestError",
            (
                "Ollama at PLACE has no model 'qwen2.5:0.5b': "
                "it says \"model 'qwen2.5:0.5b' not found\""
            ),
            "ollama pull qwen2.5:0.5b",
        )


def coded(code: str, message: str) -> bytes:
    """An OpenAI error body with a code."""
    return json.dumps({"error": {"message": message, "type": "x", "code": code}}).encode()


def test_a_used_up_quota_is_no_passing_limit():
    body = coded("insufficient_quota", "You are out of quota")
    with serving("openai", Script(status=429, body=body)) as server:
        error = outcome(litellm_at(server), stream=True)
        assert said(error, server) == (
            "RateLimitedError",
            (
                "PLACE rejected the call because of quota or billing (429): "
                'it says "You are out of quota"'
            ),
            "check the balance and the plan of the account the key belongs to",
        )


def test_a_prompt_that_is_too_long_is_told_apart():
    body = coded("context_length_exceeded", "This model's maximum context length is 10 tokens")
    with serving("openai", Script(status=400, body=body)) as server:
        error = outcome(litellm_at(server), stream=True)
    assert type(error) is ContextError
    assert error.status == 400


def test_a_page_of_html_is_never_quoted():
    page = b"<html><body><h1>502 Bad Gateway</h1></body></html>"
    with serving("openai", Script(status=502, body=page)) as server:
        error = outcome(litellm_at(server), stream=True)
        assert said(error, server) == (
            "ServerError",
            "PLACE failed (502)",
            "try again in a while",
        )


def test_google_says_in_the_answer_how_long_to_wait():
    details = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "39s"}]
    body = json.dumps({"error": {"code": 429, "message": "slow", "details": details}}).encode()
    with serving("openai", Script(status=429, body=body)) as server:
        error = outcome(litellm_at(server), stream=True)
    assert isinstance(error, HelloLLMError)
    assert (error.transient, error.retry_after_s) == (True, 39.0)


def test_a_request_that_a_filter_stopped_is_told_apart():
    body = coded("content_policy_violation", "Your request was rejected")
    with serving("openai", Script(status=400, body=body)) as server:
        error = outcome(litellm_at(server), stream=True)
        assert said(error, server) == (
            "FilteredError",
            'a content filter of PLACE stopped the request: it says "Your request was rejected"',
            "change the prompt, or the filter's settings with the vendor",
        )


def test_a_redirect_is_not_followed():
    with serving("openai") as other, serving("openai") as server:
        headers = (("location", f"{other.url}/v1/chat/completions"),)
        server.play(Script(status=302, headers=headers, body=b""))
        error = outcome(litellm_at(server), stream=True)
        assert type(error) is BrokenReplyError
        assert other.requests == []


def test_a_parameter_that_the_vendor_does_not_take_is_named_before_any_call():
    with serving("anthropic") as server:
        provider = litellm_at(server)
        request = ChatRequest.from_prompt("hi", params=Params(seed=1))
        with pytest.raises(RequestError) as caught:
            provider.chat(request)
        assert server.requests == []
    assert caught.value.message == "anthropic/claude-haiku-4-5 does not accept seed"
    assert caught.value.hint == "leave out --seed"


def test_a_page_that_ollama_does_not_know_is_no_missing_model():
    with serving("ollama", Script(status=404, body=b"404 page not found")) as server:
        error = outcome(litellm_at(server), stream=True)
        assert said(error, server) == (
            "RequestError",
            'PLACE does not serve POST http://PLACE/api/chat (404): it says "404 page not found"',
            "check --api-base, and the name of the model",
        )


@pytest.mark.parametrize("stream", [True, False])
def test_anthropics_words_for_a_prompt_that_is_too_long_are_known(stream):
    words = "prompt is too long: 208310 tokens > 200000 maximum"
    with serving("anthropic", Script(status=400, error=words)) as server:
        error = outcome(litellm_at(server), stream=stream)
        assert said(error, server) == (
            "ContextError",
            f'the prompt is too long for anthropic/claude-haiku-4-5: it says "{words}"',
            "shorten the prompt, or choose a model with a larger context",
        )


def test_what_litellm_will_not_call_is_said_in_its_own_words():
    provider = get_provider("litellm", model="cloudflare/m", api_key_env="K", environ={"K": "k"})
    error = outcome(provider, stream=False)
    assert type(error) is RequestError
    assert error.message == (
        "LiteLLM cannot call cloudflare/m: Missing CLOUDFLARE_ACCOUNT_ID"
        " - set CLOUDFLARE_ACCOUNT_ID in the environment or pass api_base explicitly"
    )
