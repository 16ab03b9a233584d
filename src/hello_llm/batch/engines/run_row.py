"""Makes one call for the driver of a batch; this is what runs on another machine."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from hello_llm.batch.engines.row import CallRow, answer_to_json
from hello_llm.calls.opening import open_provider
from hello_llm.calls.workers import warm_up
from hello_llm.contract import HelloLLMError, LLMProvider, LLMReply, UnreachableError, fold
from hello_llm.engine import Candidate, Deadlines, RetryPolicy, Turn
from hello_llm.engine.attempt import Attempt
from hello_llm.engine.threads import ReusedThreads
from hello_llm.machine.environment import whole_environ
from hello_llm.secrets.environ import secrets_in
from hello_llm.secrets.redactor import Redactor


def _never() -> bool:
    return False


def run_row(row: Mapping[str, Any], is_cancelled: Callable[[], bool] = _never) -> dict[str, Any]:
    """Make the call that `row` describes, once, and return how it ended, both as JSON values.

    Args:
        row: what :meth:`CallRow.to_json` has written.
        is_cancelled: returns whether the answer is no longer wanted; asked several times a second.
    """
    try:
        call = CallRow.from_json(row)
    except HelloLLMError as error:
        return answer_to_json(error)
    return answer_to_json(_answer(call, is_cancelled))


def _answer(call: CallRow, is_cancelled: Callable[[], bool]) -> LLMReply | HelloLLMError:
    def look() -> None:
        if is_cancelled():
            raise UnreachableError("the call was stopped")

    try:
        # Closed before the caller is given back: the end of a turn closes its provider.
        with _CALLERS.one_for(call) as caller, closing(caller.turn(call)) as turn:
            turn.on_wait(look)
            return fold(turn)
    except HelloLLMError as error:
        # The driver does not know the secrets of this machine, and cannot redact them.
        redact = Redactor(secrets_in(whole_environ(), *call.settings.secret_variables))
        error.message = redact(error.message)
        error.hint = error.hint and redact(error.hint)
        return error


class _OneAttempt(RetryPolicy):
    """Leaves all that follows a failure to the driver."""

    def say_wait(self, error: HelloLLMError) -> None:
        """Say nothing: the driver may try again, and says it in the end."""


@dataclass(slots=True)
class _Caller:
    """A provider and its threads, for one call at a time: closing it must cut no other."""

    provider: LLMProvider
    threads: ReusedThreads = field(default_factory=ReusedThreads)

    def turn(self, call: CallRow) -> Turn:
        """Return a turn that makes the call once, within its deadlines."""
        settings = call.settings
        return Turn(
            [Candidate(call.request, lambda: self.provider, self.provider.name)],
            stream=call.stream,
            deadlines=Deadlines(
                first_token_s=settings.first_token_timeout,
                idle_s=settings.idle_timeout,
                total_s=settings.timeout,
            ),
            retry=_OneAttempt(retries=0),
            attempts=partial(Attempt, start=self.threads.start),
        )


class _Callers:
    """The callers of this process, which are used again and keep their connections."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._free: dict[str, list[_Caller]] = {}
        self._open = ExitStack()

    @contextmanager
    def one_for(self, call: CallRow) -> Iterator[_Caller]:
        """Yield a caller that nobody else uses meanwhile.

        Raises:
            UsageError: the settings of the call conflict, or a file is not there.
        """
        with self._lock:
            free = self._free.setdefault(call.key, [])
            caller = free.pop() if free else None
            if caller is None:
                if call.settings.provider == "litellm":
                    warm_up()
                caller = _Caller(self._open.enter_context(open_provider(call.settings)))
        try:
            yield caller
        finally:
            free.append(caller)


_CALLERS = _Callers()
