"""More than one attempt: retries, fallbacks, and the story that the reply tells of them."""

from dataclasses import replace

import pytest

from hello_llm.contract import (
    AuthError,
    BrokenReplyError,
    ChatRequest,
    DeadlineError,
    ExitCode,
    Failure,
    Finished,
    HelloLLMError,
    PipeClosedError,
    RateLimitedError,
    RequestError,
    Retrying,
    ServerError,
    Started,
    TextDelta,
    UnreachableError,
    UsageError,
)
from hello_llm.engine import Acceptance, Candidate, Deadlines, RetryPolicy, Turn
from tests.engine.fakes import REPLY, REQUEST, STARTED, Clock, Fake, Flaky, candidate

OTHER = ChatRequest.from_prompt("hi", model="mock/other")


def busy(**given):
    return ServerError("busy", transient=True, **given)


def turn(*candidates, retries=2, clock=None, **given):
    """A turn with a clock that only sleeps move, and the longest waits that the policy allows."""
    clock = clock or Clock()
    policy = RetryPolicy(retries, draw=lambda _, high: high)
    return Turn(candidates, stream=True, retry=policy, clock=clock, sleep=clock.sleep, **given)


def failure(call):
    """What `call` raises, and the reply as far as it came."""
    with pytest.raises(Exception) as caught:
        list(call)
    assert isinstance(caught.value, HelloLLMError)
    assert caught.value.partial is not None
    return caught.value, caught.value.partial


def test_a_failure_that_may_pass_is_followed_by_another_attempt():
    clock, provider = Clock(), Flaky(busy(), "Hello")
    started, retrying, delta, finished = turn(candidate(provider), clock=clock)
    assert started == STARTED
    assert retrying == Retrying(1, ExitCode.SERVER, "busy", 0.5, "mock/echo")
    assert delta == TextDelta("Hello")
    assert (finished.reply.attempts, finished.reply.failures) == (
        2,
        (Failure("mock/echo", ExitCode.SERVER, "busy"),),
    )
    assert sum(clock.slept) == pytest.approx(0.5)


def test_the_last_failure_is_raised_with_the_count_of_all_attempts():
    provider = Flaky(busy())
    error, reply = failure(turn(candidate(provider)))
    assert isinstance(error, ServerError)
    assert reply.attempts == provider.calls == 3
    assert [one.message for one in reply.failures] == ["busy", "busy"]


def test_a_failure_that_will_not_pass_is_the_end():
    provider = Flaky(AuthError("wrong key"), "Hello")
    assert isinstance(failure(turn(candidate(provider)))[0], AuthError)
    assert provider.calls == 1


def test_once_a_piece_was_shown_there_is_no_other_attempt_and_no_other_model():
    class Breaking(Flaky):
        def _play(self):
            self.calls += 1
            yield STARTED
            yield TextDelta("Hel")
            raise busy()

    first, second = Breaking("x"), Flaky("Hello")
    error, reply = failure(turn(candidate(first), candidate(second)))
    assert isinstance(error, ServerError)
    assert (first.calls, second.calls, reply.text) == (1, 0, "Hel")


def test_a_wait_lets_its_caller_look_every_fifth_of_a_second():
    clock, looks = Clock(), []
    call = turn(candidate(Flaky(busy(), "Hello")), clock=clock)
    call.on_wait(lambda: looks.append(1))
    list(call)
    assert clock.slept == pytest.approx([0.2, 0.2, 0.1])
    assert len(looks) >= 3


def test_a_reader_that_leaves_during_a_wait_ends_the_turn():
    def leave():
        raise PipeClosedError("gone")

    provider = Flaky(busy(), "Hello")
    call = turn(candidate(provider))
    call.on_wait(leave)
    error, reply = failure(call)
    assert isinstance(error, PipeClosedError)
    assert (provider.calls, reply.attempts) == (1, 1)


def test_no_wait_goes_past_the_total_deadline():
    clock, provider = Clock(), Flaky(busy(retry_after_s=10.0), "Hello")
    limits = Deadlines(total_s=9.0)
    error, _ = failure(turn(candidate(provider), clock=clock, deadlines=limits))
    assert error.message == "busy; it asks to wait 10 s"
    assert (clock.slept, provider.calls) == ([], 1)


def test_a_wait_as_long_as_the_server_asks():
    clock = Clock()
    list(turn(candidate(Flaky(busy(retry_after_s=1.25), "Hello")), clock=clock))
    assert sum(clock.slept) == pytest.approx(1.25)


@pytest.mark.parametrize(
    "error",
    [
        RateLimitedError("quota"),
        UnreachableError("nobody"),
        DeadlineError("late"),
        ServerError("broken"),
    ],
)
def test_the_next_model_is_asked_where_the_one_before_is_unavailable(error):
    first, second = Flaky(error), Flaky("Hello")
    events = list(turn(candidate(first), candidate(second, OTHER)))
    assert events[:2] == [
        STARTED,
        Retrying(1, error.exit_code, error.message, 0.0, "mock/other"),
    ]
    assert events[-1].reply.attempts == 2
    assert events[-1].reply.failures == (Failure("mock/echo", error.exit_code, error.message),)


