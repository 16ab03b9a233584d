"""The model that a server says answers, read on the wire in every protocol."""

import json
import threading
from contextlib import closing, contextmanager, suppress

import pytest

from hello_llm.contract import ExitCode, HelloLLMError, LLMReply, fold
from hello_llm.providers.factory import get_provider
from tests.faults.fault import EVERYWHERE, KEY, KEY_VARIABLE, Fault, Outcome
from tests.faults.odd_answers import changed
from tests.faults.protocols import PROTOCOLS
from tests.faults.stage import staged
from tests.providers.subjects import outcome, wait_until

PLACES = ("response", "message")


def named(*names):
    """The change that names one of `names` in each value, and the last of them ever after."""
    left = list(names)

    def change(value, _protocol):
        name = left.pop(0) if len(left) > 1 else left[0]
        for place in (value, *(value.get(key) for key in PLACES)):
            for key in ("model", "modelVersion"):
                if isinstance(place, dict) and key in place:
                    place[key] = name

    return change


@contextmanager
def provider_at(protocol, play):
    """The provider for a server that plays `play` in `protocol`."""
    fault = Fault(
        name="named", group="models", meaning="", play=play, outcome=Outcome(exit_code=ExitCode.OK)
    )
    with staged(fault, protocol) as stage:
        yield get_provider(
            "litellm",
            model=PROTOCOLS[protocol].model("asked-for"),
            api_base=stage.api_base,
            api_key_env=KEY_VARIABLE,
            environ={KEY_VARIABLE: KEY},
        )


def served(protocol, *names, stream):
    with provider_at(protocol, changed(named(*names))) as provider:
        reply = outcome(provider, stream=stream)
    assert isinstance(reply, LLMReply), reply
    assert reply.text == "Hello, world!"
    return reply


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("protocol", EVERYWHERE)
def test_the_name_is_the_servers_own_whatever_was_asked_for(protocol, stream):
    reply = served(protocol, "tiny-2025-01-01", stream=stream)
    assert (reply.model_served, reply.also_served) == ("tiny-2025-01-01", ())
    assert reply.model == PROTOCOLS[protocol].model("asked-for")


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("protocol", EVERYWHERE)
@pytest.mark.parametrize("name", [None, "", " \n", 5, True, ["a"], {"a": "b"}])
def test_what_is_no_name_is_none(protocol, name, stream):
    assert served(protocol, name, stream=stream).model_served is None


@pytest.mark.parametrize("protocol", EVERYWHERE)
def test_a_name_is_kept_exactly(protocol):
    name = "é\x1b]0;x\x07\n" + "x" * 10_000
    for stream in (True, False):
        assert served(protocol, name, stream=stream).model_served == name


@pytest.mark.parametrize("protocol", ["openai", "responses", "ollama", "gemini", "mistral"])
def test_the_first_name_counts_and_others_are_kept_beside_it(protocol):
    reply = served(protocol, "a", "a", "b", "c", stream=True)
    assert reply.model_served == "a"
    assert reply.also_served[:1] in {("b",), ("c",)}
    assert "a" not in reply.also_served


@pytest.mark.parametrize("protocol", EVERYWHERE)
def test_the_name_is_known_before_the_first_piece_of_the_reply(protocol):
    with (
        provider_at(protocol, changed(named("tiny"))) as provider,
        closing(provider.stream_chat("hi")) as events,
    ):
        known = [list(events.served) for _ in events]
    assert known[1:] == [["tiny"]] * (len(known) - 1)


EARLY = {
    "openai": {"model": "tiny", "choices": [{"index": 0, "delta": {"role": "assistant"}}]},
    "mistral": {"model": "tiny", "choices": [{"index": 0, "delta": {"role": "assistant"}}]},
    "responses": {"type": "response.created", "response": {"model": "tiny", "output": []}},
    "anthropic": {"type": "message_start", "message": {"model": "tiny", "content": []}},
    "ollama": {"model": "tiny", "message": {"role": "assistant", "content": ""}, "done": False},
    "gemini": {"modelVersion": "tiny", "candidates": [{"index": 0}]},
}
"""What each protocol begins with, long before a model that thinks has written anything."""


@pytest.mark.parametrize("protocol", EVERYWHERE)
def test_the_name_is_known_as_soon_as_the_server_has_sent_it(protocol):
    def play(exchange):
        line = json.dumps(EARLY[protocol]).encode() + b"\n"
        exchange.begin()
        exchange.send(line if protocol == "ollama" else b"data: " + line + b"\n")
        exchange.stall()

    with provider_at(protocol, play) as provider:
        events = provider.stream_chat("hi")
        reading = threading.Thread(target=read, args=(events,))
        reading.start()
        try:
            assert wait_until(lambda: list(events.served) == ["tiny"], 30.0)
        finally:
            events.close()
            reading.join(10)


def read(events):
    """Read `events` until they are closed."""
    with suppress(HelloLLMError):
        fold(events)
