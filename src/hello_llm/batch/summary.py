"""What a run of a batch has come to, in words and as a JSON document."""

from typing import Any

from hello_llm.batch.tally import Tally
from hello_llm.contract import ExitCode, HelloLLMError
from hello_llm.rendering.json.document import Redact, describe_error, failure, head
from hello_llm.text.money import dollars

SCHEMA = "hello-llm.batch/1"
_MICRO = 1000
_EMPTY: dict[str, Any] = {
    "rows": 0,
    "answered": 0,
    "failed": 0,
    "failed_by_code": [],
    "pending": 0,
    "asked": 0,
    "usage": None,
    "seconds": 0.0,
    "out": None,
}


def summary_document(
    tally: Tally, out: str, exit_code: ExitCode, error: HelloLLMError | None, redact: Redact
) -> dict[str, Any]:
    """Return the document of a run.

    Args:
        tally: what came of the rows.
        out: where the lines are.
        exit_code: the exit code of the process.
        error: why the run ended early, if it did.
        redact: removes secrets from the error.
    """
    priced = tally.done > tally.unpriced
    return {
        **head(SCHEMA, exit_code),
        "rows": tally.rows,
        "answered": tally.answered,
        "failed": tally.failed.total(),
        "failed_by_code": [
            {"code": code.name, "rows": rows} for code, rows in sorted(tally.failed.items())
        ],
        "pending": tally.rows - tally.done,
        "asked": tally.asked,
        "usage": {
            "tokens_in": tally.tokens_in,
            "tokens_out": tally.tokens_out,
            "usd_micros": -(-tally.nano_usd // _MICRO) if priced else None,
            "unpriced": tally.unpriced,
        },
        "seconds": round(tally.seconds, 3),
        "out": redact(out),
        "error": None if error is None else describe_error(error, exit_code, redact),
    }


def batch_failure(error: HelloLLMError, redact: Redact) -> dict[str, Any]:
    """Return the document of a run that `error` ended before it could ask anything."""
    return failure(SCHEMA, _EMPTY, error, redact)


def summary_lines(tally: Tally, out: str) -> list[str]:
    """Return what came of a run, in words."""
    rows = f"{tally.rows:,} row{'' if tally.rows == 1 else 's'}"
    pending = tally.rows - tally.done
    words = [f"{rows}: {tally.answered:,} answered", *_failed(tally)]
    if pending:
        words.append(f"{pending:,} not asked yet")
    cost = f"{dollars(tally.nano_usd)}{_unpriced(tally)}"
    return [
        ", ".join(words),
        f"this run: {_asked(tally)}",
        f"in all: {tally.tokens_in:,} tokens in, {tally.tokens_out:,} out, {cost}",
        f"written to {out}",
        *(["to go on, run the same command again"] if pending and tally.done else []),
    ]


def _asked(tally: Tally) -> str:
    if not tally.asked:
        return "nothing"
    words = f"{tally.asked:,} in {span(tally.seconds)}"
    return f"{words}, {tally.asked / tally.seconds:,.1f} a second" if tally.seconds >= 1 else words


def progress_words(tally: Tally) -> list[str]:
    """Return how far a run has come, in words for one line."""
    words = [f"{tally.done:,} of {tally.rows:,} rows", *_failed(tally)]
    if (rate := tally.rate) is not None:
        words.append(f"{rate:,.1f} a second")
    if (left_s := tally.left_s) is not None and tally.done < tally.rows:
        words.append(f"{span(left_s)} left")
    if tally.nano_usd:
        words.append(f"{dollars(tally.nano_usd)}{_unpriced(tally)}")
    return words


def span(seconds: float) -> str:
    """Format a time in its largest units: ``2 h 5 min``, ``3 min 20 s``, ``42 s``, ``0.4 s``."""
    if seconds < 1:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _failed(tally: Tally) -> list[str]:
    if not tally.failed:
        return []
    kinds = ", ".join(f"{count:,} {code.name}" for code, count in tally.failed.most_common())
    return [f"{tally.failed.total():,} failed ({kinds})"]


def _unpriced(tally: Tally) -> str:
    return f" and {tally.unpriced:,} of unknown price" if tally.unpriced else ""
