"""An event stream iterates, and can be closed at any moment from any thread."""

import threading

import pytest

from hello_llm.contract import EventStream, Phase, Started, StreamEvent, TextDelta

EVENTS: list[StreamEvent] = [Started("mock", "m"), TextDelta("a"), TextDelta("b")]


def test_a_stream_gives_its_events_and_ends():
    assert list(EventStream(iter(EVENTS))) == EVENTS


def test_an_error_of_the_events_comes_out_of_the_stream():
    def broken():
        yield EVENTS[0]
        raise OSError("cut")

    stream = EventStream(broken())
    assert next(stream) == EVENTS[0]
    with pytest.raises(OSError, match="cut"):
        next(stream)


FACTS = [name for name, member in vars(EventStream).items() if isinstance(member, property)]


def test_a_relayed_stream_knows_all_that_its_source_knows():
    calls = (lambda: 7, lambda: False, lambda: True, lambda: Phase.LOADING, lambda: ["tiny"])
    source = EventStream(iter(()), None, *calls)
    relayed = EventStream.relay(iter(EVENTS), lambda: source, source.close)
    assert [getattr(relayed, fact) for fact in FACTS] == [getattr(source, fact) for fact in FACTS]
    assert (relayed.finish_early(), list(relayed)) == (True, EVENTS)
    bare = EventStream(iter(()))
    assert all(getattr(relayed, fact) != getattr(bare, fact) for fact in FACTS)


def test_closing_cuts_the_connection_first_and_then_lets_the_generator_clean_up():
    done = []

    def events():
        try:
            yield from EVENTS
        finally:
            done.append("cleaned")

    stream = EventStream(events(), abort=lambda: done.append("cut"))
    next(stream)
    stream.close()
    assert done == ["cut", "cleaned"]
    assert list(stream) == []


def test_closing_twice_or_after_the_end_is_harmless():
    stream = EventStream(event for event in EVENTS)
    assert list(stream) == EVENTS
    stream.close()
    stream.close()


def test_closing_needs_neither_a_generator_nor_a_connection():
    EventStream(iter(EVENTS)).close()


def test_closing_from_another_thread_ends_the_wait_for_the_next_event():
    waiting, cut = threading.Event(), threading.Event()

    def events():
        waiting.set()
        assert cut.wait(10)
        return
        yield

    stream = EventStream(events(), abort=cut.set)
    seen: list[StreamEvent] = []
    reader = threading.Thread(target=lambda: seen.extend(stream))
    reader.start()
    assert waiting.wait(10)
    stream.close()
    reader.join(10)
    assert not reader.is_alive()
    assert seen == []
