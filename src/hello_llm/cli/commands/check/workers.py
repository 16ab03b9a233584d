"""The workers of a run of checks: each has its own providers; scripts and servers are shared."""

import threading
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from hello_llm.calls.money import Meter
from hello_llm.calls.opening import OF_THE_PROVIDER, open_provider, script_file
from hello_llm.calls.recording import CallRecording, OpenRecording
from hello_llm.calls.turns import turn_of
from hello_llm.contract import ChatRequest, LLMProvider
from hello_llm.engine import Candidate, Turn
from hello_llm.engine.threads import ReusedThreads
from hello_llm.settings.fields import Settings

if TYPE_CHECKING:
    from hello_llm.providers.mock.play import Play

_OF_THE_LEDGER = ("profile", "ledger")
"""What decides, besides the model, how a call is recorded, and which limits cover it."""


@dataclass(slots=True)
class _Worker:
    """The providers of one thread: closing one must not cut a call of another thread."""

    call_recording: CallRecording
    threads: ReusedThreads
    opened: dict[tuple[object, ...], LLMProvider] = field(default_factory=dict)


class Workers:
    """Makes turns, in any thread; each thread is a worker with its own providers."""

    def __init__(self, open_recording: OpenRecording, meter: Meter, stack: ExitStack) -> None:
        """Record and replay with `open_recording`, and close everything with `stack`.

        `meter` reserves money for the calls.
        """
        self._open_recording = open_recording
        self._meter = meter
        self._stack = stack
        self._lock = threading.Lock()
        self._workers: dict[int, _Worker] = {}
        self._plays: dict[Path, Play] = {}
        self._served: dict[tuple[Path, str], str] = {}

    def prepare(self, settings: Settings) -> None:
        """Load the script for calls under `settings`, if there is one, and check it.

        Raises:
            UsageError: the script is invalid, or the provider is not the mock.
        """
        with self._lock:
            self._play(settings)

    def provider(self, settings: Settings) -> str:
        """Return the name of the provider that answers under `settings`."""
        recording = self._open_recording.recording
        return settings.provider if recording is None else recording.provider

    def turn(self, settings: Settings, request: ChatRequest) -> Turn:
        """Return a turn of this thread that asks `request`, without fallback to another model."""
        with self._lock:
            worker = self._workers.get(threading.get_ident()) or self._new_worker()

        def opener() -> LLMProvider:
            with self._lock:
                return self._opened(settings, worker)

        candidate = Candidate(request, opener, self.provider(settings))
        return turn_of(settings, [candidate], worker.call_recording, worker.threads.start)

    def finish(self) -> None:
        """Check that each rule in the scripts of the mock has answered a call.

        Raises:
            UsageError: a rule has not.
        """
        for play in self._plays.values():
            play.finish()

    def _new_worker(self) -> _Worker:
        threads = ReusedThreads()
        self._stack.callback(threads.close)
        worker = _Worker(self._open_recording.for_call(), threads)
        self._workers[threading.get_ident()] = worker
        return worker

    def _opened(self, settings: Settings, worker: _Worker) -> LLMProvider:
        key = tuple(repr(getattr(settings, name)) for name in (*OF_THE_PROVIDER, *_OF_THE_LEDGER))
        if key not in worker.opened:
            provider = worker.call_recording.replayer or self._stack.enter_context(
                open_provider(settings, self._serve, self._play(settings))
            )
            metered = self._meter.around(provider, settings)
            worker.opened[key] = worker.call_recording.around(metered, self._stack)
        return worker.opened[key]

    def _play(self, settings: Settings) -> "Play | None":
        file = script_file(settings)
        if file is None:
            return None
        from hello_llm.providers.mock.play import Play

        file = file.absolute()
        if file not in self._plays:
            self._plays[file] = Play(file)
        return self._plays[file]

    def _serve(self, weights: Path, name: str) -> AbstractContextManager[str]:
        """Serve a local model once for all workers."""
        from hello_llm.local import serve

        if (weights, name) not in self._served:
            self._served[weights, name] = self._stack.enter_context(serve(weights, name))
        return nullcontext(self._served[weights, name])
