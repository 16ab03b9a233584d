"""The policy of retries: what is tried again, after how long, and how often."""

import pytest

from hello_llm.contract import AuthError, RateLimitedError, ServerError
from hello_llm.engine import RetryPolicy

BUSY = ServerError("busy", transient=True)


def longest(_low, high):
    """Draw the longest wait."""
    return high


def asking(seconds):
    return RateLimitedError("slow down", "wait", transient=True, retry_after_s=seconds)


def test_the_bound_of_the_wait_doubles_up_to_a_cap():
    policy = RetryPolicy(retries=100, draw=longest)
    assert [policy.delay_s(BUSY, attempt) for attempt in (1, 2, 3, 4, 5, 6, 99)] == [
        0.5,
        1.0,
        2.0,
        4.0,
        8.0,
        8.0,
        8.0,
    ]


def test_the_wait_is_drawn_from_zero_on():
    policy = RetryPolicy(draw=lambda low, high: low + high / 4)
    assert policy.delay_s(BUSY, 2) == 0.25


@pytest.mark.parametrize(("retries", "allowed"), [(0, []), (1, [1]), (2, [1, 2])])
def test_it_gives_up_after_as_many_retries_as_are_allowed(retries, allowed):
    policy = RetryPolicy(retries)
    assert [n for n in range(1, 5) if policy.delay_s(BUSY, n) is not None] == allowed


def test_what_will_not_pass_is_not_tried_again():
    assert RetryPolicy().delay_s(AuthError("wrong key"), 1) is None


@pytest.mark.parametrize("seconds", [0.0, 0.25, 7.0, 60.0])
def test_a_server_that_asks_for_a_wait_gets_it(seconds):
    assert RetryPolicy(draw=longest).delay_s(asking(seconds), 1) == seconds


def test_a_wait_that_is_too_long_is_not_begun_and_its_length_is_said():
    error, policy = asking(3600.0), RetryPolicy(max_wait_s=60.0)
    assert policy.delay_s(error, 1) is None
    policy.say_wait(error)
    assert error.message == "slow down; it asks to wait 3600 s"
    assert error.hint == "try again after that, or allow the wait with --max-wait 3600"


def test_a_wait_that_was_allowed_changes_no_hint():
    error = asking(1.5)
    RetryPolicy().say_wait(error)
    assert (error.message, error.hint) == ("slow down; it asks to wait 1.5 s", "wait")


@pytest.mark.parametrize("seconds", [None, 0.0])
def test_without_a_wait_asked_for_nothing_is_said(seconds):
    error = asking(seconds)
    RetryPolicy().say_wait(error)
    assert error.message == "slow down"
