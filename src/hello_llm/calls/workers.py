"""The workers of a run of many calls: each has its own providers; the rest is shared."""

import gc
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from hello_llm.calls.money import Meter
from hello_llm.calls.opening import (
    OF_THE_PROVIDER,
    Serve,
    build_request,
    open_provider,
    script_file,
)
from hello_llm.calls.recording import CallRecording, OpenRecording
from hello_llm.calls.turns import turn_of
from hello_llm.contract import LLMProvider, Message
from hello_llm.contract.address import place_of
from hello_llm.engine import Candidate, Turn
from hello_llm.engine.attempt import MOST_AHEAD
from hello_llm.engine.pace import AT_ONCE, HostPace
from hello_llm.engine.threads import ReusedThreads
from hello_llm.settings.fields import Settings

if TYPE_CHECKING:
    from hello_llm.providers.mock.play import Play

_OF_THE_LEDGER = ("profile", "ledger")
"""What decides, besides the model, how a call is recorded, and which limits cover it."""


_OBJECTS_BETWEEN_COLLECTIONS = 10_000

MakePace = Callable[[str, float], HostPace]
"""Makes the pace of a host, given its name and the longest pause in seconds that it may ask for."""


Opening = Callable[[Settings, Serve, "Play | None"], AbstractContextManager[LLMProvider]]
"""Opens a provider, given how to serve a local model and the play of its script in progress."""


@dataclass(slots=True)
class _Worker:
    """The providers of one thread: closing one must not cut a call of another thread."""

    call_recording: CallRecording
    threads: ReusedThreads
    opened: dict[tuple[object, ...], LLMProvider] = field(default_factory=dict)


class Workers:
    """Makes turns, in any thread; each thread is a worker with its own providers."""

    def __init__(
        self,
        open_recording: OpenRecording,
        meter: Meter,
        stack: ExitStack,
        make_pace: MakePace = HostPace,
        opening: Opening = open_provider,
        most_ahead: int = MOST_AHEAD,
    ) -> None:
        """Prepare; nothing is opened yet.

        Args:
            open_recording: records and replays the exchanges.
            meter: reserves money for the calls.
            stack: closes everything.
            make_pace: makes the pace of each host.
            opening: opens a provider.
            most_ahead: how many events a call may be ahead of the reader of its turn.
        """
        self._open_recording = open_recording
        self._meter = meter
        self._stack = stack
        self._make_pace = make_pace
        self._opening = opening
        self._most_ahead = most_ahead
        self._lock = threading.Lock()
        self._workers: dict[int, _Worker] = {}
        self._paces: dict[str, HostPace] = {}
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

    def pace(self, settings: Settings) -> HostPace:
        """Return the pace of the host that is asked under `settings`."""
        host = host_of(settings)
        if host not in self._paces:
            self._paces[host] = self._make_pace(host, settings.max_wait)
        return self._paces[host]

    @property
    def paces(self) -> Sequence[HostPace]:
        """The pace of each host that has been asked."""
        return tuple(self._paces.values())

    def turn(self, everyone: Sequence[Settings], messages: tuple[Message, ...]) -> Turn:
        """Return a turn of this thread that asks a model, and others if that is unavailable.

        Args:
            everyone: the settings for asking each model.
            messages: what to ask.
        """
        with self._lock:
            worker = self._workers.get(threading.get_ident()) or self._new_worker()
            candidates = [self._candidate(one, messages, worker) for one in everyone]
        start, most_ahead = worker.threads.start, self._most_ahead
        return turn_of(everyone[0], candidates, worker.call_recording, start, most_ahead)

    def close(self) -> None:
        """Cut off all calls in progress, from any thread, and let none begin any more."""
        for pace in self.paces:
            pace.close()
        for worker in tuple(self._workers.values()):
            for provider in tuple(worker.opened.values()):
                provider.close()

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

    def _candidate(
        self, settings: Settings, messages: tuple[Message, ...], worker: _Worker
    ) -> Candidate:
        request = build_request(settings, messages)

        def opener() -> LLMProvider:
            with self._lock:
                return self._opened(settings, worker)

        # A replay takes as long as the recording says, and asks nobody.
        pace = AT_ONCE if worker.call_recording.replayer else self.pace(settings)
        return Candidate(request, opener, self.provider(settings), pace)

    def _opened(self, settings: Settings, worker: _Worker) -> LLMProvider:
        key = tuple(repr(getattr(settings, name)) for name in (*OF_THE_PROVIDER, *_OF_THE_LEDGER))
        if key not in worker.opened:
            provider = worker.call_recording.replayer or self._stack.enter_context(
                self._opening(settings, self._serve, self._play(settings))
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


def host_of(settings: Settings) -> str:
    """Return the host that is asked under `settings`, or the vendor if it is the vendor's own."""
    if settings.api_base is not None:
        return place_of(settings.api_base)
    return (settings.model or settings.provider).partition("/")[0]


def warm_up() -> None:
    """Import LiteLLM, so that workers do not wait for each other's import.

    A call of LiteLLM makes thousands of objects. Collecting after each 700 takes 2 % of the time.
    """
    from hello_llm.providers.litellm.loader import load

    load()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
