"""Threads are used again once they have nothing to do, and never while they are busy."""

import threading
from contextvars import ContextVar

from hello_llm.engine.threads import ReusedThreads, start_thread
from tests.cli.calls import until

PATIENCE_S = 20.0


def ran_in(threads):
    """Run something; return the thread that it ran in."""
    names, over = [], threading.Event()

    def work():
        names.append(threading.get_ident())
        over.set()

    threads.start(work)
    assert over.wait(PATIENCE_S)
    until(lambda: threads._free)
    return names[0]


def test_a_thread_that_is_free_is_used_again():
    threads = ReusedThreads()
    assert ran_in(threads) == ran_in(threads) == ran_in(threads)
    threads.close()


def test_a_thread_that_hangs_is_not_waited_for_and_is_used_again_when_it_ends():
    threads, go_on, hung = ReusedThreads(), threading.Event(), []

    def hang():
        hung.append(threading.get_ident())
        go_on.wait(PATIENCE_S)

    threads.start(hang)
    assert ran_in(threads) not in hung
    go_on.set()
    until(lambda: len(threads._free) == 2)
    assert ran_in(threads) in hung
    threads.close()


def test_what_one_piece_of_work_leaves_in_its_context_is_gone_for_the_next():
    left, found, over = ContextVar("left", default="nothing"), [], threading.Event()

    def look():
        found.append(left.get())
        over.set()

    threads = ReusedThreads()
    threads.start(lambda: left.set("something"))
    until(lambda: threads._free)
    threads.start(look)
    assert over.wait(PATIENCE_S)
    assert found == ["nothing"]
    threads.close()


def test_threads_end_when_all_is_closed_those_that_are_busy_after_their_work():
    threads, go_on, over = ReusedThreads(), threading.Event(), threading.Event()
    before = set(threading.enumerate())

    def work():
        go_on.wait(PATIENCE_S)
        over.set()

    threads.start(work)
    ran_in(threads)
    threads.close()
    until(lambda: len(set(threading.enumerate()) - before) == 1)
    assert not over.is_set()
    go_on.set()
    until(lambda: set(threading.enumerate()) <= before)
    assert over.is_set()


def test_without_reuse_each_piece_of_work_has_a_thread_of_its_own():
    names, over = [], threading.Barrier(3)

    def work():
        names.append(threading.get_ident())
        over.wait(PATIENCE_S)

    start_thread(work)
    start_thread(work)
    over.wait(PATIENCE_S)
    assert len(set(names)) == 2
