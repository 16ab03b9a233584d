"""A reservation ends exactly once, whichever thread ends it, and nothing is sent without one."""

import threading
import time

import pytest

from hello_llm.calls.hold import Hold
from hello_llm.calls.metered import MeteredProvider
from hello_llm.calls.purse import Purse
from hello_llm.contract import (
    BudgetError,
    EventStream,
    Finished,
    InterruptError,
    LLMReply,
    Phase,
    RateLimitedError,
    ServerError,
    TextDelta,
    UnreachableError,
    Usage,
)
from hello_llm.engine.attempt import Attempt
from tests.engine.fakes import REQUEST, STARTED, Fake

BOUND = 100
PRICED = Finished(LLMReply("Hello", "fake", "m", Usage(usd_nanos=40), "stop"))
UNPRICED = Finished(LLMReply("Hello", "fake", "m", Usage(), "stop"))
PART = LLMReply("Hel", "fake", "m", Usage(), None, complete=False)


@pytest.fixture
def purse():
    return Purse(BOUND)


def metered(provider, purse, gate=None):
    def reserve(request):
        purse.reserve(BOUND, None)
        if gate is not None:
            gate.wait(10)
        return Hold(request, BOUND, purse, None, lambda _: None)

    return MeteredProvider(provider, reserve)


def ended(attempt):
    """Read an attempt to its end."""
    while not isinstance(event := attempt.wait(10), Finished):
        assert event is not None
    attempt.close()
    return event


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("last", "counted"),
    [
        (PRICED, 40),
        (UNPRICED, BOUND),
        (UnreachableError("no route", unsent=True), 0),
        (UnreachableError("closed"), BOUND),
        (RateLimitedError("too many", status=429), 0),
        (ServerError("failed", status=500), 0),
        (ServerError("failed", status=500, partial=PART), BOUND),
        (ZeroDivisionError(), BOUND),
    ],
)
def test_what_counts_of_each_end(purse, stream, last, counted):
    attempt = Attempt(metered(Fake(STARTED, last), purse), REQUEST, stream=stream)
    if isinstance(last, BaseException):
        with pytest.raises(type(last)):
            ended(attempt)
    else:
        assert ended(attempt) == last
    assert (purse.counted_nano_usd, purse.left_nano_usd) == (counted, BOUND - counted)


@pytest.mark.parametrize("stream", [False, True])
def test_without_money_the_provider_is_not_asked(purse, stream):
    purse.reserve(1, None)
    fake = Fake(STARTED, PRICED)
    attempt = Attempt(metered(fake, purse), REQUEST, stream=stream)
    with pytest.raises(BudgetError):
        ended(attempt)
    assert (fake.taken, purse.left_nano_usd) == (0, BOUND - 1)


@pytest.mark.parametrize("stream", [False, True])
def test_an_attempt_that_is_cut_counts_at_its_bound(purse, stream):
    fake = Fake(STARTED, TextDelta("Hel"), "hang", InterruptError("cut"))
    attempt = Attempt(metered(fake, purse), REQUEST, stream=stream)
    while fake.taken < 2:
        time.sleep(0.01)
    attempt.close()
    assert (purse.counted_nano_usd, purse.left_nano_usd) == (BOUND, 0)


def test_an_attempt_that_is_cut_while_it_reserves_sends_nothing(purse):
    gate, fake = threading.Event(), Fake(STARTED, PRICED)
    attempt = Attempt(metered(fake, purse, gate), REQUEST, stream=True)
    while purse.left_nano_usd:
        time.sleep(0.01)
    threading.Timer(0.2, gate.set).start()
    attempt.close()
    assert (fake.taken, purse.left_nano_usd) == (0, BOUND)


def test_a_stream_knows_what_that_of_the_provider_knows_once_there_is_one(purse):
    class Naming(Fake):
        def stream_chat(self, _request):
            return EventStream(self._play(), self.close, lambda: 7, served=lambda: ["tiny"])

    stream = metered(Naming(STARTED, PRICED), purse).stream_chat(REQUEST)
    assert (stream.phase, stream.sent, stream.served) == (Phase.CONNECTING, False, ())
    assert (stream.pieces, stream.finish_early()) == (0, False)
    next(stream)
    assert (stream.phase, stream.sent, stream.served) == (Phase.FIRST_PIECE, True, ["tiny"])
    assert stream.pieces == 7
    stream.close()


def test_one_that_hangs_after_it_was_cut_counts_at_its_bound(purse):
    class Deaf(Fake):
        def stream_chat(self, _request):
            return EventStream(self._play())

    fake = Deaf(STARTED, "hang")
    attempt = Attempt(metered(fake, purse), REQUEST, stream=True)
    while not fake.taken:
        time.sleep(0.01)
    attempt.close()
    assert purse.counted_nano_usd == BOUND
    fake.gate.set()


def test_what_costs_more_than_its_bound_counts_in_full():
    purse = Purse(30)
    purse.reserve(30, None)
    purse.end(30, 40)
    assert (purse.counted_nano_usd, purse.left_nano_usd) == (40, 0)
    with pytest.raises(BudgetError, match=r"0\.00000004 is spent"):
        purse.reserve(1, None)
