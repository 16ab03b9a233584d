"""Whole answers and streams, as OpenAI's own client and LiteLLM see them."""

import json
import os
import subprocess
import sys

import openai
import pytest

from tests.serve.running import Running

LITELLM = """
import sys
import litellm

base, prompt, how = sys.argv[1:]
litellm.suppress_debug_info = True
try:
    reply = litellm.completion(
        model="openai/gpt-4o-mini",
        messages=[{"role": "user", "content": prompt}],
        api_base=base,
        api_key="unused",
        stream=how == "stream",
        max_retries=0,
    )
    if how == "stream":
        for chunk in reply:
            print(chunk.choices[0].delta.content or "", end="")
    else:
        print(reply.choices[0].message.content, end="")
except Exception as error:
    print(error)
"""


def ask(text):
    return {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": text}]}


def test_a_whole_answer_has_its_text_usage_and_reason(server: Running):
    reply = server.client().chat.completions.create(**ask("hi"))
    assert reply.object == "chat.completion"
    assert reply.id.startswith("chatcmpl-")
    assert reply.model == "gpt-4o-mini"
    assert reply.choices[0].message.role == "assistant"
    assert reply.choices[0].message.content == "Hello! You said: hi"
    assert reply.choices[0].finish_reason == "stop"
    assert reply.usage.total_tokens == reply.usage.prompt_tokens + reply.usage.completion_tokens


def test_an_answer_says_what_only_we_know(server: Running):
    reply = server.client().chat.completions.create(**ask("hi"))
    own = reply.model_extra["hello_llm"]
    assert own["provider"] == "mock"
    assert own["model"] == "mock/gpt-4o-mini"
    assert own["attempts"] == 1
    assert own["usage"]["usd_micros"] == 0


def test_a_stream_adds_up_to_the_answer(server: Running):
    chunks = list(server.client().chat.completions.create(**ask("slow"), stream=True))
    pieces = [chunk.choices[0].delta.content or "" for chunk in chunks]
    assert "".join(pieces) == "one two three four five"
    assert chunks[0].choices[0].delta.role == "assistant"
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert len({chunk.id for chunk in chunks}) == 1


def test_pieces_arrive_before_the_end(server: Running):
    with server.client().chat.completions.create(**ask("endless"), stream=True) as stream:
        assert next(iter(stream)).choices[0].delta.content


@pytest.mark.parametrize("wanted", [True, False])
def test_a_stream_ends_with_the_usage_if_that_is_wanted(server: Running, wanted):
    options = {"include_usage": wanted}
    chunks = list(
        server.client().chat.completions.create(**ask("slow"), stream=True, stream_options=options)
    )
    assert (chunks[-1].usage is not None) is wanted
    assert bool(chunks[-1].choices) is not wanted


def test_reasoning_and_tool_calls_arrive_both_ways(server: Running):
    client = server.client()
    whole = client.chat.completions.create(**ask("tool")).choices[0]
    assert whole.message.model_extra["reasoning_content"] == "A tool knows."
    assert whole.message.tool_calls[0].function.name == "weather"
    assert json.loads(whole.message.tool_calls[0].function.arguments) == {"city": "Paris"}
    assert whole.finish_reason == "tool_calls"
    with client.chat.completions.stream(**ask("tool")) as stream:
        final = stream.get_final_completion().choices[0]
    assert final.message.tool_calls[0].function.arguments == '{"city": "Paris"}'
    assert final.finish_reason == "tool_calls"


def test_an_answer_that_was_cut_off_says_so(server: Running):
    assert server.client().chat.completions.create(**ask("long")).choices[0].finish_reason == (
        "length"
    )


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("prompt", "kind", "status"),
    [
        ("down", openai.InternalServerError, 503),
        ("busy", openai.RateLimitError, 429),
    ],
)
def test_a_failure_before_the_first_piece_is_a_status(
    server: Running, prompt, kind, status, stream
):
    with pytest.raises(kind) as caught:
        server.client().chat.completions.create(**ask(prompt), stream=stream)
    assert caught.value.status_code == status
    assert caught.value.body["exit_code"] in {5, 8}


def test_a_failure_in_the_middle_is_an_error_and_not_the_end(server: Running):
    pieces: list[str] = []
    stream = server.client().chat.completions.create(**ask("cut"), stream=True)
    with pytest.raises(openai.APIError, match="in the middle") as caught:
        pieces.extend(chunk.choices[0].delta.content for chunk in stream)
    assert "".join(pieces) == "one two "
    assert isinstance(caught.value.body, dict)
    assert caught.value.body["exit_code"] == 9


def test_a_stream_that_failed_has_no_end_marker(server: Running):
    frames = curl(server, {**ask("cut"), "stream": True}).split("\n\n")
    assert "[DONE]" not in "".join(frames)
    error = json.loads(frames[-2].removeprefix("data: "))["error"]
    assert error["code"] == "broken_reply"
    assert error["message"].endswith("in the middle of a reply")


def test_curl_sees_frames_and_the_end_marker(server: Running):
    frames = curl(server, {**ask("hi"), "stream": True}).split("\n\n")
    assert frames[-2:] == ["data: [DONE]", ""]
    for frame in frames[:-2]:
        assert json.loads(frame.removeprefix("data: "))["object"] == "chat.completion.chunk"


@pytest.mark.parametrize("how", ["whole", "stream"])
def test_litellm_is_answered(server: Running, how):
    assert with_litellm(server, "slow", how) == "one two three four five"


def test_litellm_sees_a_failure_in_the_middle(server: Running):
    assert "in the middle of a reply" in with_litellm(server, "cut", "stream")


def with_litellm(server, prompt, how):
    command = [sys.executable, "-c", LITELLM, f"{server.url}/v1", prompt, how]
    environ = {**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    return subprocess.run(command, capture_output=True, text=True, check=True, env=environ).stdout


def curl(server, body):
    command = ["curl", "-sN", f"{server.url}/v1/chat/completions", "--json", json.dumps(body)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
