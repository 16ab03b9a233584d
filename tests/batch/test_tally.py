"""What has come of the rows adds up, and the first failure in the input decides the exit code."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hello_llm.batch.tally import Tally
from hello_llm.contract import ExitCode


def document(code=ExitCode.OK, micros=None, attempts=1):
    usage = {"tokens_in": 3, "tokens_out": None, "usd_micros": micros}
    return {"exit_code": int(code), "usage": usage, "attempts": attempts}


class Now:
    time = 0.0

    def __call__(self):
        return self.time


CODES = st.lists(st.sampled_from(ExitCode), min_size=1, max_size=20)


@given(CODES, st.randoms())
def test_the_first_failure_in_the_input_decides_in_whatever_order_rows_finish(codes, random):
    tally = Tally(len(codes))
    order = list(enumerate(codes, 1))
    random.shuffle(order)
    for number, code in order:
        assert tally.is_pending(number)
        tally.add(number, document(code), None)
        assert not tally.is_pending(number)
    failed = [code for code in codes if code is not ExitCode.OK]
    assert tally.exit_code() == (failed[0] if failed else ExitCode.OK)
    assert (tally.done, tally.answered) == (len(codes), len(codes) - len(failed))
    assert tally.failed.total() == len(failed)
    assert tally.tokens_in == 3 * len(codes)


def test_the_exact_price_counts_where_it_is_known():
    tally = Tally(4)
    tally.add(1, document(micros=1), 400)
    tally.add(2, document(micros=2), None)
    tally.add(3, document(), None)
    tally.add(4, document(ExitCode.UNREACHABLE, attempts=0), None)
    assert (tally.nano_usd, tally.unpriced) == (2_400, 1)


@pytest.mark.parametrize("seconds", [1, 100])
def test_the_rate_is_that_of_the_last_half_minute(seconds):
    now = Now()
    tally = Tally(10_000, now)
    assert (tally.rate, tally.left_s) == (None, None)
    for second in range(seconds + 60):
        for _ in range(1 if second < seconds else 50):
            tally.add(tally.done + 1, document(), 0)
            tally.count_asked()
        now.time += 1.0
    assert tally.rate == pytest.approx(50, rel=0.05)
    assert tally.left_s == pytest.approx((10_000 - tally.done) / 50, rel=0.05)
