"""Exchanges kept in a file, and replayed from it without a provider."""

from hello_llm.recording.clock import SkippingClock
from hello_llm.recording.exchange import Exchange, RecordedError
from hello_llm.recording.file import RecordingFile, read_recording
from hello_llm.recording.recorder import Recorder
from hello_llm.recording.replayer import Recording, Replayer

__all__ = [
    "Exchange",
    "RecordedError",
    "Recorder",
    "Recording",
    "RecordingFile",
    "Replayer",
    "SkippingClock",
    "read_recording",
]
