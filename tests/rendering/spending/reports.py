"""Reports to be shown."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from hello_llm.contract.budget import Limit
from hello_llm.ledger.call import ReservedCall
from hello_llm.ledger.processes import Process
from hello_llm.ledger.report import SpendReport
from hello_llm.ledger.spending import OpenReservation, Spending
from hello_llm.ledger.standing import Standing


def local_ms(text: str) -> int:
    """Return a moment of the local time."""
    return int(datetime.fromisoformat(text).timestamp()) * 1000


def call(number: int, bound: int | None, model: str = "openai/gpt-4o-mini") -> ReservedCall:
    process = Process(100 + number, 1, "here", "boot", "pid:[1]")
    made_ms = local_ms("2026-03-04T11:58")
    return ReservedCall(number, made_ms, "chat", None, model, bound, process)


DAYS = SpendReport(
    ledger=Path("/state/ledger.sqlite3"),
    by="day",
    since_ms=local_ms("2026-02-03"),
    now_ms=local_ms("2026-03-04T12:00"),
    rows=[
        Spending("2026-03-02", 1200, 1_234_567, 98_765, 1_500_000_000, 0, 0, 0, 0),
        Spending("2026-03-03", 2, None, None, 400, 400, 0, 2, 0),
        Spending("2026-03-04", 9, 4_000, 900, 750_000_001, 250_000_000, 1, 0, 3),
    ],
    standings=[
        Standing(Limit("daily", 10**9), 500_000_001, 250_000_000, local_ms("2026-03-05")),
        Standing(
            Limit("monthly", 2 * 10**9, "models", "openai/gpt-4o-mini"),
            2_250_000_401,
            0,
            local_ms("2026-04-01"),
        ),
    ],
    reservations=[
        OpenReservation(call(1, 250_000_000), "running"),
        OpenReservation(call(2, None), "gone"),
        OpenReservation(call(3, 1000), "elsewhere"),
    ],
)
NOTHING = replace(DAYS, ledger=None, rows=[], standings=[], reservations=[])
MODELS = replace(
    DAYS,
    by="model",
    rows=[
        Spending("openrouter/meta-llama/llama-3.1-405b-instruct:free", 5, 1, 1, 100, 0, 0, 0, 0),
        Spending("ollama/\x1b[31mqwen", 5, 1, 1, 0, 0, 0, 0, 0),
    ],
    standings=[],
    reservations=[],
)
