"""Providers that play what they are told, and a clock that only moves when somebody sleeps."""

import threading
from dataclasses import replace

from hello_llm.contract import (
    ChatRequest,
    EventStream,
    Finished,
    HelloLLMError,
    LLMReply,
    Started,
    TextDelta,
    Usage,
    fold,
)
from hello_llm.engine import Candidate

REQUEST = ChatRequest.from_prompt("hi", model="mock/echo")

REPLY = LLMReply(
    text="Hello", provider="fake", model="mock/echo", usage=Usage(), finish_reason="stop"
)

STARTED = Started("fake", "mock/echo")


class Fake:
    """A provider that yields `events` and raises those of them that are errors."""

    name = "fake"

    def __init__(self, *events):
        self.events = events
        self.gate = threading.Event()
        self.closed = 0
        self.taken = 0

    def _play(self):
        for event in self.events:
            if isinstance(event, BaseException):
                raise event
            if event == "hang":
                self.gate.wait(10)
                return
            yield event
            self.taken += 1

    def stream_chat(self, _request):
        return EventStream(self._play(), self.close)

    def chat(self, _request):
        return fold(self._play())

    def close(self):
        self.closed += 1
        self.gate.set()


class Flaky(Fake):
    """A provider whose calls end as `endings` say, one after the other; the last one repeats."""

    def __init__(self, *endings):
        super().__init__()
        self.endings = list(endings)
        self.calls = 0

    def _play(self):
        ending = self.endings[min(self.calls, len(self.endings) - 1)]
        self.calls += 1
        yield STARTED
        if isinstance(ending, HelloLLMError):
            raise ending
        yield TextDelta(ending)
        yield Finished(replace(REPLY, text=ending))


class Clock:
    """A clock that only moves when somebody sleeps by it."""

    def __init__(self):
        self.now = 100.0
        self.slept = []

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


def candidate(provider, request=REQUEST):
    """A candidate that is `provider`."""
    return Candidate(request, lambda: provider, provider.name)
