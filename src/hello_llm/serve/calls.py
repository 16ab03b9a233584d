"""All calls of a server: how many at a time, where they run, and how they end with it."""

import asyncio
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass

from hello_llm.calls.money import Meter
from hello_llm.calls.opening import import_as_set
from hello_llm.calls.recording import OpenRecording
from hello_llm.calls.workers import Workers, warm_up
from hello_llm.contract import ExitCode, HelloLLMError, LLMReply
from hello_llm.engine.threads import ReusedThreads
from hello_llm.rendering.json.document import Redact
from hello_llm.serve.call import Call, server_stops
from hello_llm.serve.log import LOG
from hello_llm.serve.metrics import Metrics
from hello_llm.serve.problem import Problem, ProblemError
from hello_llm.serve.served_models import Asked, ServedModels
from hello_llm.serve.settings import ServeSettings

_AGAIN_S = 1


class Calls:
    """Starts calls, and ends them."""

    def __init__(
        self, settings: ServeSettings, models: ServedModels, metrics: Metrics, redact: Redact
    ) -> None:
        """Prepare; nothing is opened yet.

        Args:
            settings: the bounds.
            models: what is served.
            metrics: count the calls.
            redact: removes secrets.
        """
        self._settings = settings
        self._metrics = metrics
        self._redact = redact
        self._stack = ExitStack()
        base = models.base
        self._meter = self._stack.enter_context(Meter("serve", base, base.max_cost, redact))
        recording = OpenRecording(redact=redact)
        self._workers = Workers(recording, self._meter, self._stack, most_ahead=16)
        self._threads = ReusedThreads()
        self._running: set[Call] = set()
        self._idle = asyncio.Event()
        self._is_draining = False
        for one in models.all_settings():
            self._workers.prepare(one)

    @property
    def is_draining(self) -> bool:
        """Whether no new calls are accepted."""
        return self._is_draining

    @property
    def running(self) -> int:
        """How many calls are in progress."""
        return len(self._running)

    def start(self, asked: Asked) -> Call:
        """Start a call, and return it.

        Raises:
            ProblemError: there are too many calls, or the server is stopping.
        """
        if self._is_draining:
            raise ProblemError(_unavailable("the server is stopping", "stopping", ExitCode.TERM))
        if len(self._running) >= self._settings.max_calls:
            text = f"the server is busy with {len(self._running)} calls"
            raise ProblemError(_unavailable(text, "busy", ExitCode.RATE_LIMITED))
        loop, began = asyncio.get_running_loop(), time.monotonic()

        def end(outcome: LLMReply | HelloLLMError) -> None:
            self._metrics.call_ended(asked.label, outcome, time.monotonic() - began)
            self._meter.speak(self._warn, self._note)
            with suppress(RuntimeError):  # the loop has ended, and nobody waits
                loop.call_soon_threadsafe(self._ended, call)

        call = Call(
            lambda: self._workers.turn(asked.settings, asked.messages),
            end,
            self._settings.read_timeout_s,
        )
        self._running.add(call)
        self._idle.clear()
        self._threads.start(call.run)
        return call

    async def finish(self, grace_s: float) -> int:
        """Accept no new calls, cut those that take longer than `grace_s`, and return how many."""
        self._is_draining = True
        left = await self._until_idle(grace_s)
        for call in tuple(self._running):
            call.cancel(server_stops())
        await self._until_idle(_AGAIN_S)
        return left

    def close(self) -> None:
        """Close everything that calls have opened."""
        self._workers.close()
        self._threads.close()
        self._stack.close()

    async def _until_idle(self, seconds: float) -> int:
        if self._running:
            try:
                async with asyncio.timeout(seconds):
                    await self._idle.wait()
            except TimeoutError:
                return len(self._running)
        return 0

    def _ended(self, call: Call) -> None:
        self._running.discard(call)
        if not self._running:
            self._idle.set()

    def _warn(self, text: str) -> None:
        LOG.warning("%s", self._redact(text))

    def _note(self, text: str) -> None:
        LOG.info("%s", self._redact(text))


@dataclass(frozen=True, slots=True)
class Service:
    """The parts of a server that answer questions."""

    settings: ServeSettings
    """The bounds."""
    models: ServedModels
    """What clients may ask."""
    calls: Calls
    """Makes the calls."""
    redact: Redact
    """Removes secrets from errors."""


def load_litellm(models: ServedModels) -> None:
    """Import now what calls need, so that no client waits for that, let alone all at once (2 s)."""
    asked = [one for one in models.all_settings() if one.provider == "litellm" and one.model]
    if asked:
        from hello_llm.providers.litellm.rehearsal import rehearse

        import_as_set(asked[0])
        warm_up()
        for vendor in {str(one.model).partition("/")[0] for one in asked}:
            rehearse(f"{vendor}/")


def _unavailable(text: str, code: str, exit_code: ExitCode) -> Problem:
    return Problem(
        503,
        text,
        "server_error",
        code,
        hint="ask again in a moment",
        exit_code=exit_code,
        headers={"retry-after": str(_AGAIN_S)},
    )
