"""Which replies a turn accepts, by the model that the server says answers."""

from dataclasses import replace

import pytest

from hello_llm.contract import (
    BrokenReplyError,
    EventStream,
    Finished,
    HelloLLMError,
    ReasoningDelta,
    ServerError,
    StreamEvent,
    TextDelta,
    ToolCallDelta,
)
from hello_llm.engine import Acceptance, RetryPolicy, Turn
from hello_llm.engine.acceptance import matches
from tests.engine.fakes import REPLY, STARTED, Fake, Flaky, candidate

PINNED = "echo-2025-*"
RIGHT, OTHER = "echo-2025-01-01", "parrot-1"


class Naming(Fake):
    """A provider whose events may be texts of the form ``model:NAME``, which name the model."""

    def __init__(self, *events):
        super().__init__(*events)
        self.named: list[str] = []

    def _play(self):
        for event in super()._play():
            if isinstance(event, str):
                self.named.append(event.removeprefix("model:"))
            else:
                yield event

    def stream_chat(self, _request):
        return EventStream(self._play(), self.close, served=lambda: self.named)


def turn(*providers, require_model=PINNED, stream=True, retries=2):
    return Turn(
        [candidate(provider) for provider in providers],
        stream=stream,
        retry=RetryPolicy(retries=retries, draw=lambda _low, _high: 0.0),
        acceptance=Acceptance(require_model=require_model),
    )


def ended(events):
    """The events, and the error that ended them."""
    seen: list[StreamEvent] = []
    with pytest.raises(HelloLLMError) as raised:
        seen.extend(iter(lambda: next(events), None))
    return seen, raised.value


def served(name, *others):
    return Finished(replace(REPLY, model_served=name, also_served=others))


@pytest.mark.parametrize(
    ("pattern", "accepted"),
    [
        ("echo-2025-01-01", True),
        ("mock/echo-2025-01-01", True),
        ("echo-*", True),
        ("mock/*", True),
        ("echo-2025-0?-0[1-3]", True),
        ("*", True),
        ("echo", False),
        ("Echo-*", False),
        ("other/echo-*", False),
        ("echo-2025-01-0", False),
    ],
)
def test_a_pattern_is_compared_with_the_whole_name_bare_and_after_its_vendor(pattern, accepted):
    assert matches(RIGHT, "mock", pattern) is accepted


def test_a_name_that_contains_a_vendor_of_its_own_is_compared_as_it_is():
    assert matches("openai/gpt-4o", "openrouter", "openai/gpt-4o")
    assert matches("openai/gpt-4o", "openrouter", "openrouter/openai/*")


def test_the_required_model_is_accepted_streamed_and_whole():
    events = (STARTED, f"model:{RIGHT}", TextDelta("Hello"), served(RIGHT))
    assert list(turn(Naming(*events)))[-1] == events[-1]
    assert list(turn(Fake(events[-1]), stream=False))[-1] == events[-1]


@pytest.mark.parametrize(
    "piece", [TextDelta("Hello"), ReasoningDelta("Hm"), ToolCallDelta(0, "c1", "show", "{}")]
)
def test_no_piece_of_another_models_reply_is_shown(piece):
    provider = Naming(STARTED, f"model:{OTHER}", piece, served(OTHER))
    seen, error = ended(turn(provider))
    assert seen == [STARTED]
    assert type(error) is BrokenReplyError
    assert error.message == (
        'the server says that another model answers: "parrot-1", but "echo-2025-*" is required'
    )
    assert error.hint is not None
    assert "--require-model parrot-1" in error.hint
    assert error.partial is not None
    assert (error.partial.text, error.partial.model_served) == ("", OTHER)
    assert (error.partial.complete, error.partial.attempts) == (False, 1)


def test_a_call_is_cut_as_soon_as_the_model_is_known():
    provider = Naming(STARTED, f"model:{OTHER}", "hang", TextDelta("Hello"))
    _, error = ended(turn(provider))
    assert OTHER in error.message
    assert provider.closed
    assert provider.taken == 2


@pytest.mark.parametrize("stream", [True, False])
def test_a_server_that_names_no_model_is_refused(stream):
    events = (STARTED, TextDelta("Hello"), Finished(REPLY))
    seen, error = ended(turn(Naming(*events), stream=stream))
    assert not any(isinstance(event, TextDelta | Finished) for event in seen)
    assert type(error) is BrokenReplyError
    assert error.message == (
        'the server does not say which model answers, but "echo-2025-*" is required'
    )
    assert error.hint == "leave out --require-model: without a name there is nothing to compare"


def test_another_model_in_the_middle_of_a_reply_breaks_it_and_its_beginning_is_kept():
    events = (STARTED, f"model:{RIGHT}", TextDelta("Hel"), f"model:{OTHER}", TextDelta("lo"))
    provider = Naming(*events, served(RIGHT, OTHER))
    _, error = ended(turn(provider))
    assert error.message.startswith("in the middle of the reply, the server says that another")
    assert error.partial is not None
    assert "Hello".startswith(error.partial.text)
    assert (error.partial.model_served, error.partial.also_served) == (RIGHT, (OTHER,))


def test_a_whole_reply_of_another_model_is_kept_but_not_called_complete():
    _, error = ended(turn(Fake(served(OTHER)), stream=False))
    assert type(error) is BrokenReplyError
    assert error.partial == replace(
        REPLY, model_served=OTHER, complete=False, finish_reason=None, attempts=1
    )


def test_another_model_is_neither_asked_again_nor_replaced_by_a_fallback():
    first, second = Flaky("Hello"), Flaky("Hello")
    _, error = ended(turn(first, second))
    assert type(error) is BrokenReplyError
    assert (first.calls, second.calls) == (1, 0)


def test_the_reply_of_a_fallback_has_to_match_as_well():
    down = Flaky(ServerError("down"))
    other = Naming(STARTED, f"model:{OTHER}", TextDelta("Hello"), served(OTHER))
    _, error = ended(turn(down, other))
    assert OTHER in error.message


def test_without_a_required_model_any_will_do():
    events = [STARTED, TextDelta("Hello"), served(OTHER, RIGHT)]
    assert list(turn(Fake(*events), require_model=None)) == events


@pytest.mark.parametrize("name", ["x" * 10_000, "a\x1b[2Jb\nc", "it's; rm -rf $HOME", "ä*"])
def test_a_hostile_name_is_shortened_and_inert_and_no_part_of_a_command(name):
    _, error = ended(turn(Fake(served(name)), stream=False))
    assert len(error.message) < 250
    assert error.message.isprintable()
    assert error.hint is not None
    assert error.hint.startswith("change --require-model")
    assert error.partial is not None
    assert error.partial.model_served == name


def test_a_name_that_is_a_secret_is_not_repeated():
    key = "sk-ant-api03-" + "aB3" * 20
    _, error = ended(turn(Fake(served(key)), stream=False))
    assert key[:16] not in f"{error.message} {error.hint}"


def test_very_many_names_are_each_looked_at_once():
    names = [f"echo-2025-{number}" for number in range(200_000)]
    provider = Naming(STARTED, *(f"model:{name}" for name in names), TextDelta("Hi"), served(RIGHT))
    assert list(turn(provider))[-1] == served(RIGHT)
