"""Server answers of wrong shapes: no text is lost while the reply is called complete."""

import copy
import json
import random
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from hello_llm.contract import LLMReply
from hello_llm.providers.factory import get_provider
from hello_llm.providers.litellm.loader import load
from tests.faults.odd_answers import Body, parsed
from tests.faults.protocols import PROTOCOLS
from tests.providers.subjects import outcome
from tests.servers import Script, ScriptedServer, ToolCall

SENTINEL = "needle"
_SCRIPT = Script(
    chunks=("Hay ", SENTINEL, " stack"),
    reasoning=("Hm",),
    tool_calls=(ToolCall("call_1", "look", ('{"a":', " 1}")),),
    finish="tool_calls",
)
_ODD: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    1,
    -1,
    12.5,
    10**30,
    float("nan"),
    "",
    "x",
    "stop",
    [],
    {},
    [None],
    ["x"],
    [[]],
    {"text": "x"},
    {"type": "text", "text": "x"},
    [{"type": "text", "text": "x"}],
    {"a": {"b": []}},
)
"""What takes the place of a value."""


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each container in `value` with each of its keys or positions."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in list(items):
        yield value, key
        if isinstance(item, dict | list):
            yield from places(item)


def mutated(value: Any, chance: random.Random) -> Any:
    """Return `value` with something in it that nobody expects; its text stays in it."""
    value = copy.deepcopy(value)
    container, key = chance.choice(list(places(value)))
    old = container[key]
    match chance.randrange(6):
        case 0:
            container[key] = chance.choice(_ODD)
        case 1:
            container[key] = [old]
        case 2:
            container[key] = {chance.choice(("text", "content", "x", "value")): old}
        case 3:
            container[key] = [chance.choice(_ODD), old]
        case 4 if isinstance(old, list):
            container[key] = [*old, *old] if chance.random() < 0.5 else old[::-1]
        case 5 if isinstance(container, dict) and isinstance(old, dict):
            container[str(key) + "_"] = container.pop(key)
        case _:
            container[key] = [old, old]
    return value


def body_of(protocol: str, chance: random.Random, *, stream: bool) -> tuple[bytes, str]:
    """Return a body with something odd in it, and its media type."""
    dialect = PROTOCOLS[protocol].dialect
    asked = {"model": "m", "stream": stream}
    if not stream:
        whole = json.loads(dialect.whole(_SCRIPT, asked))
        for _ in range(chance.randint(1, 3)):
            whole = mutated(whole, chance)
        return json.dumps(whole).encode(), "application/json"
    values, done = parsed(dialect.frames(_SCRIPT, asked))
    for _ in range(chance.randint(1, 3)):
        place = chance.randrange(len(values))
        values[place] = mutated(values[place], chance)
    frames = Body(by_lines=protocol == "ollama").written(values, done=done)
    return b"".join(frames), dialect.stream_type


@pytest.fixture(autouse=True)
def _quiet_litellm() -> None:
    """Load LiteLLM, and let it warn of what it does wrong inside."""
    load()
    warnings.simplefilter("ignore")


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("protocol", ["openai", "anthropic", "ollama", "gemini", "mistral"])
@pytest.mark.parametrize("examples", [40, pytest.param(300, marks=pytest.mark.fuzz)])
def test_no_text_is_missing_from_a_reply_that_is_called_complete(
    protocol: str, examples: int, *, stream: bool
):
    spoken = PROTOCOLS[protocol]
    with ScriptedServer(spoken.dialect) as server:
        for seed in range(examples):
            chance = random.Random(f"{protocol} {stream} {seed}")
            body, kind = body_of(protocol, chance, stream=stream)
            server.play(Script(body=body, headers=(("Content-Type", kind),)))
            provider = get_provider(
                "litellm",
                model=f"{protocol}/m",
                api_base=server.url + spoken.base_path,
                timeout=10.0,
            )
            answer = outcome(provider, stream=stream)
            if isinstance(answer, LLMReply) and SENTINEL.encode() in body:
                assert SENTINEL in answer.text, f"seed {seed}: {body!r}"
