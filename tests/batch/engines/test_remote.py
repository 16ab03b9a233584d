"""A provider whose calls are made elsewhere behaves as any other one."""

import threading

import pytest

from hello_llm.batch.engines.remote import RemoteProvider
from hello_llm.calls.hold import Hold
from hello_llm.calls.metered import MeteredProvider
from hello_llm.calls.purse import Purse
from hello_llm.contract import (
    AuthError,
    ChatRequest,
    Finished,
    LLMProvider,
    Started,
    UnreachableError,
    fold,
)
from hello_llm.engine import Candidate, RetryPolicy, Turn
from hello_llm.engine.pace import HostPace, LostCallError
from hello_llm.settings.fields import Settings
from tests.batch.engines.clusters import Here

REQUEST = ChatRequest.from_prompt("hi")


def turn(provider, retries=0):
    pace = HostPace("mock", 60.0, most=4)
    candidates = [Candidate(REQUEST, lambda: provider, "mock", pace)]
    retry = RetryPolicy(retries, draw=lambda _low, _high: 0.0)
    return Turn(candidates, stream=False, retry=retry)


def test_it_is_a_provider():
    provider = RemoteProvider(Settings(), Here())
    assert isinstance(provider, LLMProvider)
    assert provider.name == "mock"


def test_a_whole_reply():
    cluster = Here()
    assert RemoteProvider(Settings(), cluster).chat("hi").text == "Hello! You said: hi"
    assert [row["stream"] for row in cluster.rows] == [False]


def test_a_streamed_reply_comes_whole():
    cluster = Here()
    started, finished = RemoteProvider(Settings(), cluster).stream_chat("hi")
    assert started == Started("mock", "mock")
    assert isinstance(finished, Finished)
    assert finished.reply.text == "Hello! You said: hi"
    assert [row["stream"] for row in cluster.rows] == [True]


def test_a_missing_key_is_to_be_put_where_the_calls_are_made():
    settings = Settings(provider="litellm", model="openai/tiny")
    with pytest.raises(AuthError) as missing:
        RemoteProvider(settings, Here()).chat(ChatRequest.from_prompt("hi", model="openai/tiny"))
    assert missing.value.message == (
        "where the calls are made, OPENAI_API_KEY is not set, and openai/tiny needs it"
    )
    assert missing.value.hint == "put it there"


@pytest.mark.parametrize("stream", [False, True])
def test_closing_ends_a_call_in_another_thread(stream):
    cluster, ended = Here(hangs=True), []
    provider = RemoteProvider(Settings(), cluster)
    events = provider.stream_chat("hi")

    def ask():
        with pytest.raises(UnreachableError) as stopped:
            fold(events) if stream else provider.chat("hi")
        ended.append(stopped.value)

    thread = threading.Thread(target=ask)
    thread.start()
    assert cluster.waiting.wait(10)
    (events if stream else provider).close()
    thread.join(10)
    assert [error.message for error in ended] == ["the call was stopped"]
    assert cluster.cancelled.is_set()


def test_it_can_be_used_again_after_closing():
    provider = RemoteProvider(Settings(), Here())
    provider.close()
    assert provider.chat("hi").text == "Hello! You said: hi"


def test_a_lost_call_is_asked_again_however_few_retries_there_are():
    cluster = Here(losses=5)
    reply = fold(turn(RemoteProvider(Settings(), cluster), retries=0))
    assert reply.text == "Hello! You said: hi"
    assert (reply.attempts, len(cluster.rows)) == (6, 6)


def test_a_call_that_breaks_every_machine_is_given_up():
    cluster = Here(losses=1000)
    with pytest.raises(UnreachableError, match=r"^12 machines in a row were lost"):
        fold(turn(RemoteProvider(Settings(), cluster), retries=2))
    assert len(cluster.rows) == 12


def test_losses_count_from_the_last_answer():
    cluster = Here(losses=6)
    provider = RemoteProvider(Settings(), cluster)
    fold(turn(provider))
    cluster.losses = 6
    assert fold(turn(provider)).text == "Hello! You said: hi"


def test_each_lost_call_is_counted_as_paid_for():
    purse = Purse(1000)

    def reserve(request):
        purse.reserve(100, None)
        return Hold(request, 100, purse, None, lambda _: None)

    fold(turn(MeteredProvider(RemoteProvider(Settings(), Here(losses=3)), reserve)))
    assert purse.counted_nano_usd == 300  # and nothing for the mock's answer


def test_a_lost_call_says_so():
    with pytest.raises(LostCallError):
        RemoteProvider(Settings(), Here(losses=1)).chat("hi")
