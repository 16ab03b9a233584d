"""``--record`` and ``--replay``: wraps a run's providers in recorders, or replaces them."""

import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

from hello_llm.contract import HelloLLMError, LLMProvider, UsageError
from hello_llm.files.reading import STANDARD_INPUT
from hello_llm.settings.fields import Settings

if TYPE_CHECKING:
    from hello_llm.recording import Recorder, Recording, RecordingFile, Replayer
    from hello_llm.recording.replayer import ReplayTiming

Redact = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class CallRecording:
    """The recording or the replay of one call at a time."""

    file: "RecordingFile | None" = None
    """The file in which exchanges are recorded."""
    replayer: "Replayer | None" = None
    """Answers from a recording, in place of a provider."""
    redact: Redact = str
    """Removes secrets from a text."""
    draw: Callable[[float, float], float] = random.uniform
    """Draws the wait before the next attempt."""
    clock: Callable[[], float] = time.monotonic
    """Returns seconds."""
    sleep: Callable[[float], None] = time.sleep
    """Waits for a number of seconds."""
    recorders: "list[Recorder]" = field(default_factory=list)
    """The recorders created so far."""

    def around(self, provider: LLMProvider, stack: ExitStack) -> LLMProvider:
        """Return `provider`; if calls are recorded, wrap it in a recorder until `stack` closes."""
        if self.file is None:
            return provider
        from hello_llm.recording import Recorder

        recorder = stack.enter_context(Recorder(provider, self.file, self.redact))
        self.recorders.append(recorder)
        return recorder

    def explain(self, error: HelloLLMError, delay_s: float | None) -> None:
        """Record why an attempt failed, and the seconds until the next one, if there is one."""
        for recorder in self.recorders:
            recorder.explain(error, delay_s)


@dataclass(frozen=True, slots=True)
class OpenRecording:
    """A recording or a replay in progress."""

    file: "RecordingFile | None" = None
    """The file in which exchanges are recorded."""
    recording: "Recording | None" = None
    """The recording that answers in place of a model."""
    timing: "ReplayTiming" = "none"
    """Whether the replay keeps the recorded timing."""
    redact: Redact = str
    """Removes secrets from a text."""

    def for_call(self) -> CallRecording:
        """Start the recording or the replay of one call; concurrent calls need one each."""
        call_recording = CallRecording(self.file, redact=self.redact)
        if self.recording is None:
            return call_recording
        from hello_llm.recording import Replayer, SkippingClock

        replayer = Replayer(self.recording, self.timing)
        call_recording = replace(call_recording, replayer=replayer, draw=replayer.drawn)
        if self.timing == "recorded":
            return call_recording
        clock = SkippingClock()
        return replace(call_recording, clock=clock.now, sleep=clock.sleep)


@dataclass(frozen=True, slots=True)
class RecordingOptions:
    """What to record, and what to replay in place of a model."""

    record: Path | None = None
    """The file to which exchanges are added."""
    replay: Path | None = None
    """The file to replay."""
    timing: "ReplayTiming" = "none"
    """Whether replayed pieces come at their recorded times, or at once."""

    @classmethod
    def of(cls, record: Path | None, replay: Path | None, timing: str | None) -> Self:
        """Check the options as typed, and return them.

        Raises:
            UsageError: an option is invalid, or the options conflict.
        """
        if timing not in {None, "none", "recorded"}:
            raise UsageError(
                f'--replay-timing must be none or recorded, not "{timing}"',
                "--replay-timing recorded",
            )
        if timing is not None and replay is None:
            raise UsageError("--replay-timing belongs to a replay", "add --replay FILE")
        if str(record) == STANDARD_INPUT:
            raise UsageError(
                "--record - would mix the recording with the answer", "name a file: --record FILE"
            )
        if record and replay and os.path.realpath(record) == os.path.realpath(replay):
            raise UsageError(
                "--record and --replay name the same file", "record to another, or leave out one"
            )
        return cls(record, replay, "recorded" if timing == "recorded" else "none")

    def check(self, settings: Settings) -> None:
        """Make sure that `settings` allow the replay, if there is one.

        Raises:
            UsageError: they ask a model although a recording is to be replayed.
        """
        if self.replay is not None and settings.provider != "mock":
            raise UsageError(
                f"--replay answers in the place of a model, and the provider is"
                f" {settings.provider} ({settings.origins['provider']})",
                "--provider mock --replay FILE",
            )

    @contextmanager
    def running(self, redact: Redact) -> Iterator[OpenRecording]:
        """Open the files, and yield the recording or replay.

        Raises:
            OutputError: the file to record to cannot be written.
            UsageError: the file to replay cannot be read, or one of them is not a recording.
        """
        if self.record is None and self.replay is None:
            yield OpenRecording()
            return
        from hello_llm.recording import Recording, RecordingFile

        with ExitStack() as stack:
            recording = Recording(self.replay, redact) if self.replay else None
            file = stack.enter_context(RecordingFile(self.record)) if self.record else None
            yield OpenRecording(file, recording, self.timing, redact)
