"""The real thing: SmolLM2 in llama.cpp, through LiteLLM, by the command and from Python."""

import json
import subprocess
import sys

import jsonschema
import pytest

from hello_llm import Finished, TextDelta, get_provider
from hello_llm.local import find_weights, serve
from hello_llm.rendering.json.schemas import load_schema

pytestmark = pytest.mark.integration

COMMAND = [
    *(sys.executable, "-m", "hello_llm", "chat", "--provider", "litellm"),
    *("--model", "local/smollm2", "--temperature", "0", "--seed", "1", "--max-tokens", "24"),
]


def ask(*flags):
    """Run the command on the local model and return how it ended."""
    return subprocess.run(
        [*COMMAND, *flags, "Say hello."],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
    )


def test_events_stream_and_end_in_a_counted_free_reply():
    done = ask("--stream", "--json", "--quiet")
    assert (done.returncode, done.stderr) == (0, b"")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    for event in events:
        jsonschema.validate(event, load_schema("events"))
    end = events[-1]
    assert [events[0]["event"], end["event"]] == ["start", "end"]
    deltas = [event["text"] for event in events if event["event"] == "delta"]
    assert len(deltas) > 1
    assert "".join(deltas) == end["text"] != ""
    usage = end["usage"]
    assert usage["tokens_in"] > 0
    assert 0 < usage["tokens_out"] <= 24
    assert 0 < usage["first_token_ms"] <= usage["latency_ms"]
    assert (usage["usd_micros"], end["provider"], end["model"]) == (0, "litellm", "local/smollm2")


def test_the_same_request_gives_the_same_text_streamed_or_whole():
    streamed, whole = ask("--stream"), ask("--no-stream")
    assert (streamed.returncode, whole.returncode) == (0, 0)
    assert streamed.stdout == whole.stdout != b""


def test_from_python_the_server_is_gone_after_its_block():
    with serve(find_weights("smollm2", {}), "smollm2") as base:
        provider = get_provider("litellm", model="local/smollm2", api_base=base)
        events = list(provider.stream_chat("Say hello."))
    assert isinstance(events[-1], Finished)
    assert events[-1].reply.usage.usd_micros == 0
    text = "".join(event.text for event in events if isinstance(event, TextDelta))
    assert text == events[-1].reply.text != ""
    after = subprocess.run(
        [*COMMAND[:6], "--model", "openai/x", "--api-base", base, "hi"],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert after.returncode == 6


def test_a_recording_replays_to_the_same_bytes_with_no_server(tmp_path):
    file = tmp_path / "r.jsonl"
    live = ask("--stream", "--json", "--record", file)
    replayed = ask("--stream", "--json", "--provider", "mock", "--replay", file)
    assert (live.returncode, replayed.returncode) == (0, 0)
    assert replayed.stdout == live.stdout != b""
