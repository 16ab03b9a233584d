"""One turn: its events, its deadline, its partial reply, and that nothing holds up its caller."""

import threading
import time
from dataclasses import replace

import pytest

from hello_llm.contract import (
    AuthError,
    ChatRequest,
    DeadlineError,
    FilteredError,
    Finished,
    LLMReply,
    ServerError,
    Started,
    TextDelta,
    Usage,
    fold,
)
from hello_llm.engine import Deadlines, RetryPolicy, Turn, attempt
from hello_llm.providers.factory import get_provider
from hello_llm.providers.mock.provider import MockProvider
from tests.engine.fakes import REPLY, Fake, candidate
from tests.providers.subjects import wait_until

FLOOD = 1_000_000
"""Pieces that a provider sends faster than anybody reads."""


def turn(provider, *, stream=True, timeout=0.0, clock=time.monotonic):
    """A turn of `provider` alone, with one attempt."""
    return Turn(
        [candidate(provider)],
        stream=stream,
        deadlines=Deadlines(total_s=timeout),
        retry=RetryPolicy(retries=0),
        clock=clock,
    )


def test_the_events_are_those_of_the_provider():
    events = [Started("fake", "mock/echo"), TextDelta("Hello"), Finished(REPLY)]
    assert list(turn(Fake(*events))) == events


def test_a_call_without_streaming_starts_and_finishes():
    assert list(turn(Fake(Finished(REPLY)), stream=False)) == [
        Started("fake", "mock/echo"),
        Finished(REPLY),
    ]


def test_the_mock_answers_the_same_either_way():
    streamed = fold(turn(MockProvider()))
    assert streamed.text == fold(turn(MockProvider(), stream=False)).text == "Hello! You said: hi"


def test_nothing_starts_before_the_first_event_is_asked_for():
    before = threading.active_count()
    turn(Fake("hang"))
    assert threading.active_count() == before


def test_an_error_is_raised_in_the_callers_thread_with_what_arrived():
    call = turn(Fake(Started("fake", "m"), TextDelta("Hel"), ServerError("it failed")))
    with pytest.raises(ServerError, match=r"^it failed$") as caught:
        list(call)
    assert caught.value.partial is not None
    assert (caught.value.partial.text, caught.value.partial.complete) == ("Hel", False)


def test_a_bug_of_a_provider_passes_through():
    with pytest.raises(ValueError, match=r"^a bug$"):
        list(turn(Fake(ValueError("a bug"))))


def test_nothing_follows_an_error():
    call = turn(Fake(ServerError("it failed")))
    with pytest.raises(ServerError):
        next(call)
    assert list(call) == []


@pytest.mark.parametrize("stream", [True, False])
def test_the_deadline_ends_a_provider_that_hangs(stream):
    provider = Fake(Started("fake", "m"), TextDelta("Hel"), "hang")
    with pytest.raises(DeadlineError) as caught:
        list(turn(provider, stream=stream, timeout=0.05))
    assert caught.value.message == "no complete reply within 0.05 s (the total deadline)"
    assert caught.value.hint == "raise it with --timeout SECONDS, 0 turns it off"
    assert caught.value.partial is not None
    assert caught.value.partial.text == ("Hel" if stream else "")
    assert provider.closed


def test_a_reply_that_drips_meets_the_deadline_too():
    class Dripping(Fake):
        def _play(self):
            while not self.gate.wait(0.01):
                yield TextDelta(".")

    provider = Dripping()
    with pytest.raises(DeadlineError):
        list(turn(provider, timeout=0.1))


@pytest.mark.parametrize("stream", [True, False])
def test_closing_a_turn_that_waits_returns_at_once(stream):
    provider = Fake(Started("fake", "m"), "hang")
    call = turn(provider, stream=stream)
    next(call)
    begun = time.monotonic()
    call.close()
    assert time.monotonic() - begun < 1
    assert provider.closed
    assert list(call) == []


def test_what_has_arrived_can_be_asked_for_at_any_time():
    call = turn(Fake(Started("fake", "m"), TextDelta("Hel"), TextDelta("lo"), "hang"))
    next(call), next(call)
    assert (call.partial().text, call.partial().attempts) == ("Hel", 1)
    call.close()


def test_a_filtered_reply_is_an_error_that_keeps_it():
    filtered = replace(REPLY, finish_reason="content_filter")
    with pytest.raises(FilteredError) as caught:
        list(turn(Fake(Finished(filtered))))
    assert caught.value.partial == filtered


