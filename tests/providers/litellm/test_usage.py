"""Tokens are the server's own, prices exact or unknown, times measured."""

from decimal import ROUND_HALF_UP, Decimal

import pytest

from hello_llm.providers.litellm.pricing import Price, exact_sum, usd_of
from tests.providers.subjects import PROTOCOLS, ask, litellm_at, serving
from tests.servers import Script, Tokens, ToolCall


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_token_counts_are_those_of_the_server(protocol, stream):
    with serving(protocol, Script(usage=Tokens(prompt=17, completion=5))) as server:
        usage = ask(litellm_at(server), stream=stream).usage
    assert (usage.tokens_in, usage.tokens_out, usage.estimated) == (17, 5, False)


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_server_that_counts_nothing_leaves_the_counts_unknown(protocol, stream):
    with serving(protocol, Script(usage=None)) as server:
        usage = ask(litellm_at(server), stream=stream).usage
    assert (usage.tokens_in, usage.tokens_out) == (None, None)
    assert usage.usd_micros == (0 if protocol == "ollama" else None)


def test_cached_and_reasoning_tokens_are_passed_on():
    tokens = Tokens(prompt=100, completion=50, cached=64, reasoning=30)
    with serving("openai", Script(usage=tokens)) as server:
        usage = ask(litellm_at(server), stream=True).usage
    assert (usage.tokens_cached, usage.tokens_reasoning) == (64, 30)


def test_a_known_price_is_exact(litellm):
    row = litellm.model_cost["gpt-4o-mini"]
    each = [Decimal(repr(row[f"{way}_cost_per_token"])) for way in ("input", "output")]
    with serving("openai", Script(usage=Tokens(prompt=1234, completion=567))) as server:
        usage = ask(litellm_at(server), stream=True).usage
    expected = (1234 * each[0] + 567 * each[1]) * 1_000_000
    assert usage.usd_micros == int(expected.quantize(Decimal(1), rounding="ROUND_HALF_UP"))
    assert usage.usd_micros > 0


def test_an_unknown_model_has_no_price():
    with serving("openai") as server:
        usage = ask(litellm_at(server, model="openai/nobody-knows-me"), stream=True).usage
    assert usage.usd_micros is None


def test_a_server_of_ones_own_costs_nothing():
    with serving("ollama") as server:
        assert ask(litellm_at(server), stream=True).usage.usd_micros == 0


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("absurd", [-1, 10**30])
def test_counts_that_nobody_can_have_counted_are_unknown(protocol, absurd, stream):
    with serving(protocol, Script(usage=Tokens(prompt=absurd, completion=absurd))) as server:
        usage = ask(litellm_at(server), stream=stream).usage
    assert (usage.tokens_in, usage.tokens_out) == (None, None)
    assert usage.usd_micros == (0 if protocol == "ollama" else None)


def test_details_that_nobody_can_compute_with_leave_the_price_unknown():
    with serving("openai", Script(usage=Tokens(prompt=3, completion=2, cached=10**30))) as server:
        usage = ask(litellm_at(server), stream=True).usage
    assert (usage.tokens_in, usage.tokens_cached, usage.usd_micros) == (3, None, None)


@pytest.mark.parametrize(
    ("usd", "micros"),
    [
        ((0.0,), 0),
        ((1.5e-07,), 0),
        ((4.9e-07,), 0),
        ((5e-07,), 1),
        ((9.000000000000001e-07, 1.5e-06), 2),
        ((2.4999999999999998e-06,), 3),
        ((0.1, 0.2), 300_000),
        ((123.456789,), 123_456_789),
    ],
)
def test_dollars_become_millionths_without_the_noise_of_floats(usd, micros):
    assert Price(exact_sum(*usd), "list").micros == micros


def test_only_a_streamed_reply_has_a_first_token():
    with serving("openai", Script(delay_s=0.01)) as server:
        streamed = ask(litellm_at(server), stream=True).usage
        whole = ask(litellm_at(server), stream=False).usage
    assert whole.first_token_ms is None
    assert streamed.first_token_ms is not None
    assert streamed.latency_ms is not None
    assert 0 <= streamed.first_token_ms <= streamed.latency_ms


