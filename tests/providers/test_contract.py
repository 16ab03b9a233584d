"""What every provider promises, over the mock and over LiteLLM in three protocols."""

import threading
from collections.abc import Iterator
from dataclasses import fields

import pytest

from hello_llm.contract import (
    ChatRequest,
    EventStream,
    Finished,
    HelloLLMError,
    LLMProvider,
    Params,
    Started,
    StreamEvent,
    TextDelta,
    Usage,
    UsageError,
    fold,
)
from hello_llm.providers.factory import PROVIDER_NAMES, get_provider
from tests.providers.subjects import (
    PROTOCOLS,
    Subject,
    ask,
    litellm_at,
    litellm_subject,
    mock_subject,
    serving,
    timeless,
    wait_until,
)
from tests.servers import Script, ScriptedServer


@pytest.fixture(params=["mock", *PROTOCOLS])
def subject(request) -> Iterator[Subject]:
    """Each provider, LiteLLM once for each protocol."""
    if request.param == "mock":
        yield mock_subject()
        return
    with serving(request.param) as server:
        yield litellm_subject(server)


@pytest.fixture(params=PROTOCOLS)
def stalled(request) -> Iterator[ScriptedServer]:
    """A server that sends its text and then neither ends nor closes."""
    with serving(request.param, Script(end="stall")) as server:
        yield server


def test_a_provider_is_what_the_protocol_says(subject):
    assert isinstance(subject.provider, LLMProvider)
    assert subject.provider.name in PROVIDER_NAMES


def test_plain_text_and_a_request_of_one_user_turn_are_the_same(subject):
    request = ChatRequest.from_prompt("hi")
    assert timeless(subject.provider.chat("hi")) == timeless(subject.provider.chat(request))
    streamed = fold(subject.provider.stream_chat(request))
    assert timeless(fold(subject.provider.stream_chat("hi"))) == timeless(streamed)


def test_the_model_of_the_request_comes_before_that_of_the_provider(subject):
    model = subject.model + "-2"
    reply = subject.provider.chat(ChatRequest.from_prompt("hi", model=model))
    assert (reply.provider, reply.model) == (subject.provider.name, model)
    assert subject.provider.chat("hi").model == subject.model


def test_a_stream_begins_with_started_and_ends_with_finished(subject):
    events = list(subject.provider.stream_chat("hi"))
    assert events[0] == Started(subject.provider.name, subject.model)
    assert isinstance(events[-1], Finished)
    assert {type(event) for event in events[1:-1]} == {TextDelta}


def test_the_deltas_joined_are_the_text_of_the_reply(subject):
    *events, end = subject.provider.stream_chat("hi")
    assert isinstance(end, Finished)
    deltas = [event.text for event in events if isinstance(event, TextDelta)]
    assert deltas  # how many depends on how fast they arrive
    assert all(deltas)
    assert "".join(deltas) == end.reply.text == subject.text


def test_chat_and_the_folded_stream_give_the_same_reply(subject):
    assert timeless(ask(subject.provider, stream=False)) == timeless(
        ask(subject.provider, stream=True)
    )


def test_a_reply_is_complete_and_says_what_it_used(subject):
    usage = ask(subject.provider, stream=True).usage
    assert {field.name for field in fields(Usage)} == {
        "tokens_in",
        "tokens_out",
        "latency_ms",
        "usd_micros",
        "first_token_ms",
        "tokens_cached",
        "tokens_reasoning",
        "estimated",
        "price_source",
        "usd_nanos",
    }
    counted = (usage.tokens_in, usage.tokens_out, usage.latency_ms, usage.usd_micros)
    assert all(isinstance(figure, int) and figure >= 0 for figure in counted)
    assert usage.first_token_ms is not None
    assert usage.latency_ms is not None
    assert 0 <= usage.first_token_ms <= usage.latency_ms
    assert ask(subject.provider, stream=False).usage.first_token_ms is None


def test_every_common_parameter_is_accepted(subject):
    params = Params(temperature=0.0, top_p=1.0, max_tokens=1000, stop=("never said",))
    request = ChatRequest.from_prompt("hi", params=params)
    assert subject.provider.chat(request).text == subject.text


