"""How much of a limit is used, and the error for a call that would exceed it."""

from datetime import tzinfo
from typing import TYPE_CHECKING, NamedTuple

from hello_llm.contract import BudgetError
from hello_llm.contract.budget import Limit
from hello_llm.ledger.call import PlannedCall
from hello_llm.ledger.schema import QUARTER_MS
from hello_llm.ledger.windows import local_time, span_around
from hello_llm.text.money import dollars

if TYPE_CHECKING:
    from sqlite3 import Connection

_QUARTERS = """
    SELECT coalesce(sum(spent_nano), 0), coalesce(sum(reserved_nano), 0)
    FROM sums WHERE scope = ? AND name = ? AND quarter >= ? AND quarter < ?
"""
_CALLS = """
    SELECT coalesce(sum(counted_nano) FILTER (WHERE state <> 'reserved'), 0),
           coalesce(sum(counted_nano) FILTER (WHERE state = 'reserved'), 0)
    FROM calls WHERE time_ms >= ? AND time_ms < ?
"""
_OF = {"total": "", "profiles": " AND profile = ?", "models": " AND model = ?"}


class Standing(NamedTuple):
    """How much of a limit is used in the current window of time."""

    limit: Limit
    """The limit."""
    spent_nano_usd: int
    """The amount spent in the window, in billionths of a US dollar."""
    reserved_nano_usd: int
    """The amount reserved for calls in progress, likewise."""
    ends_at_ms: int
    """When the window ends, in milliseconds since 1970 (UTC)."""

    @property
    def left_nano_usd(self) -> int:
        """The amount that may still be spent; 0 if the limit is exceeded."""
        return max(0, self.limit.nano_usd - self.spent_nano_usd - self.reserved_nano_usd)


def standing_of(
    connection: "Connection", limit: Limit, now_ms: int, zone: tzinfo | None
) -> Standing:
    """Sum up what counts towards `limit` in the window around `now_ms`."""
    span = span_around(limit.window, now_ms, zone)
    first, last = -(-span.start_ms // QUARTER_MS), span.end_ms // QUARTER_MS
    whole = (limit.scope, limit.name or "", first, last)
    sums = [connection.execute(_QUARTERS, whole).fetchone()]
    names = () if limit.name is None else (limit.name,)
    # Time zones of the user's own making may begin a day within a quarter of an hour.
    for edge in ((span.start_ms, first * QUARTER_MS), (last * QUARTER_MS, span.end_ms)):
        if edge[0] < edge[1]:
            sums += connection.execute(_CALLS + _OF[limit.scope], (*edge, *names))
    spent, reserved = map(sum, zip(*sums, strict=True))
    return Standing(limit, spent, reserved, span.end_ms)


def refusal(
    call: PlannedCall, standings: list[Standing], zone: tzinfo | None
) -> BudgetError | None:
    """Return the error if `call` does not fit within each of the limits in force."""
    if call.bound_nano_usd is None:
        return _unpriced(call, standings[0].limit) if standings else None
    exceeded = [one for one in standings if one.left_nano_usd < call.bound_nano_usd]
    if not exceeded:
        return None
    last = max(exceeded, key=lambda one: one.ends_at_ms)
    others = f" and {len(exceeded) - 1} more" if exceeded[1:] else ""
    bound, limit = call.bound_nano_usd, last.limit
    return BudgetError(
        f"the {limit.words} ({dollars(limit.nano_usd)} until {_end(last, zone)}){others}"
        " would be exceeded:"
        f" {dollars(last.spent_nano_usd)} is spent, {dollars(last.reserved_nano_usd)} is reserved,"
        f" and this call may cost up to {dollars(bound)}",
        f"{_way(bound, exceeded, last, zone)}, or raise the limit: {_raising(limit)};"
        " hello-llm spend shows what was spent",
    )


def _way(bound: int, exceeded: list[Standing], last: Standing, zone: tzinfo | None) -> str:
    """Return what a user can do without a higher limit: wait, if the call alone would fit."""
    if bound > min(one.limit.nano_usd for one in exceeded):
        return "limit the answer with --max-tokens"
    return f"wait until {_end(last, zone)}"


def _end(standing: Standing, zone: tzinfo | None) -> str:
    """Return when the window of a limit ends, on the clock of `zone`."""
    return f"{local_time(standing.ends_at_ms, zone):%Y-%m-%d %H:%M}"


def _unpriced(call: PlannedCall, limit: Limit) -> BudgetError:
    return BudgetError(
        f"the price of {call.model} is not known, so the {limit.words} cannot be kept",
        f'give its price in the configuration, [models."{call.model}"], or have a warning instead:'
        " hello-llm config set budget.mode warn",
    )


def _raising(limit: Limit) -> str:
    from shlex import quote

    return f"hello-llm config set {quote(limit.key)} USD"
