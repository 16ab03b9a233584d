"""The money that is set aside for one attempt, in the run's purse and in the ledger."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hello_llm.calls.purse import Purse
from hello_llm.contract import ChatRequest, ExitCode, HelloLLMError, LLMReply, OutputError

if TYPE_CHECKING:
    from hello_llm.ledger.ledger import Reservation

_NOT_CHARGED = frozenset(
    {
        ExitCode.AUTH,
        ExitCode.REQUEST,
        ExitCode.CONTEXT,
        ExitCode.RATE_LIMITED,
        ExitCode.SERVER,
    }
)
"""What a server refuses with a status of its own and without an answer, which no vendor charges."""


@dataclass(frozen=True, slots=True)
class Hold:
    """The reservations for one attempt; one of the methods is called when it has ended."""

    request: ChatRequest
    """The request as it is to be sent."""
    bound_nano_usd: int
    """What was set aside, in billionths of a US dollar."""
    purse: Purse | None
    """The money of the run, if that is limited."""
    reservation: "Reservation | None"
    """The reservation in the ledger, if the call is recorded."""
    warn: Callable[[str], None]
    """Called with a sentence if the ledger cannot be written; the call then stays at its bound."""
    redact: Callable[[str], str] = str
    """Removes secrets from a text."""

    def settle(self, reply: LLMReply) -> None:
        """Count the cost of `reply`, or the bound if its cost is not known."""
        usage = reply.usage
        cost = usage.usd_nanos
        self._count(self.bound_nano_usd if cost is None else cost)
        self._record(
            lambda kept: kept.settle(
                cost,
                tokens_in=usage.tokens_in,
                tokens_out=usage.tokens_out,
                model_served=self._named(reply.model_served),
                price_source=usage.price_source,
            )
        )

    def fail(self, error: BaseException) -> None:
        """Count an attempt that `error` ended: nothing, if it is certain that nothing was used."""
        if isinstance(error, HelloLLMError) and error.unsent:
            self.release()
        elif isinstance(error, HelloLLMError) and _is_refused(error):
            self._count(0)
            self._record(lambda kept: kept.settle(0))
        else:
            self.keep()

    def release(self) -> None:
        """Count nothing, because nothing was sent."""
        self._count(0)
        self._record(lambda kept: kept.release())

    def keep(self) -> None:
        """Count the bound, because the attempt was cut off and may have cost as much."""
        self._count(self.bound_nano_usd)
        self._record(lambda kept: kept.keep("cut"))

    def _named(self, served: str | None) -> str | None:
        """Return the model that a server says answered, unless there is a secret in its name."""
        return None if served is None or self.redact(served) != served else served

    def _count(self, nano_usd: int) -> None:
        if self.purse is not None:
            self.purse.end(self.bound_nano_usd, nano_usd)

    def _record(self, end: "Callable[[Reservation], None]") -> None:
        if self.reservation is None:
            return
        try:
            end(self.reservation)
        except OutputError as error:
            self.warn(f"{error.message}; the call counts at its bound")


def _is_refused(error: HelloLLMError) -> bool:
    partial = error.partial
    answered = partial is not None and (partial.text or partial.reasoning or partial.tool_calls)
    return error.status is not None and error.exit_code in _NOT_CHARGED and not answered
