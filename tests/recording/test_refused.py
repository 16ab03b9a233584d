"""What a caller refused of a reply is not recorded, and a replay ends as the call did."""

import threading
from dataclasses import replace

import pytest

from hello_llm.contract import (
    BrokenReplyError,
    EventStream,
    Finished,
    HelloLLMError,
    ReasoningDelta,
    Started,
    StreamEvent,
    TextDelta,
    ToolCallDelta,
)
from hello_llm.engine import Acceptance, Candidate, RetryPolicy, Turn
from hello_llm.recording import Recorder, Recording, RecordingFile, Replayer, read_recording
from tests.recording.samples import REPLY, REQUEST

STARTED = Started("litellm", "openai/tiny")
HANG = object()
RIGHT, OTHER = "tiny-1", "other-1"
SERVED = replace(REPLY, model_served=OTHER, also_served=())


class Naming:
    """A provider that streams `events`: a text names the model, and an error is raised."""

    name = "litellm"

    def __init__(self, *events):
        self._events = events
        self._served: list[str] = []
        self._closed = threading.Event()

    def _play(self):
        for event in self._events:
            if isinstance(event, str):
                self._served.append(event)
            elif isinstance(event, HelloLLMError):
                raise event
            elif event is HANG:
                self._closed.wait(10)
            else:
                yield event

    def stream_chat(self, _request):
        return EventStream(self._play(), self._closed.set, served=lambda: self._served)

    def chat(self, _request):
        raise AssertionError("a stream was asked for")

    def close(self):
        """Nothing is open."""


def asked(provider, explain=None):
    """The events of a turn that requires ``tiny-*``, and the error that ended it."""
    turn = Turn(
        [Candidate(REQUEST, lambda: provider, "litellm")],
        stream=True,
        retry=RetryPolicy(retries=0),
        acceptance=Acceptance(require_model="tiny-*"),
    )
    if explain is not None:
        turn.on_failure(explain)
    seen: list[StreamEvent] = []
    with pytest.raises(HelloLLMError) as raised:
        seen.extend(turn)
    return seen, raised.value


@pytest.mark.parametrize(
    "events",
    [
        (STARTED, OTHER, TextDelta("Four"), Finished(SERVED)),
        (STARTED, OTHER, ReasoningDelta("Hm"), TextDelta("Four"), Finished(SERVED)),
        (STARTED, OTHER, ToolCallDelta(0, "c1", "show", "{}"), Finished(SERVED)),
        (STARTED, TextDelta("Four"), OTHER, Finished(SERVED)),
    ],
)
def test_a_replay_is_refused_as_the_call_was(tmp_path, events):
    path = tmp_path / "r.jsonl"
    with RecordingFile(path) as file, Recorder(Naming(*events), file, str) as recorder:
        seen, error = asked(recorder, recorder.explain)
    assert seen == [STARTED]
    again, replayed = asked(Replayer(Recording(path)))
    assert again == seen
    assert type(replayed) is type(error) is BrokenReplyError
    assert (replayed.message, replayed.partial) == (error.message, error.partial)


def test_refused_pieces_are_not_recorded_if_the_call_was_cut(tmp_path):
    path = tmp_path / "r.jsonl"
    provider = Naming(STARTED, OTHER, TextDelta("Four"), HANG)
    with RecordingFile(path) as file, Recorder(provider, file, str) as recorder:
        _, error = asked(recorder, recorder.explain)
    (exchange,) = read_recording(path)
    assert [timed.piece for timed in exchange.pieces] == [STARTED]
    assert exchange.trouble is not None
    assert exchange.trouble.partial == error.partial
    assert asked(Replayer(Recording(path)))[0] == [STARTED]


def test_what_a_server_names_first_holds_for_the_replay_of_a_call_that_failed_later(tmp_path):
    path = tmp_path / "r.jsonl"
    pieces = (TextDelta("Fo"), TextDelta("ur"))
    provider = Naming(STARTED, RIGHT, *pieces, BrokenReplyError("it was cut"))
    with RecordingFile(path) as file, Recorder(provider, file, str) as recorder:
        seen, error = asked(recorder, recorder.explain)
    assert seen == [STARTED, *pieces]
    assert error.partial is not None
    assert (error.partial.text, error.partial.model_served) == ("Four", RIGHT)
    again, replayed = asked(Replayer(Recording(path)))
    assert (again, replayed.message) == (seen, "it was cut")
