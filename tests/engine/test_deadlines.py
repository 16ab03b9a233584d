"""The deadlines of a turn: which one passes, when, and what is said."""

import threading
from itertools import count

import pytest

from hello_llm.contract import (
    BrokenReplyError,
    DeadlineError,
    EventStream,
    Finished,
    PipeClosedError,
    Started,
    TextDelta,
)
from hello_llm.engine import Deadlines, RetryPolicy, Turn
from tests.engine.fakes import REPLY, STARTED, Clock, Fake, candidate


def turn(provider, *, stream=True, clock, **deadlines):
    """A turn of `provider` alone, with one attempt."""
    return Turn(
        [candidate(provider)],
        stream=stream,
        deadlines=Deadlines(**deadlines),
        retry=RetryPolicy(retries=0),
        clock=clock,
    )


def ended(call):
    """The events of `call` and the deadline that ended it."""
    events = []
    with pytest.raises(DeadlineError) as caught:
        events.extend(call)
    return caught.value


def ticking(step_s):
    """A clock on which each look takes `step_s`."""
    ticks = count()
    return lambda: next(ticks) * step_s


def test_a_server_that_stays_silent_meets_the_first_token_deadline():
    provider = Fake(STARTED, "hang")
    error = ended(turn(provider, clock=ticking(0.5), first_token_s=2.0, idle_s=1.0))
    assert error.message == "no first token within 2 s (the first token deadline)"
    assert error.hint == "raise it with --first-token-timeout SECONDS, 0 turns it off"
    assert error.transient
    assert provider.closed


def test_a_server_that_falls_silent_meets_the_idle_deadline():
    provider = Fake(STARTED, TextDelta("Hel"), "hang")
    error = ended(turn(provider, clock=ticking(0.5), first_token_s=9.0, idle_s=2.5))
    assert error.message == "no more of the reply within 2.5 s (the idle deadline)"
    assert error.hint == "raise it with --idle-timeout SECONDS, 0 turns it off"
    assert not error.transient
    assert error.partial is not None
    assert error.partial.text == "Hel"
    assert provider.closed


def test_the_total_deadline_wins_where_it_is_nearer():
    provider = Fake(STARTED, "hang")
    error = ended(turn(provider, clock=ticking(0.5), first_token_s=60.0, total_s=3.0))
    assert error.message == "no complete reply within 3 s (the total deadline)"


class TellsOfItsCut(Fake):
    """A provider that has told how it was cut before its close returns."""

    def _play(self):
        self.thread = threading.current_thread()
        yield from super()._play()
        raise BrokenReplyError("the stream was cut off")

    def close(self):
        super().close()
        self.thread.join(10)


def test_what_comes_of_the_cut_is_not_taken_for_the_end_of_the_reply():
    provider = TellsOfItsCut(STARTED, TextDelta("Hel"), "hang")
    error = ended(turn(provider, clock=ticking(0.5), total_s=3.0))
    assert error.message == "no complete reply within 3 s (the total deadline)"
    assert error.partial is not None
    assert error.partial.text == "Hel"


def test_each_piece_starts_the_idle_deadline_anew():
    clock = Clock()
    pieces = [TextDelta(str(number)) for number in range(5)]
    call = turn(Fake(STARTED, *pieces, Finished(REPLY)), clock=clock, idle_s=1.0)
    for _ in call:
        clock.now += 0.9


def test_a_reader_that_takes_its_time_is_no_silence_of_the_server():
    clock = Clock()
    provider = Fake(STARTED, TextDelta("Hel"), TextDelta("lo"), Finished(REPLY))
    call = turn(provider, clock=clock, idle_s=1.0, first_token_s=1.0)
    assert isinstance(next(call), Started)
    for _ in range(2):
        clock.now += 60.0
        assert isinstance(next(call), TextDelta)
    clock.now += 60.0
    assert isinstance(next(call), Finished)


def test_the_time_before_the_request_has_left_does_not_count_for_its_first_token():
    clock = Clock()
    sent: list[int] = []

    class Importing(Fake):
        def stream_chat(self, _request):
            return EventStream(self._play(), self.close, sent=lambda: bool(sent))

    def move():
        clock.now += 0.9
        if clock.now > 105:
            sent.append(1)

    call = turn(Importing(STARTED, "hang"), clock=clock, first_token_s=2.0)
    call.on_wait(move)
    assert "first token" in ended(call).message
    assert 107 < clock.now < 109


def test_a_call_without_streaming_knows_only_the_total_deadline():
    provider = Fake("hang", Finished(REPLY))
    limits = {"first_token_s": 0.001, "idle_s": 0.001, "total_s": 5.0}
    error = ended(turn(provider, stream=False, clock=ticking(1.0), **limits))
    assert "the total deadline" in error.message


def test_without_deadlines_a_turn_waits_and_lets_its_caller_look():
    provider = Fake(STARTED, "hang")

    def leave():
        raise PipeClosedError("gone")

    call = Turn([candidate(provider)], stream=True)
    call.on_wait(leave)
    with pytest.raises(PipeClosedError):
        list(call)
    assert provider.closed


def test_pieces_that_bring_no_event_are_signs_of_life_but_none_of_a_first_token():
    clock, come = Clock(), [0]

    class Numbered(Fake):
        def stream_chat(self, _request):
            return EventStream(self._play(), self.close, lambda: come[0])

    def move():
        clock.now += 0.9
        come[0] += clock.now < 105

    def silent(*events):
        provider = Numbered(*events, "hang")
        call = turn(provider, clock=clock, first_token_s=1.0, idle_s=1.0)
        call.on_wait(move)
        return call

    assert "idle" in ended(silent(STARTED, TextDelta("Hel"))).message
    assert 105 < clock.now < 108
    clock.now = 0.0
    assert "first token" in ended(silent(STARTED)).message
    assert clock.now < 2