def test_nothing_is_sent_before_the_first_event_is_asked_for(subject):
    stream = subject.provider.stream_chat("hi")
    assert subject.requests == []
    assert isinstance(next(stream), Started)
    assert subject.requests == []
    assert isinstance(next(stream), TextDelta)
    assert len(subject.requests) == (0 if subject.server is None else 1)
    stream.close()


def test_a_wrong_model_is_told_by_the_first_event_not_by_the_call(subject):
    request = ChatRequest.from_prompt("hi", model="gpt-4o-mini")
    stream = subject.provider.stream_chat(request)
    with pytest.raises(UsageError) as streamed:
        next(stream)
    with pytest.raises(UsageError) as whole:
        subject.provider.chat(request)
    assert str(streamed.value) == str(whole.value) == "model 'gpt-4o-mini' has no vendor prefix"
    assert subject.requests == []


def test_a_closed_stream_gives_no_event(subject):
    stream = subject.provider.stream_chat("hi")
    next(stream)
    stream.close()
    assert list(stream) == []
    stream.close()


def test_a_stream_that_was_never_read_closes_without_a_call(subject):
    subject.provider.stream_chat("hi").close()
    assert subject.requests == []


def test_after_the_end_there_is_nothing(subject):
    stream = subject.provider.stream_chat("hi")
    fold(stream)
    assert next(stream, None) is None


def test_a_provider_answers_again_after_it_was_closed(subject):
    subject.provider.close()
    assert subject.provider.chat("hi").text == subject.text


def test_the_server_sees_a_close_from_the_thread_that_reads(stalled):
    stream = litellm_at(stalled).stream_chat("hi")
    assert isinstance(next(stream), Started)
    assert isinstance(next(stream), TextDelta)
    stream.close()
    assert stalled.connections[0].wait_closed(1)


@pytest.mark.parametrize("through", ["the stream", "the provider"])
def test_a_close_from_another_thread_ends_a_stalled_stream_at_once(stalled, through):
    provider = litellm_at(stalled)
    stream = provider.stream_chat("hi")
    reader = _Reader(stream)
    reader.start()
    assert wait_until(lambda: reader.text == "Hello, world!")
    (stream if through == "the stream" else provider).close()
    assert stalled.connections[0].wait_closed(1)
    reader.join(timeout=1)
    assert not reader.is_alive()
    assert not any(isinstance(event, Finished) for event in reader.events)


@pytest.mark.parametrize("through", ["the stream", "the provider"])
def test_a_close_from_another_thread_ends_a_slow_script_at_once(tmp_path, through):
    script = tmp_path / "script.toml"
    script.write_text('version = 1\n[[rule]]\nname = "slow"\ntext = "a"\nchunk_delay = 3600\n')
    provider = get_provider("mock", script=script)
    stream = provider.stream_chat("hi")
    reader = _Reader(stream)
    reader.start()
    assert wait_until(lambda: bool(reader.events))
    (stream if through == "the stream" else provider).close()
    reader.join(timeout=5)
    assert not reader.is_alive()
    assert not any(isinstance(event, Finished) for event in reader.events)


def test_a_close_from_another_thread_ends_a_call_that_does_not_stream(stalled):
    provider = litellm_at(stalled)
    caught: list[HelloLLMError] = []

    def call() -> None:
        try:
            provider.chat("hi")
        except HelloLLMError as error:
            caught.append(error)

    thread = threading.Thread(target=call)
    thread.start()
    assert wait_until(lambda: len(stalled.requests) == 1)
    provider.close()
    assert stalled.connections[0].wait_closed(1)
    thread.join(timeout=1)
    assert len(caught) == 1


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_an_error_carries_what_arrived(protocol, stream):
    with serving(protocol, Script(end="fin")) as server, pytest.raises(HelloLLMError) as caught:
        ask(litellm_at(server), stream=stream)
    partial = caught.value.partial
    assert partial is not None
    assert partial.text == ("Hello, world!" if stream else "")
    assert (partial.complete, partial.finish_reason, partial.attempts) == (False, None, 1)
    assert (partial.usage.tokens_in, partial.usage.tokens_out) == (None, None)


class _Reader(threading.Thread):
    """Reads a stream to its end, whatever that is."""

    def __init__(self, stream: EventStream) -> None:
        super().__init__()
        self.events: list[StreamEvent] = []
        self._stream = stream

    @property
    def text(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, TextDelta))

    def run(self) -> None:
        try:
            for event in self._stream:
                self.events.append(event)
        except HelloLLMError:
            return