def test_the_partial_reply_of_the_provider_is_kept():
    own = replace(REPLY, complete=False, finish_reason=None, request_id="req_1")
    with pytest.raises(ServerError) as caught:
        list(turn(Fake(Started("fake", "m"), ServerError("it failed", partial=own))))
    assert caught.value.partial == own


@pytest.mark.parametrize("stream", [True, False])
def test_a_call_that_was_never_made_is_no_attempt(stream):
    provider = get_provider("litellm", environ={})
    request = ChatRequest.from_prompt("hi", model="openai/gpt-4o-mini")
    with pytest.raises(AuthError) as caught:
        list(Turn([candidate(provider, request)], stream=stream))
    assert caught.value.partial == LLMReply(
        text="",
        provider="litellm",
        model="openai/gpt-4o-mini",
        usage=Usage(),
        finish_reason=None,
        complete=False,
        attempts=0,
    )


def test_before_it_starts_nothing_has_arrived_and_nothing_was_tried():
    reply = turn(Fake("hang")).partial()
    assert (reply.text, reply.attempts, reply.complete) == ("", 0, False)


def test_a_turn_that_was_closed_before_it_started_never_starts():
    provider = Fake(Finished(REPLY))
    call = turn(provider)
    call.close()
    assert list(call) == []
    assert provider.closed == 0


def test_the_deadline_counts_from_the_first_event_by_the_clock_it_is_given():
    now = [100.0]
    provider = Fake(Started("fake", "m"), TextDelta("Hel"), "hang")
    call = turn(provider, timeout=30.0, clock=lambda: now[0])
    now[0] = 1000.0
    assert isinstance(next(call), Started)
    now[0] = 1029.9
    assert next(call) == TextDelta("Hel")
    now[0] = 1030.0
    with pytest.raises(
        DeadlineError, match=r"^no complete reply within 30 s \(the total deadline\)$"
    ):
        next(call)


def test_what_had_already_come_is_given_before_the_deadline_is_told():
    now = [0.0]
    provider = Fake(Started("fake", "m"), TextDelta("Hel"), "hang")
    call = turn(provider, timeout=1.0, clock=lambda: now[0])
    assert isinstance(next(call), Started)
    assert wait_until(lambda: provider.taken == 2)
    now[0] = 2.0
    assert next(call) == TextDelta("Hel")
    with pytest.raises(DeadlineError):
        next(call)


class Flood(Fake):
    """A provider that yields pieces as fast as they are taken."""

    def _play(self):
        for _ in range(FLOOD):
            if self.gate.is_set():
                return
            yield TextDelta(".")
            self.taken += 1


def test_a_flood_that_nobody_reads_is_held_back():
    provider, others = Flood(), set(threading.enumerate())
    call = turn(provider)
    next(call)
    assert wait_until(lambda: provider.taken >= attempt.MOST_AHEAD)
    call.close()
    assert wait_until(lambda: others.issuperset(threading.enumerate()))
    assert provider.taken <= attempt.MOST_AHEAD + 2


def overdue():
    """A flood, and a turn that has read one piece of it and reached its deadline."""
    now = [0.0]
    provider = Flood()
    call = turn(provider, timeout=1.0, clock=lambda: now[0])
    next(call)
    assert wait_until(lambda: provider.taken > 200)
    now[0] = 1.0
    return provider, call


def test_the_rest_of_a_flood_comes_in_one_piece_at_the_deadline():
    _, call = overdue()
    assert len(next(call).text) > 100
    with pytest.raises(DeadlineError):
        next(call)


def test_a_flood_meets_the_deadline_though_its_reader_is_slower():
    provider, call = overdue()
    with pytest.raises(DeadlineError) as caught:
        list(call)
    assert provider.closed
    assert caught.value.partial is not None
    assert 100 < len(caught.value.partial.text) < FLOOD


def test_a_reply_that_was_there_in_time_is_delivered_however_late_it_is_read():
    now = [0.0]
    provider = Fake(Started("fake", "m"), Finished(REPLY))
    call = turn(provider, timeout=1.0, clock=lambda: now[0])
    next(call)
    assert wait_until(lambda: provider.taken == 2)
    now[0] = 5.0
    assert list(call) == [Finished(REPLY)]


def test_what_comes_after_the_close_is_dropped():
    provider = Fake(Started("fake", "m"), "hang", TextDelta("late"))
    call = turn(provider)
    next(call)
    call.close()
    assert list(call) == []
    assert call.partial().text == ""
