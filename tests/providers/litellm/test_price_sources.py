"""A price is the server's own, that of the configuration, or the list's, in that order."""

import json
from decimal import Decimal

import pytest

from hello_llm.contract.model_facts import ModelFacts
from hello_llm.providers.http.protocols.counts import reported_cost
from tests.providers.subjects import MODELS, ask, litellm_at, serving
from tests.servers import Script, Tokens

MODEL = MODELS["openai"]
BOTH_WAYS = pytest.mark.parametrize("stream", [True, False])
OWN = {MODEL: ModelFacts(input=Decimal("0.0004"), output=Decimal("0.0004"))}


def said(usage: object, *, stream: bool) -> Script:
    """An answer whose usage is `usage`, as it stands."""
    shown = {"delta" if stream else "message": {"role": "assistant", "content": "Hi"}}
    choice = {"index": 0, "finish_reason": "stop", **shown}
    kind = "chat.completion.chunk" if stream else "chat.completion"
    head = {"id": "1", "object": kind, "created": 1, "model": "x"}
    whole = json.dumps({**head, "choices": [choice], "usage": usage})
    if not stream:
        return Script(body=whole.encode())
    content = (("content-type", "text/event-stream"),)
    return Script(body=f"data: {whole}\n\ndata: [DONE]\n\n".encode(), headers=content)


def usage_of(script: Script, *, stream: bool, **options: object):
    with serving("openai", script) as server:
        return ask(litellm_at(server, **options), stream=stream).usage


@BOTH_WAYS
def test_the_list_is_named_and_its_price_kept_to_the_billionth(stream):
    script = Script(usage=Tokens(prompt=1, completion=1))
    usage = usage_of(script, stream=stream)
    assert (usage.price_source, usage.usd_micros, usage.usd_nanos) == ("list", 1, 750)


@BOTH_WAYS
def test_a_configured_price_overrides_the_list_and_the_discount_of_its_cache(stream):
    script = Script(usage=Tokens(prompt=1000, completion=1, cached=1000))
    usage = usage_of(script, stream=stream, prices=OWN)
    assert (usage.price_source, usage.usd_micros, usage.usd_nanos) == ("configuration", 0, 400)


@BOTH_WAYS
def test_a_configured_price_of_cached_tokens_is_for_these_alone(stream):
    own = {MODEL: ModelFacts(Decimal(1), Decimal(2), Decimal("0.5"))}
    script = Script(usage=Tokens(prompt=100, completion=10, cached=40))
    assert usage_of(script, stream=stream, prices=own).usd_nanos == 60_000 + 20_000 + 20_000


def test_ten_thousand_calls_of_less_than_a_millionth_add_up():
    script = Script(usage=Tokens(prompt=999, completion=1))
    usage = usage_of(script, stream=False, prices=OWN)
    assert usage.usd_micros == 0
    assert (usage.usd_nanos or 0) * 10_000 == 4_000_000


def test_a_configured_model_without_a_price_of_the_reply_has_none():
    own = {MODEL: ModelFacts(input=Decimal(1))}
    usage = usage_of(Script(), stream=True, prices=own)
    assert (usage.price_source, usage.usd_micros, usage.usd_nanos) == (None, None, None)


@BOTH_WAYS
def test_what_the_server_says_wins_over_every_list(stream):
    counts = {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12, "cost": 0.0123456789}
    usage = usage_of(said(counts, stream=stream), stream=stream, prices=OWN)
    assert (usage.price_source, usage.usd_micros) == ("server", 12_346)
    assert usage.usd_nanos == 12_345_679
    assert (usage.tokens_in, usage.tokens_out) == (5, 7)


@BOTH_WAYS
@pytest.mark.parametrize("cost", [-1, "0.1", True, None, 1e9, {}])
def test_a_cost_that_is_none_is_not_taken_for_one(stream, cost):
    counts = {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12, "cost": cost}
    assert usage_of(said(counts, stream=stream), stream=stream).price_source == "list"


@pytest.mark.parametrize(
    ("usage", "cost"),
    [
        ({"cost": 0}, "0"),
        ({"cost": 0.00014}, "0.00014"),
        ({"cost": {"input_tokens_cost": 0.001, "total_cost": 0.006}}, "0.006"),
        ({"cost": 0.1, "is_byok": False, "cost_details": {"upstream_inference_cost": 9}}, "0.1"),
        ({"cost": 0.1, "is_byok": True, "cost_details": {"upstream_inference_cost": 2}}, "2.1"),
        ({"cost": 0.1, "is_byok": True}, None),
        ({}, None),
        (None, None),
        ([], None),
    ],
)
def test_the_forms_in_which_servers_say_a_cost(usage, cost):
    assert reported_cost(usage) == (None if cost is None else Decimal(cost))


@BOTH_WAYS
def test_a_server_of_ones_own_is_free_but_for_a_configured_price(stream):
    with serving("ollama") as server:
        free = ask(litellm_at(server), stream=stream).usage
        own = {MODELS["ollama"]: ModelFacts(Decimal(1), Decimal(1))}
        paid = ask(litellm_at(server, prices=own), stream=stream).usage
    assert (free.price_source, free.usd_micros, free.usd_nanos) == ("local", 0, 0)
    assert (paid.price_source, paid.usd_nanos) == ("configuration", 16_000)
