"""A stream is closed from any thread; its generator, only while no thread is in it."""

import threading

import pytest

from hello_llm.contract import EventStream, Started


class Watched:
    """Events that say whether they were closed while a thread was waiting for one."""

    def __init__(self) -> None:
        self.entered, self.goes_on = threading.Event(), threading.Event()
        self.is_running = False
        self.closed_by: list[str] = []

    def __iter__(self):
        return self

    def __next__(self):
        self.is_running = True
        self.entered.set()
        self.goes_on.wait()
        self.is_running = False
        return Started("mock", "x")

    def close(self):
        assert not self.is_running
        self.closed_by.append(threading.current_thread().name)


@pytest.fixture
def watched():
    return Watched()


def test_a_running_generator_is_closed_by_its_own_thread(watched):
    stream = EventStream(watched, watched.goes_on.set)
    reader = threading.Thread(target=lambda: next(stream), name="reader")
    reader.start()
    watched.entered.wait()
    stream.close()
    reader.join()
    assert set(watched.closed_by) == {"reader"}


def test_one_that_waits_for_its_reader_is_closed_at_once(watched):
    watched.goes_on.set()
    stream = EventStream(watched)
    next(stream)
    stream.close()
    assert watched.closed_by == [threading.current_thread().name]


def test_closing_waits_for_nobody(watched):
    stream = EventStream(watched)
    reader = threading.Thread(target=lambda: next(stream), name="reader")
    reader.start()
    watched.entered.wait()
    stream.close()
    assert watched.closed_by == []
    watched.goes_on.set()
    reader.join()
    assert watched.closed_by == ["reader"]


def test_a_stream_may_close_itself(watched):
    def events():
        yield Started("mock", "x")
        stream.close()

    stream = EventStream(events())
    assert len(list(stream)) == 1
