"""No call costs more than its bound, however much its server claims within the protocol."""

import json
import random
from typing import Any

import pytest

from hello_llm.calls.money import Meter
from hello_llm.contract import ChatRequest, LLMReply, Params, fold
from hello_llm.prices.bound import Bound
from hello_llm.providers.factory import get_provider
from hello_llm.settings.resolve import resolve
from tests.cli.money.crowd import ledger
from tests.ledger.reading import rows
from tests.servers import Anthropic, OpenAI, Script, ScriptedServer

CALLS = 500
LENGTHS = (1, 1000, 150_000, 300_000)
EVENTS = (("content-type", "text/event-stream"),)


def parts(rng: random.Random, total: int, count: int) -> list[int]:
    """Split `total` at random, or give all of it to one part."""
    cuts = sorted(rng.choice((0, total, rng.randint(0, total))) for _ in range(count - 1))
    return [end - start for start, end in zip([0, *cuts], [*cuts, total], strict=True)]


def openai_answer(rng: random.Random, found: Bound, *, stream: bool) -> Script:
    usage = {
        "prompt_tokens": found.input_tokens,
        "completion_tokens": found.output_tokens,
        "total_tokens": found.input_tokens + found.output_tokens,
        "prompt_tokens_details": {"cached_tokens": parts(rng, found.input_tokens, 2)[0]},
        "completion_tokens_details": {"reasoning_tokens": parts(rng, found.output_tokens, 2)[0]},
    }
    said = {"role": "assistant", "content": "Hi"}
    choice = {"index": 0, "finish_reason": "stop", "delta" if stream else "message": said}
    kind = "chat.completion.chunk" if stream else "chat.completion"
    head = {"id": "1", "object": kind, "created": 1, "model": "x"}
    tier = rng.choice(({}, {"service_tier": "priority"}, {"service_tier": "default"}))
    whole = json.dumps(head | tier | {"choices": [choice], "usage": usage})
    if not stream:
        return Script(body=whole.encode())
    return Script(body=f"data: {whole}\n\ndata: [DONE]\n\n".encode(), headers=EVENTS)


def anthropic_answer(rng: random.Random, found: Bound, *, stream: bool) -> Script:
    plain, read, hour, minutes = parts(rng, found.input_tokens, 4)
    usage: dict[str, Any] = {
        "input_tokens": plain,
        "cache_read_input_tokens": read,
        "cache_creation_input_tokens": hour + minutes,
        "cache_creation": {
            "ephemeral_1h_input_tokens": hour,
            "ephemeral_5m_input_tokens": minutes,
        },
        "output_tokens": found.output_tokens,
        **rng.choice(({}, {"inference_geo": "us"}, {"service_tier": "standard"})),
    }
    text = {"type": "text", "text": "Hi"}
    message: dict[str, Any] = {"id": "m", "type": "message", "role": "assistant", "model": "x"}
    if not stream:
        whole = message | {"content": [text], "stop_reason": "end_turn", "usage": usage}
        return Script(body=json.dumps(whole).encode())
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": message | {"content": [], "usage": usage}},
        {"type": "content_block_start", "index": 0, "content_block": text | {"text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hi"}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": usage},
        {"type": "message_stop"},
    ]
    frames = (f"event: {one['type']}\ndata: {json.dumps(one)}\n\n" for one in events)
    return Script(body="".join(frames).encode(), headers=EVENTS)


ANSWERS: dict[str, tuple[Any, str, Any]] = {
    "openai": (OpenAI, "/v1", openai_answer),
    "anthropic": (Anthropic, "", anthropic_answer),
}


def call(provider: Any, request: ChatRequest, *, stream: bool) -> LLMReply:
    return fold(provider.stream_chat(request)) if stream else provider.chat(request)


@pytest.mark.parametrize("vendor", ANSWERS)
def test_the_bound_holds_in_500_random_calls(vendor):
    rng = random.Random(15)
    dialect, path, answer = ANSWERS[vendor]
    given = {"ledger": True}
    with ScriptedServer(dialect()) as server, Meter("chat", resolve(given), 1e6) as meter:
        names = [
            model.name
            for model in meter.catalogue.models(lambda name: name.startswith(f"{vendor}/"))
            if model.mode == "chat" and model.rates and not model.searches
        ]
        for _ in range(CALLS // len(ANSWERS)):
            model, stream = rng.choice(names), rng.random() < 0.5
            params = Params(max_tokens=rng.choice((1, 500, 50_000)))
            request = ChatRequest.from_prompt("x" * rng.choice(LENGTHS), model=model, params=params)
            settings = resolve({**given, "model": model})
            found = meter.plan(settings, request).cost
            assert isinstance(found, Bound), (model, found)
            server.play(answer(rng, found, stream=stream))
            plain = get_provider("litellm", model=model, api_base=server.url + path, timeout=60.0)
            reply = call(meter.around(plain, settings), request, stream=stream)
            cost = reply.usage.usd_nanos
            assert cost is not None, model
            assert cost <= found.nano_usd, (model, found.words, reply.usage)
        counted = sum(cost for (cost,) in rows(ledger(), "settled_nano"))
        assert meter.purse is not None
        assert meter.purse.counted_nano_usd == counted
    held = rows(ledger(), "settled_nano <= bound_nano")
    assert held == [(1,)] * (CALLS // len(ANSWERS))
