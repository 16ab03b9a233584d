"""When a host may be asked: after its pauses, within the rates, as many at a time as it bears."""

from dataclasses import replace

import pytest

from hello_llm.contract import RateLimitedError, ServerError, UnreachableError, Usage
from hello_llm.engine.pace import HostPace, LostCallError, Rates
from tests.engine.fakes import REPLY, REQUEST


class Now:
    def __init__(self):
        self.time = 100.0

    def __call__(self):
        return self.time


@pytest.fixture
def now():
    return Now()


def limited(seconds=None, **rest):
    return RateLimitedError("slowly", transient=True, retry_after_s=seconds, status=429, **rest)


def used(tokens_in, tokens_out):
    return replace(REPLY, usage=Usage(tokens_in=tokens_in, tokens_out=tokens_out))


def enter(pace):
    return pace.enter(REQUEST, 0)


def fail(pace, error):
    with pytest.raises(type(error)), enter(pace):
        raise error


def test_a_pause_that_the_host_asks_for_is_everybody_s(now):
    pace = HostPace("a", 60.0, clock=now)
    running = enter(pace)
    fail(pace, limited(3.0))
    now.time += 2.5
    assert (enter(pace), pace.wait_s) == (None, 0.5)
    running.answered(REPLY)
    assert enter(pace) is None
    now.time += 0.5
    assert enter(pace) is not None
    assert pace.wait_s == 0


def test_the_longest_of_two_pauses_counts(now):
    pace = HostPace("a", 60.0, clock=now)
    first, second = enter(pace), enter(pace)
    for place, error in ((first, limited(3.0)), (second, ServerError("later", retry_after_s=1.0))):
        place.__exit__(None, error, None)
    assert pace.wait_s == 3.0


@pytest.mark.parametrize(
    "error",
    [
        limited(61.0),
        limited(),
        RateLimitedError("no quota", retry_after_s=1.0),
        ServerError("down", transient=True),
    ],
)
def test_nothing_else_is_a_pause(now, error):
    pace = HostPace("a", 60.0, clock=now)
    fail(pace, error)
    assert enter(pace) is not None


def test_requests_keep_their_distance(now):
    pace = HostPace("a", 60.0, rates=Rates(rpm=120), clock=now)
    entered = []
    for _ in range(320):
        if enter(pace):
            entered.append(now.time)
        now.time += 0.125
    assert len(entered) == 80
    for at in entered:
        assert sum(at <= other < at + 10.0 for other in entered) <= 20


def test_tokens_that_were_used_are_made_up_for_by_waiting(now):
    pace = HostPace("a", 60.0, rates=Rates(tpm=600), clock=now)
    with enter(pace) as place:
        place.answered(used(250, 50))
    assert enter(pace) is None
    now.time += 29.9
    assert enter(pace) is None
    now.time += 0.2
    assert enter(pace) is not None


@pytest.mark.parametrize("error", [limited(), UnreachableError("no", unsent=True)])
def test_what_no_model_has_read_uses_no_tokens(now, error):
    pace = HostPace("a", 60.0, rates=Rates(tpm=600), clock=now)
    fail(pace, error)
    now.time += 0.001
    assert enter(pace) is not None


def test_as_many_at_a_time_as_were_allowed(now):
    pace = HostPace("a", 60.0, most=3, clock=now)
    places = [enter(pace) for _ in range(4)]
    assert [place is not None for place in places] == [True, True, True, False]
    places[0].answered(REPLY)
    assert enter(pace) is not None
    assert enter(pace) is None


@pytest.mark.parametrize("bears", [1, 4, 13])
def test_the_number_that_a_host_bears_is_found_and_used(now, bears):
    """The host refuses each call beyond it; no round has many of those in the end."""
    pace = HostPace("a", 60.0, most=32, clock=now)
    rounds = []
    for _ in range(200):
        places = []
        while place := enter(pace):
            places.append(place)
        for number, place in enumerate(places):
            if number < bears:
                place.answered(REPLY)
            else:
                place.__exit__(None, limited(), None)
        rounds.append(len(places))
    assert rounds[0] == 32
    assert all(bears <= one <= 1.4 * bears + 1 for one in rounds[50:])


def test_a_host_that_refuses_one_in_five_whatever_happens_is_not_asked_less(now):
    pace = HostPace("a", 60.0, most=32, clock=now)
    for number in range(10_000):
        place = enter(pace)
        if number % 5:
            place.answered(REPLY)
        else:
            place.__exit__(None, limited(), None)
    assert pace.limit >= 31


def test_the_number_recovers_when_the_host_does(now):
    pace = HostPace("a", 60.0, most=8, clock=now)
    for _ in range(20):
        fail(pace, limited())
    assert (pace.limit, pace.is_slowed) == (1, True)
    for _ in range(60):
        with enter(pace) as place:
            place.answered(REPLY)
    assert (pace.limit, pace.is_slowed) == (8, False)


def test_a_refusal_is_forgiven_while_others_are_answered(now):
    pace = HostPace("a", 60.0, most=2, clock=now)
    for _ in range(50):
        fail(pace, limited())
        assert pace.forgives(limited())
        with enter(pace) as place:
            place.answered(REPLY)
    for _ in range(11):
        fail(pace, limited())
    assert not pace.forgives(limited())


def test_the_loss_of_a_machine_is_forgiven(now):
    assert HostPace("a", 60.0, clock=now).forgives(LostCallError("lost", transient=True))


@pytest.mark.parametrize("error", [ServerError("down", transient=True), RateLimitedError("quota")])
def test_no_other_failure_is_forgiven(now, error):
    pace = HostPace("a", 60.0, most=2, clock=now)
    assert not pace.forgives(error)


def test_without_a_number_nothing_is_forgiven(now):
    assert not HostPace("a", 60.0, clock=now).forgives(limited())


def test_nobody_enters_once_the_run_is_over():
    pace = HostPace("a", 60.0)
    pace.close()
    with pytest.raises(UnreachableError) as stopped:
        enter(pace)
    assert stopped.value.unsent
