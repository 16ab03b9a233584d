"""Calls to the Responses API: which models make them, what leaves, what comes of the replies."""

import json
import subprocess
import sys

import pytest

from hello_llm.contract import (
    BrokenReplyError,
    ChatRequest,
    FilteredError,
    Message,
    Params,
    RequestError,
    ToolCall,
    UsageError,
)
from hello_llm.contract.vendors import LOGIN_VENDORS
from hello_llm.doctor.destination import is_asked_by_responses
from hello_llm.providers.factory import get_provider
from hello_llm.providers.http.route import resolve_route_without_key
from hello_llm.providers.litellm.responses_models import by_responses
from tests.providers.subjects import ask, base_of, timeless
from tests.servers import Responses, Script, ScriptedServer, Tokens
from tests.servers.asking import RICH

EACH_WAY = pytest.mark.parametrize("stream", [True, False])
CHILD = """
import sys
from hello_llm.providers.factory import get_provider

provider = get_provider("litellm", model="openai/o3-pro", api_base=sys.argv[1])
*_, finished = provider.stream_chat("hi")
gateway = {"mcp", "litellm.responses.mcp.litellm_proxy_mcp_handler"}
gateways = sorted(gateway & sys.modules.keys())
print(finished.reply.text, provider.chat("hi").text, gateways)
"""


@pytest.fixture
def server():
    with ScriptedServer(Responses()) as server:
        yield server


def provider_at(server, model="openai/o3-pro"):
    return get_provider("litellm", model=model, api_base=base_of(server), timeout=10.0)


@EACH_WAY
@pytest.mark.parametrize(
    ("model", "micros"),
    [
        ("openai/o3-pro", 7 * 20 + 9 * 80),
        ("openai/gpt-5-pro", 7 * 15 + 9 * 120),
        ("openai/responses/o3-pro", 7 * 20 + 9 * 80),
        ("openai/responses/a-name-of-my-own", None),
    ],
)
def test_everything_in_a_reply_arrives_however_it_was_asked_for(server, model, micros, stream):
    server.play(RICH)
    reply = ask(provider_at(server, model), stream=stream)
    assert (reply.text, reply.reasoning) == ("Grüß dich", "hmm")
    assert reply.tool_calls == (ToolCall("call_1", "add", '{"a": 1, "b": 2}'),)
    assert reply.finish_reason == "tool_calls"
    usage = reply.usage
    assert (usage.tokens_in, usage.tokens_out, usage.usd_micros) == (7, 9, micros)
    assert (usage.tokens_cached, usage.tokens_reasoning) == (3, 2)
    assert [request.path for request in server.requests] == ["/v1/responses"]


def test_a_streamed_reply_is_the_same_as_a_whole_one(server):
    server.play(RICH)
    provider = provider_at(server)
    assert timeless(ask(provider, stream=True)) == timeless(ask(provider, stream=False))


def test_a_stream_is_asked_for_also_of_a_model_that_litellm_does_not_know(server):
    ask(provider_at(server, "openai/responses/mine"), stream=True)
    ask(provider_at(server, "openai/responses/mine"), stream=False)
    assert [request.json().get("stream") for request in server.requests] == [True, False]


@EACH_WAY
def test_azure_is_called_by_our_client_without_a_made_up_key(stream):
    with ScriptedServer(Responses(path="/openai/v1/responses?api-version=preview")) as server:
        provider = get_provider("litellm", model="azure/responses/mine", api_base=server.url)
        assert ask(provider, stream=stream).text == "Hello, world!"
        (request,) = server.requests
    assert "api-key" not in request.headers
    assert request.headers["accept-encoding"] == "identity"


def test_the_whole_conversation_leaves(server):
    call = ToolCall("call_1", "add", '{"a": 1}')
    messages = (
        Message("system", "be brief"),
        Message("user", "add"),
        Message("assistant", "", tool_calls=(call,)),
        Message("tool", "2", tool_call_id="call_1"),
    )
    provider_at(server).chat(ChatRequest(messages, params=Params(max_tokens=100)))
    asked = server.requests[0].json()
    assert asked["instructions"] == "be brief"
    assert asked["max_output_tokens"] == 100
    kinds = [one["type"] for one in asked["input"]]
    assert kinds[0] == "message"
    assert kinds[-2:] == ["function_call", "function_call_output"]


def test_at_ones_own_server_the_parameters_are_those_that_were_typed(server):
    provider_at(server).chat(ChatRequest.from_prompt("hi", params=Params(temperature=0.5)))
    assert server.requests[0].json()["temperature"] == 0.5


