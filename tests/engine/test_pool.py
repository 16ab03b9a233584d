"""Threads do what they are given, all of them at a time, and hand over what comes of it."""

import threading

import pytest

from hello_llm.engine.pool import Pool

PATIENCE_S = 20.0


def square(number: int) -> int:
    return number * number


def test_every_job_is_done_and_comes_back_with_its_result():
    with Pool(3, square) as pool:
        for number in range(50):
            pool.give(number)
        ended = dict(filter(None, (pool.take(PATIENCE_S) for _ in range(50))))
    assert ended == {number: number * number for number in range(50)}


def test_as_many_jobs_run_at_a_time_as_there_are_threads():
    together = threading.Barrier(4)

    def meet(number: int) -> int:
        together.wait(PATIENCE_S)
        return number

    with Pool(4, meet) as pool:
        for number in range(8):
            pool.give(number)
        ended = dict(filter(None, (pool.take(PATIENCE_S) for _ in range(8))))
    assert sorted(ended) == list(range(8))


def test_what_a_job_raises_is_raised_where_it_is_taken():
    def work(job: str) -> None:
        raise KeyError(job)

    with Pool(1, work) as pool:
        pool.give("a")
        with pytest.raises(KeyError, match="a"):
            pool.take(PATIENCE_S)


def test_nothing_is_taken_while_nothing_has_ended():
    with Pool(1, str) as pool:
        assert pool.take(0) is None
        assert pool.take(0.01) is None
