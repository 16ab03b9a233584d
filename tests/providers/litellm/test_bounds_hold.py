"""No price that LiteLLM computes for what a call may use exceeds the bound of the call."""

import random
from collections.abc import Iterator
from typing import Any

import pytest

from hello_llm.contract import ChatRequest, HelloLLMError, Params
from hello_llm.prices.bound import Bound, bound
from hello_llm.prices.catalogue import Catalogue
from hello_llm.prices.model import Model
from hello_llm.providers.http.route import resolve_route_without_key
from hello_llm.providers.litellm.pricing import Price, exact_sum

LENGTHS = (1, 1000, 90_000, 150_000, 300_000, 600_000)
LIMITS = (1, 1000, 50_000)
ANYWHERE = "https://example.com"


def usages(tokens_in: int, tokens_out: int, rng: random.Random) -> Iterator[Any]:
    """Yield the largest usages that fit: plain, cached, written to a cache, and of reasoning."""
    from litellm.types.utils import (
        CacheCreationTokenDetails,
        CompletionTokensDetailsWrapper,
        PromptTokensDetailsWrapper,
        Usage,
    )

    counts = {"prompt_tokens": tokens_in, "completion_tokens": tokens_out}
    counts["total_tokens"] = tokens_in + tokens_out
    yield Usage(**counts)
    hour = CacheCreationTokenDetails(ephemeral_1h_input_tokens=tokens_in)
    for details in (
        {"cached_tokens": rng.randint(0, tokens_in)},
        {"cache_creation_tokens": tokens_in},
        {"cache_creation_tokens": tokens_in, "cache_creation_token_details": hour},
    ):
        yield Usage(**counts, prompt_tokens_details=PromptTokensDetailsWrapper(**details))
    reasoned = CompletionTokensDetailsWrapper(reasoning_tokens=tokens_out)
    yield Usage(**counts, completion_tokens_details=reasoned)
    at_home = Usage(**counts)
    at_home.inference_geo = "us"  # as Anthropic reports it
    yield at_home


def costs(litellm: Any, model: Model, found: Bound, rng: random.Random) -> Iterator[int]:
    """Yield LiteLLM's prices of the usages in billionths; none if it does not know the model."""
    try:
        route = resolve_route_without_key(model.name, api_base=ANYWHERE)
    except HelloLLMError:  # a local model has no other address
        return
    for usage in usages(found.input_tokens, found.output_tokens, rng):
        try:
            priced = litellm.cost_per_token(
                model=route.name, custom_llm_provider=route.vendor, usage_object=usage
            )
        except litellm.exceptions.ModelNotMappedError:
            return
        yield Price(exact_sum(*priced), "list").nanos


@pytest.mark.parametrize("seed", range(4))
def test_the_bound_of_every_listed_model_holds(litellm, seed):
    rng = random.Random(seed)
    seen = 0
    for model in list(Catalogue.installed().models())[seed::4]:
        limit = Params(max_tokens=rng.choice(LIMITS))
        request = ChatRequest.from_prompt("x" * rng.choice(LENGTHS), params=limit)
        found = bound(model, request)
        if isinstance(found, Bound):
            for cost in costs(litellm, model, found, rng):
                assert cost <= found.nano_usd, (model.name, found.words)
                seen += 1
    assert seen > 3000