def test_the_next_model_comes_after_the_retries_of_the_one_before_and_has_its_own():
    first, second, third = Flaky(busy()), Flaky(busy()), Flaky("Hello")
    *_, finished = turn(candidate(first), candidate(second, OTHER), candidate(third), retries=1)
    assert (first.calls, second.calls, third.calls) == (2, 2, 1)
    assert finished.reply.attempts == 5
    assert [one.model for one in finished.reply.failures] == [
        "mock/echo",
        "mock/echo",
        "mock/other",
        "mock/other",
    ]


@pytest.mark.parametrize("error", [AuthError("key"), BrokenReplyError("odd"), UsageError("bad")])
def test_no_other_model_is_asked_where_the_fault_is_not_that_of_the_place(error):
    second = Flaky("Hello")
    assert failure(turn(candidate(Flaky(error)), candidate(second)))[0] is error
    assert second.calls == 0


def test_a_model_is_only_opened_when_its_turn_has_come():
    opened = []

    def opening(name):
        def provider():
            opened.append(name)
            return Flaky("Hello")

        return Candidate(REQUEST, provider, "fake")

    list(turn(opening("first"), opening("second")))
    assert opened == ["first"]


def test_a_model_that_cannot_be_opened_ends_the_turn_in_its_own_name():
    def fail():
        raise UsageError("no such file")

    error, reply = failure(
        turn(candidate(Flaky(busy())), Candidate(OTHER, fail, "fake"), retries=0)
    )
    assert error.message == "no such file"
    assert (reply.model, reply.attempts) == ("mock/other", 1)


def test_out_of_time_there_is_no_other_model():
    clock, second = Clock(), Flaky("Hello")

    class Late(Flaky):
        def _play(self):
            clock.now += 10.0
            yield from super()._play()

    call = turn(
        candidate(Late(busy())), candidate(second), clock=clock, deadlines=Deadlines(total_s=5.0)
    )
    assert isinstance(failure(call)[0], ServerError)
    assert second.calls == 0


def test_a_reply_at_its_limit_of_tokens_is_an_error_where_that_was_asked_for():
    short = replace(REPLY, finish_reason="length")
    provider = Fake(Started("fake", "m"), Finished(short))
    error, reply = failure(turn(candidate(provider), acceptance=Acceptance(fail_on_length=True)))
    assert isinstance(error, BrokenReplyError)
    assert error.message == "the reply reached its token limit"
    assert reply == short
    assert list(turn(candidate(provider)))[-1] == Finished(short)


class Watched(Flaky):
    """Notes how it is asked."""

    def __init__(self, *endings):
        super().__init__(*endings)
        self.asked: list[str] = []

    def stream_chat(self, request):
        self.asked.append("stream")
        return super().stream_chat(request)

    def chat(self, request):
        self.asked.append("whole")
        return super().chat(request)


def no_stream():
    return RequestError("it does not stream", refuses_stream=True)


def test_a_stream_that_nobody_requested_is_replaced_by_a_whole_answer_if_it_is_refused():
    provider = Watched(no_stream(), "Hello")
    _, retrying, finished = turn(candidate(provider), retries=0, or_whole=True)
    assert retrying == Retrying(1, ExitCode.REQUEST, "it does not stream", 0.0, "mock/echo", True)
    assert (finished.reply.text, finished.reply.attempts) == ("Hello", 2)
    assert provider.asked == ["stream", "whole"]


def test_a_stream_that_was_requested_is_not_replaced():
    error, partial = failure(turn(candidate(Flaky(no_stream(), "Hello"))))
    assert (error.message, partial.attempts) == ("it does not stream", 1)


def test_a_whole_answer_in_place_of_a_stream_has_all_retries():
    provider = Flaky(no_stream(), busy(), busy(), "Hello")
    *_, finished = turn(candidate(provider), or_whole=True)
    assert (finished.reply.text, finished.reply.attempts) == ("Hello", 4)


def test_a_server_that_refuses_whole_answers_as_streams_ends_the_turn():
    error, partial = failure(turn(candidate(Flaky(no_stream())), or_whole=True))
    assert (error.message, partial.attempts) == ("it does not stream", 2)


def test_another_model_is_asked_for_a_stream_again():
    first, second = Watched(no_stream(), UnreachableError("gone")), Watched("Hello")
    candidates = candidate(first), candidate(second, OTHER)
    *_, finished = turn(*candidates, retries=0, or_whole=True)
    assert (finished.reply.text, first.asked, second.asked) == (
        "Hello",
        ["stream", "whole"],
        ["stream"],
    )
