"""Looks into a ledger from outside."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from hello_llm.ledger.spending import Spending, reading


def rows(path: Path, columns: str) -> list[tuple[Any, ...]]:
    """Return what the ledger has in `columns`, in the order of the calls."""
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.execute(f"SELECT {columns} FROM calls ORDER BY id"))


def pragma(path: Path, name: str) -> list[tuple[Any, ...]]:
    """Return what SQLite says about the ledger."""
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.execute(f"PRAGMA {name}"))


def states(path: Path) -> list[str]:
    return [state for (state,) in rows(path, "state")]


def total(path: Path) -> Spending:
    """Return everything that was ever spent; all calls have the same command."""
    with reading(path) as reader:
        (spending,) = reader.spending("command", 0)
        return spending
