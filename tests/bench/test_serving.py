"""The servers of the benchmark answer, each in a process of its own."""

import json

import httpx
import pytest

from tests.bench import instant, local_model
from tests.bench import test_serving as no_server
from tests.bench.processes import FailedRunError
from tests.bench.serving import started


def ask(base, **asked):
    with httpx.Client(trust_env=False, timeout=60) as client:
        return client.post(f"{base}/chat/completions", json=asked).text


def deltas(text):
    *frames, end, rest = text.split("\n\n")
    assert (end, rest) == ("data: [DONE]", "")
    return [json.loads(frame.removeprefix("data: ")) for frame in frames]


def test_a_stream_has_as_many_tokens_as_were_asked_for():
    with instant.serving() as base:
        values = deltas(ask(base, model="tokens-3", stream=True))
    words = [value["choices"][0]["delta"].get("content") for value in values[:4]]
    assert words == ["the ", "quick ", "**brown** ", None]
    assert values[-1]["usage"]["completion_tokens"] == 3


def test_a_whole_answer_has_as_many_tokens_as_were_asked_for():
    with instant.serving() as base:
        text = ask(base, model="tokens-3", stream=False)
    assert json.loads(text)["choices"][0]["message"]["content"] == "the quick **brown** "


def test_a_server_lives_as_long_as_its_block():
    with started(instant) as base:
        assert "the quick" in ask(base, model="tokens-3", stream=False)
    with pytest.raises(httpx.ConnectError):
        ask(base, model="tokens-3", stream=False)


def test_a_server_that_does_not_start_is_no_server():
    with pytest.raises(FailedRunError, match="did not start"), started(no_server):
        pass


@pytest.mark.integration
def test_the_local_model_answers_with_as_many_tokens_as_were_asked_for():
    message = {"role": "user", "content": "hi"}
    with started(local_model) as base:
        text = ask(base, model=local_model.NAME, stream=False, max_tokens=5, messages=[message])
    assert json.loads(text)["usage"]["completion_tokens"] == 5
