"""A row is run once, within its deadlines, with the keys of the machine that runs it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from importlib import import_module

import pytest

from hello_llm.batch.engines.row import CallRow, answer_from_json
from hello_llm.batch.engines.run_row import run_row
from hello_llm.contract import (
    AuthError,
    ChatRequest,
    DeadlineError,
    HelloLLMError,
    LLMReply,
    RateLimitedError,
    UnreachableError,
    UsageError,
)
from hello_llm.providers.mock.provider import MockProvider
from hello_llm.settings.fields import Settings
from tests.servers import OpenAI, Script, ScriptedServer


def row_of(server, prompt="hi", *, stream=False, **more):
    settings = Settings(
        provider="litellm",
        model="openai/tiny",
        api_base=f"{server.url}/v1",
        api_key_env="NODE_KEY",
        **more,
    )
    return CallRow(settings, ChatRequest.from_prompt(prompt, model="openai/tiny"), stream).to_json()


def ran(row, **more):
    return answer_from_json(run_row(row, **more))


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv("NODE_KEY", "sk-squeamish-ossifrage")


@pytest.mark.parametrize("stream", [False, True])
def test_a_row_is_answered(openai_server, stream):
    reply = ran(row_of(openai_server, stream=stream))
    assert isinstance(reply, LLMReply)
    assert (reply.text, reply.attempts) == ("Hello, world!", 1)
    assert reply.usage.latency_ms is not None
    (request,) = openai_server.requests
    assert request.json()["messages"] == [{"role": "user", "content": "hi"}]
    assert request.headers["authorization"] == "Bearer sk-squeamish-ossifrage"


def test_a_failure_is_not_tried_again_here():
    limited = Script(status=429, headers=(("Retry-After", "2"),))
    with ScriptedServer(OpenAI(), limited, Script()) as server:
        error = ran(row_of(server, retries=5))
        assert len(server.requests) == 1
    assert isinstance(error, RateLimitedError)
    assert (error.status, error.transient, error.retry_after_s) == (429, True, 2.0)
    assert "asks to wait" not in error.message  # the driver says that in the end


def test_a_call_ends_at_its_deadline():
    with ScriptedServer(OpenAI(), Script(end="stall")) as server:
        error = ran(row_of(server, timeout=0.2))
    assert isinstance(error, DeadlineError)


def test_a_cancelled_call_is_cut():
    with ScriptedServer(OpenAI(), Script(end="stall")) as server:
        error = ran(row_of(server), is_cancelled=lambda: bool(server.requests))
        assert isinstance(error, UnreachableError)
        assert server.connections[0].wait_closed(10)


def test_a_missing_key_is_reported(openai_server, monkeypatch):
    monkeypatch.delenv("NODE_KEY")
    error = ran(row_of(openai_server, connect_timeout=9.0))  # another provider, which reads it anew
    assert isinstance(error, AuthError)
    assert error.unsent


def test_the_secrets_of_this_machine_stay_here():
    refused = Script(status=400, error="what is sk-squeamish-ossifrage?")
    with ScriptedServer(OpenAI(), refused) as server:
        error = ran(row_of(server))
    assert isinstance(error, HelloLLMError)
    assert "what is [redacted]?" in error.message


def test_a_row_of_another_version_is_an_error_that_ends_the_run(openai_server):
    error = ran(row_of(openai_server) | {"version": "9.9"})
    assert isinstance(error, UsageError)


def test_many_threads_share_providers_but_never_at_the_same_time(openai_server):
    together = threading.Barrier(4)

    def ask(number):
        together.wait(10)
        reply = ran(row_of(openai_server, f"row {number}"))
        assert isinstance(reply, LLMReply)
        return reply.text

    with ThreadPoolExecutor(4) as threads:
        for _ in range(3):
            assert list(threads.map(ask, range(4))) == ["Hello, world!"] * 4
    assert len(openai_server.requests) == 12
    assert len(openai_server.connections) <= 4


def test_the_end_of_a_call_closes_its_provider_before_another_call_gets_it(monkeypatch):
    """Closed any later, it would cut the other call off."""
    here = import_module(run_row.__module__)
    callers = here._Callers()
    was_free = []

    class Noting(MockProvider):
        def close(self):
            was_free.append(any(callers._free.values()))

    monkeypatch.setattr(here, "_CALLERS", callers)
    monkeypatch.setattr(here, "open_provider", lambda _: nullcontext(Noting()))
    ran(CallRow(Settings(), ChatRequest.from_prompt("hi"), stream=False).to_json())
    assert was_free
    assert not any(was_free)
