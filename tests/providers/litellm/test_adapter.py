"""Whatever JSON a server sends, a call ends in a reply or in an error of ours."""

import json
import random
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from hello_llm.contract import HelloLLMError, LLMReply
from tests.providers.subjects import PROTOCOLS, litellm_at, outcome, serving
from tests.servers import Anthropic, Dialect, Ollama, OpenAI, Script, ToolCall

ASKED = {"model": "m"}
SCRIPT = Script(tool_calls=(ToolCall("call_1", "add", ('{"a": 1}',)),), finish="tool_calls")
DIALECTS: dict[str, Dialect] = {"openai": OpenAI(), "ollama": Ollama(), "anthropic": Anthropic()}
ODD: list[Any] = [
    None,
    5,
    -1,
    1.5,
    10**30,
    "x",
    "",
    [],
    {},
    [None],
    ["x"],
    [{}],
    {"a": 1},
    True,
    "\ud800",
]
TRIES = 15


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The ways to everything in `value`."""
    keys = value if isinstance(value, dict) else range(len(value) if isinstance(value, list) else 0)
    for key, item in ((key, value[key]) for key in keys):
        yield (*path, key)
        yield from paths(item, (*path, key))


def spoilt(value: Any, dice: random.Random) -> Any:
    """`value`, one thing in it left out or replaced."""
    value = deepcopy(value)
    *way, last = dice.choice(list(paths(value)))
    inner = value
    for key in way:
        inner = inner[key]
    if dice.random() < 0.25:
        del inner[last]
    else:
        inner[last] = dice.choice(ODD)
    return value


def spoilt_stream(dialect: Dialect, dice: random.Random) -> bytes:
    """A stream of which one frame is spoilt."""
    frames = list(dialect.frames(SCRIPT, ASKED))
    number = dice.choice([index for index, frame in enumerate(frames) if b"{" in frame])
    start = frames[number].index(b"{")
    value = json.loads(frames[number][start:])
    frames[number] = frames[number][:start] + json.dumps(spoilt(value, dice)).encode() + b"\n\n"
    return b"".join(frames)


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_odd_json_is_never_a_bug(protocol, stream):
    dice, dialect = random.Random(protocol), DIALECTS[protocol]
    with serving(protocol) as server:
        for _ in range(TRIES):
            if stream:
                body = spoilt_stream(dialect, dice)
            else:
                whole = json.loads(dialect.whole(SCRIPT, ASKED))
                body = json.dumps(spoilt(whole, dice)).encode()
            server.play(Script(body=body))
            found = outcome(litellm_at(server), stream=stream)
            assert isinstance(found, LLMReply | HelloLLMError)
