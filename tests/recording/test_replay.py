"""A recorder passes everything on and keeps it; a replayer gives it again."""

from dataclasses import replace

import pytest

from hello_llm.contract import (
    BrokenReplyError,
    DeadlineError,
    Finished,
    LLMProvider,
    OutputError,
    UsageError,
)
from hello_llm.recording import (
    Recorder,
    Recording,
    RecordingFile,
    Replayer,
    SkippingClock,
    read_recording,
)
from tests.recording.samples import (
    COMPLETE,
    CUT,
    FAILED,
    PARTIAL,
    PIECES,
    REPLY,
    REQUEST,
    TROUBLE,
    Playing,
    answering,
    asking,
    ended,
    write,
)

CONTENT = "differs in messages[0].content"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "r.jsonl"


def recorded(path, provider, use):
    with RecordingFile(path) as file, Recorder(provider, file, str) as recorder:
        use(recorder)
    return read_recording(path)


def test_both_are_providers_by_the_name_of_the_one_recorded(path):
    with RecordingFile(path) as file:
        recorder = Recorder(Playing(), file, str)
        assert isinstance(recorder, LLMProvider)
    replayer = Replayer(Recording(write(path, COMPLETE)))
    assert isinstance(replayer, LLMProvider)
    assert recorder.name == replayer.name == "litellm"


def test_a_stream_passes_and_replays(path):
    events = [*PIECES, Finished(REPLY)]

    def use(recorder):
        stream = recorder.stream_chat(REQUEST)
        assert (stream.pieces, stream.sent) == (7, False)
        assert list(stream) == events

    (exchange,) = recorded(path, Playing(*events), use)
    assert (exchange.outcome, exchange.reply, exchange.stream) == ("complete", REPLY, True)
    assert list(Replayer(Recording(path)).stream_chat(REQUEST)) == events
    assert Replayer(Recording(path)).chat(REQUEST) == REPLY


def test_a_whole_reply_passes_and_replays_also_as_a_stream(path):
    def use(recorder):
        assert recorder.chat(REQUEST) == REPLY

    (exchange,) = recorded(path, Playing(*PIECES, Finished(REPLY)), use)
    assert (exchange.pieces, exchange.stream, exchange.ended_ms) == ((), False, 812.0)
    assert Replayer(Recording(path)).chat(REQUEST) == REPLY
    assert list(Replayer(Recording(path)).stream_chat(REQUEST))[-1] == Finished(REPLY)


@pytest.mark.parametrize("stream", [True, False])
def test_an_error_replays_with_all_that_it_told(path, stream):
    def use(recorder):
        with pytest.raises(type(TROUBLE.error())):
            list(recorder.stream_chat(REQUEST)) if stream else recorder.chat(REQUEST)

    (exchange,) = recorded(path, Playing(*PIECES, TROUBLE.error()), use)
    assert (exchange.outcome, exchange.trouble) == ("failed", TROUBLE)
    seen, error = ended(Replayer(Recording(path)).stream_chat(REQUEST))
    assert seen == list(PIECES if stream else PIECES[:1])
    assert (type(error), vars(error)) == (type(TROUBLE.error()), vars(TROUBLE.error()))


def test_a_stream_that_its_caller_drops_is_cut(path):
    provider = Playing(*PIECES, Finished(REPLY))

    def use(recorder):
        stream = recorder.stream_chat(REQUEST)
        assert [next(stream) for _ in range(3)] == list(PIECES[:3])
        stream.close()
        recorder.close()

    (exchange,) = recorded(path, provider, use)
    assert (exchange.outcome, len(exchange.pieces)) == ("cut", 3)
    assert provider.closed
    seen, error = ended(Replayer(Recording(path)).stream_chat(REQUEST))
    assert seen == list(PIECES[:3])
    assert isinstance(error, BrokenReplyError)
    assert error.partial is not None
    assert (error.partial.text, error.partial.complete) == ("Four", False)


def test_a_deadline_of_the_caller_is_recorded_with_what_follows(path):
    def use(recorder):
        stream = recorder.stream_chat(REQUEST)
        next(stream)
        stream.close()
        recorder.explain(DeadlineError("too late", partial=PARTIAL), 0.5)
        recorder.explain(DeadlineError("another"), None)

    (exchange,) = recorded(path, Playing(*PIECES), use)
    assert (exchange.outcome, exchange.delay_s) == ("failed", 0.5)
    replayer = Replayer(Recording(path))
    _, error = ended(replayer.stream_chat(REQUEST))
    assert isinstance(error, DeadlineError)
    assert (error.message, error.partial) == ("too late", PARTIAL)
    assert replayer.drawn(0.0, 9.0) == 0.5


def test_a_reply_that_cannot_be_recorded_is_kept_by_the_error(path, monkeypatch):
    def full(_file, _exchange):
        raise OutputError("no space")

    monkeypatch.setattr(RecordingFile, "add", full)
    with RecordingFile(path) as file, pytest.raises(OutputError) as error:
        Recorder(Playing(Finished(REPLY)), file, str).chat(REQUEST)
    assert error.value.partial == REPLY


def test_the_same_request_gets_its_exchanges_in_order_and_the_last_again(path):
    write(path, answering("a", "1"), answering("b", "2"), answering("a", "3"))
    replayer = Replayer(Recording(path))
    asked = [replayer.chat(asking(text)).text for text in "aabbaa"]
    assert asked == ["1", "3", "2", "2", "3", "3"]


def test_an_error_that_is_changed_is_raised_anew(path):
    replayer = Replayer(Recording(write(path, FAILED)))
    for _ in range(2):
        _, error = ended(replayer.stream_chat(REQUEST))
        assert error.message == "it failed"
        error.message += "!"


def test_recorded_timing_waits_as_long_and_ends_with_the_stream(path):
    slow = replace(CUT, pieces=(*CUT.pieces[:1], replace(CUT.pieces[1], at_ms=60.0)), ended_ms=9e6)
    stream = Replayer(Recording(write(path, slow)), timing="recorded").stream_chat(REQUEST)
    clock = SkippingClock()
    began = clock.now()
    next(stream)
    next(stream)
    assert clock.now() - began >= 0.06
    clock.sleep(100)
    assert clock.now() - began >= 100
    stream.close()
    assert list(stream) == []


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (
            asking("Say hi.", seed=1),
            'line 1, differs in messages[0].content: recorded "Say hello."',
        ),
        (asking("Say hello.", seed=2), "line 1, differs in params.seed: recorded 1, asked 2"),
        (asking("Say hello."), "line 1, differs in params.seed: recorded 1, asked none"),
        (replace(asking("Say hello.", seed=1), model="x/y"), 'recorded "openai/tiny", asked "x/y"'),
        (
            asking("Bye", seed=1),
            'line 2, differs in messages[0].content: recorded "Bye.", asked "B',
        ),
        (
            asking("x" * 80 + "B", seed=1),
            f'line 3, differs in messages[0].content: recorded "…{"x" * 15}A',
        ),
    ],
)
def test_a_request_that_is_not_there_names_the_nearest_and_what_differs(path, asked, told):
    known = [asking(text, seed=1) for text in ("Say hello.", "Bye.", "x" * 80 + "A" * 80)]
    write(path, *(replace(COMPLETE, request=request) for request in known))
    with pytest.raises(UsageError) as error:
        Replayer(Recording(path)).chat(asked)
    assert told in error.value.message
    assert str(path) in error.value.message