def test_the_request_id_is_the_servers_header():
    with serving("openai") as server:
        assert ask(litellm_at(server), stream=True).request_id == "req_openai_1"
        assert ask(litellm_at(server), stream=False).request_id == "req_openai_1"


def test_without_the_header_there_is_no_request_id():
    with serving("ollama") as server:
        assert ask(litellm_at(server), stream=True).request_id is None


@pytest.mark.parametrize("stream", [True, False])
def test_tool_calls_are_put_together(stream):
    call = ToolCall("call_1", "weather", ('{"city": ', '"Oslo"}'))
    with serving("openai", Script(chunks=(), tool_calls=(call,), finish="tool_calls")) as server:
        reply = ask(litellm_at(server), stream=stream)
    assert reply.finish_reason == "tool_calls"
    assert [(c.id, c.name, c.arguments) for c in reply.tool_calls] == [
        ("call_1", "weather", '{"city": "Oslo"}')
    ]


@pytest.mark.parametrize("stream", [True, False])
def test_reasoning_stands_apart_from_the_answer(stream):
    with serving("openai", Script(reasoning=("Let me ", "think."))) as server:
        reply = ask(litellm_at(server), stream=stream)
    assert (reply.reasoning, reply.text) == ("Let me think.", "Hello, world!")


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("protocol", ["anthropic", "ollama"])
def test_reasoning_that_the_server_does_not_count_is_not_counted_here(protocol, stream):
    with serving(protocol, Script(reasoning=("Let me think about that.",))) as server:
        usage = ask(litellm_at(server), stream=stream).usage
    assert (usage.tokens_in, usage.tokens_out, usage.tokens_reasoning) == (12, 4, None)


@pytest.mark.parametrize("stream", [True, False])
def test_a_prompt_that_ollama_had_in_its_cache_is_not_guessed(stream):
    with serving("ollama", Script(usage=Tokens(prompt=0, completion=4))) as server:
        usage = ask(litellm_at(server), stream=stream).usage
    assert (usage.tokens_in, usage.tokens_out, usage.usd_micros) == (None, 4, 0)


@pytest.mark.parametrize("stream", [True, False])
def test_anthropics_prompt_tokens_include_those_from_its_cache(stream):
    with serving("anthropic", Script(usage=Tokens(prompt=7, completion=9, cached=3))) as server:
        usage = ask(litellm_at(server), stream=stream).usage
    assert (usage.tokens_in, usage.tokens_out, usage.tokens_cached) == (10, 9, 3)


@pytest.mark.parametrize("stream", [True, False])
def test_cached_and_reasoning_tokens_have_their_own_price(litellm, stream):
    row = litellm.model_cost["gpt-4o-mini"]
    prices = ("input_cost_per_token", "cache_read_input_token_cost", "output_cost_per_token")
    fresh, cached, out = (Decimal(repr(row[price])) for price in prices)
    tokens = Tokens(prompt=100_001, completion=777, cached=64_000, reasoning=500)
    with serving("openai", Script(usage=tokens)) as server:
        usage = ask(litellm_at(server), stream=stream).usage
    expected = (36_001 * fresh + 64_000 * cached + 777 * out) * 1_000_000
    assert usage.usd_micros == int(expected.to_integral_value(ROUND_HALF_UP))


@pytest.mark.parametrize(
    ("vendor", "name", "price"),
    [
        ("openai", "nobody-knows-me", None),
        ("github_copilot", "gpt-4o", None),
        ("meta_llama", "Llama-3.3-70B-Instruct", None),
        ("zai", "glm-4.5-flash", 0),
    ],
)
def test_a_row_without_a_price_is_not_free(litellm, vendor, name, price):
    usage = litellm.Usage(prompt_tokens=1000, completion_tokens=1000, total_tokens=2000)
    assert usd_of(litellm, vendor, name, usage_object=usage) == price