@pytest.mark.parametrize(("params", "name"), [({"seed": 1}, "seed"), ({"stop": ("x",)}, "stop")])
def test_a_parameter_that_the_api_lacks_is_refused_and_not_dropped(server, params, name):
    with pytest.raises(RequestError, match=f"^openai/o3-pro does not accept {name}: "):
        provider_at(server).chat(ChatRequest.from_prompt("hi", params=Params(**params)))
    assert server.requests == []


@pytest.mark.parametrize("end", ["fin", "rst"])
def test_a_cut_stream_is_broken_and_its_text_kept(server, end):
    server.play(Script(end=end))
    with pytest.raises(BrokenReplyError) as caught:
        ask(provider_at(server), stream=True)
    assert caught.value.partial is not None
    assert caught.value.partial.text == "Hello, world!"


@EACH_WAY
def test_a_reply_that_the_server_has_not_finished_is_broken(server, stream):
    server.play(Script(finish=None))
    with pytest.raises(BrokenReplyError):
        ask(provider_at(server), stream=stream)


@EACH_WAY
def test_without_counts_from_the_server_none_are_made_up(server, stream):
    server.play(Script(usage=None))
    usage = ask(provider_at(server), stream=stream).usage
    assert (usage.tokens_in, usage.tokens_out, usage.usd_micros) == (None, None, None)


@EACH_WAY
def test_a_refusal_is_no_answer(server, stream):
    refusal = {"type": "refusal", "refusal": "I'd rather not."}
    item = {"type": "message", "id": "m", "role": "assistant", "content": [refusal]}
    response = {"object": "response", "status": "completed", "output": [item]}
    body = json.dumps(response).encode()
    if stream:
        event = {"type": "response.completed", "response": response}
        body = b"data: " + json.dumps(event).encode() + b"\n\n"
    server.play(Script(body=body))
    with pytest.raises(FilteredError, match="I'd rather not"):
        ask(provider_at(server), stream=stream)


@EACH_WAY
def test_what_is_shown_is_what_leaves(server, stream):
    provider = provider_at(server)
    shown = provider.describe("hi", stream=stream)
    ask(provider, stream=stream)
    (request,) = server.requests
    assert (shown.method, shown.url) == ("POST", server.url + "/v1/responses")
    assert shown.body == request.body


def test_a_call_imports_no_gateway(server):
    command = [sys.executable, "-c", CHILD, base_of(server)]
    child = subprocess.run(command, capture_output=True, text=True, check=True)
    assert (child.stdout, child.stderr) == ("Hello, world! Hello, world! []\n", "")


def test_a_vendor_without_the_api_is_a_mistake_in_the_name(server):
    with pytest.raises(UsageError, match=r"^LiteLLM has no Responses API for groq$"):
        provider_at(server, "groq/responses/llama").chat("hi")


def test_a_name_that_is_only_the_prefix_is_none():
    with pytest.raises(UsageError, match=r"^model 'openai/responses/' names no model$"):
        resolve_route_without_key("openai/responses/")


def listed(litellm):
    """Return every model of LiteLLM's list that is called by the Responses API."""
    for name, row in litellm.model_cost.items():
        if row.get("mode") == "responses":
            vendor = row["litellm_provider"]
            yield f"{vendor}/{name.removeprefix(vendor + '/')}"


def test_the_table_alone_says_what_litellm_says_of_each_listed_model(litellm):
    base = "https://somewhere.invalid"
    called = (name for name in listed(litellm) if name.partition("/")[0] not in LOGIN_VENDORS)
    names = [*called, "openai/gpt-4o-mini", "openai/gpt-5", "azure/gpt-4o", "xai/grok-3"]
    assert len(names) > 150
    routes = [resolve_route_without_key(name, api_base=base) for name in names]
    calls_by = {"azure_ai", "meta"}  # LiteLLM has that API for some of their addresses, or not
    told = [(one.typed, is_asked_by_responses(one)) for one in routes if one.vendor not in calls_by]
    asked = [
        (one.typed, by_responses(litellm, one)) for one in routes if one.vendor not in calls_by
    ]
    assert told == asked


@EACH_WAY
def test_counts_stay_with_the_reply_they_belong_to(server, stream):
    server.play(Script(finish="length", usage=Tokens(prompt=3, completion=2)))
    reply = ask(provider_at(server), stream=stream)
    assert (reply.finish_reason, reply.usage.tokens_in, reply.usage.tokens_out) == ("length", 3, 2)
