"""Limits the replies of requests that have no limit, while there is a limit on spending."""

from dataclasses import replace

from hello_llm.contract import ChatRequest
from hello_llm.prices.bound import BILLION, Bound, bound
from hello_llm.prices.model import Model

USUAL_TOKENS = 8192
"""The limit, unless the model's own is smaller; longer replies are rare."""
FEWEST_TOKENS = 256
"""The smallest limit that is set to save money; a call that cannot pay for it is refused."""


def with_output_limit(
    model: Model | None, request: ChatRequest, left_nano_usd: int | None = None
) -> ChatRequest:
    """Return `request` with a limit on the reply; unchanged if it has one, or replies are free.

    Args:
        model: the model that answers; ``None`` if nothing is known of it.
        request: the request.
        left_nano_usd: the money that the call may use up, in billionths of a US dollar; ``None``
            if the limit does not depend on it.
    """
    if request.params.max_tokens is not None:
        return request
    limit = USUAL_TOKENS
    if model is not None and model.max_output is not None:
        limit = min(limit, model.max_output)
    found = bound(model, limited_to(limit, request))
    if isinstance(found, Bound) and not found.output_rate.usd:
        return request
    paid = None if left_nano_usd is None else tokens_for(left_nano_usd, model, request)
    if paid is not None and paid < limit:
        limit = max(paid, min(limit, FEWEST_TOKENS))
    return limited_to(limit, request)


def tokens_for(nano_usd: int, model: Model | None, request: ChatRequest) -> int | None:
    """Return the tokens of a reply that an amount is sure to pay for; ``None`` if unknown."""
    prompt = bound(model, limited_to(0, request))
    if not isinstance(prompt, Bound) or not prompt.output_rate.usd:
        return None
    token = prompt.output_rate.usd * prompt.surcharge * BILLION
    return max(0, int((nano_usd - prompt.nano_usd) / token))


def limited_to(tokens: int, request: ChatRequest) -> ChatRequest:
    """Return `request` with a limit of so many `tokens` on its reply."""
    return replace(request, params=replace(request.params, max_tokens=tokens))
