"""The JSON documents of ``spend`` and ``spend reconcile``, of success and of failure alike.

Amounts are exact in billionths of a dollar (``usd_nanos``). ``usd_micros`` is rounded from them,
each on its own, so that those of the rows need not add up to that of all.
"""

from pathlib import Path
from typing import Any

from hello_llm.contract import ExitCode, HelloLLMError
from hello_llm.ledger.report import SpendReport
from hello_llm.ledger.spending import OpenReservation, Spending
from hello_llm.ledger.standing import Standing
from hello_llm.ledger.windows import local_time
from hello_llm.rendering.json.document import Redact, failure, head

_SPEND = "hello-llm.spend/1"
_RECONCILE = "hello-llm.spend-reconcile/1"
_SUMS = ("calls", "tokens_in", "tokens_out", "usd_micros", "usd_nanos", "at_bound_usd_nanos")
_MARKS = ("unpriced", "kept", "exceeded")
_OF_A_REPORT = ("ledger", "by", "since", "until", *_SUMS, *_MARKS)
_LISTS = ("rows", "limits", "reservations")
_FATES = ("gone", "running", "elsewhere")


def spend_document(report: SpendReport) -> dict[str, Any]:
    """Return the document of ``spend``."""
    return {
        **head(_SPEND, ExitCode.OK),
        "ledger": None if report.ledger is None else str(report.ledger),
        "by": report.by,
        "since": _moment(report.since_ms),
        "until": _moment(report.now_ms),
        **_sums(report.total),
        "rows": [{"name": row.name, **_sums(row)} for row in report.rows],
        "limits": [_limit(standing) for standing in report.standings],
        "reservations": [_reservation(one) for one in report.reservations],
        "error": None,
    }


def spend_failure(error: HelloLLMError, redact: Redact) -> dict[str, Any]:
    """Return the document of ``spend`` that ended with `error`."""
    empty: dict[str, Any] = dict.fromkeys(_OF_A_REPORT)
    empty |= {name: [] for name in _LISTS}
    return failure(_SPEND, empty, error, redact)


def reconcile_document(ledger: Path | None, found: list[OpenReservation]) -> dict[str, Any]:
    """Return the document of ``spend reconcile``, which `found` these reservations."""
    of_each = {fate: [_reservation(one) for one in found if one.fate == fate] for fate in _FATES}
    return {
        **head(_RECONCILE, ExitCode.OK),
        "ledger": None if ledger is None else str(ledger),
        **of_each,
        "error": None,
    }


def reconcile_failure(error: HelloLLMError, redact: Redact) -> dict[str, Any]:
    """Return the document of ``spend reconcile`` that ended with `error`."""
    empty: dict[str, Any] = {"ledger": None, **{fate: [] for fate in _FATES}}
    return failure(_RECONCILE, empty, error, redact)


def micros(nano_usd: int) -> int:
    """Return billionths as millionths, rounded to the nearest, halves up."""
    return (nano_usd + 500) // 1000


def _sums(spending: Spending) -> dict[str, Any]:
    counted = (spending.calls, spending.tokens_in, spending.tokens_out)
    amounts = (micros(spending.nano_usd), spending.nano_usd, spending.at_bound_nano_usd)
    marks = (spending.unpriced, spending.kept, spending.exceeded)
    return dict(zip((*_SUMS, *_MARKS), (*counted, *amounts, *marks), strict=True))


def _limit(standing: Standing) -> dict[str, Any]:
    limit = standing.limit
    return {
        "key": limit.key,
        "window": limit.window,
        "profile": limit.name if limit.scope == "profiles" else None,
        "model": limit.name if limit.scope == "models" else None,
        "usd_nanos": limit.nano_usd,
        "spent_usd_nanos": standing.spent_nano_usd,
        "reserved_usd_nanos": standing.reserved_nano_usd,
        "left_usd_nanos": standing.left_nano_usd,
        "ends_at": _moment(standing.ends_at_ms),
    }


def _reservation(one: OpenReservation) -> dict[str, Any]:
    call = one.call
    return {
        "made_at": _moment(call.time_ms),
        "command": call.command,
        "profile": call.profile,
        "model": call.model,
        "usd_nanos": call.bound_nano_usd,
        "pid": call.process.pid,
        "process": one.fate,
    }


def _moment(at_ms: int) -> str:
    return local_time(at_ms).isoformat(timespec="seconds")
