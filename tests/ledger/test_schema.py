"""Whether a database has tables is read as of one moment, whatever other processes do meanwhile."""

import sqlite3
from contextlib import suppress

import pytest

from hello_llm.ledger import schema


@pytest.mark.parametrize("journal", ["wal", "delete"])
@pytest.mark.parametrize("moment", range(1, 6))
def test_tables_that_another_process_creates_meanwhile_are_there_or_not(journal, moment, tmp_path):
    ours, theirs = (
        sqlite3.connect(tmp_path / "ledger.sqlite3", isolation_level=None, timeout=0)
        for _ in range(2)
    )
    ours.execute(f"PRAGMA journal_mode = {journal}")
    begun: list[str] = []

    def create_in_time(statement: str) -> None:
        begun.append(statement)
        if len(begun) == moment:
            with suppress(sqlite3.OperationalError), theirs:  # locked out by a reader
                theirs.execute("BEGIN IMMEDIATE")
                schema.create(theirs)

    ours.set_trace_callback(create_in_time)
    was_empty = schema.is_empty(ours)
    ours.set_trace_callback(None)

    assert was_empty or not schema.is_empty(theirs)
    assert schema.is_empty(ours) == schema.is_empty(theirs)
