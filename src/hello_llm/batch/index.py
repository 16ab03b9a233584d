"""Which row has which ID, for any number of rows: kept in a temporary file, not in memory."""

import sqlite3
from collections.abc import Iterator
from typing import Self


class Index:
    """The IDs of the rows, and where their lines are in the output."""

    def __init__(self) -> None:
        """Start empty."""
        # A database without a name is a file that SQLite deletes itself, even after kill -9.
        self._connection = sqlite3.connect("", isolation_level=None)
        for statement in (
            "PRAGMA journal_mode = OFF",
            "PRAGMA synchronous = OFF",
            "BEGIN",
            "CREATE TABLE rows (key TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID",
            "CREATE TABLE lines (number INTEGER PRIMARY KEY, start INTEGER, size INTEGER)",
        ):
            self._connection.execute(statement)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def add(self, key: str, number: int) -> int | None:
        """Note the key of a row; return the number of the row that has it already, if one does."""
        try:
            self._connection.execute("INSERT INTO rows VALUES (?, ?)", (key, number))
        except sqlite3.IntegrityError:
            return self.number(key)
        return None

    def number(self, key: str) -> int | None:
        """Return the number of the row with `key`, if there is one."""
        query = "SELECT number FROM rows WHERE key = ?"
        found = self._connection.execute(query, (key,)).fetchone()
        return None if found is None else int(found[0])

    def place(self, number: int, start: int, size: int) -> None:
        """Note where the line of a row is in the output, in bytes."""
        line = (number, start, size)
        self._connection.execute("INSERT OR REPLACE INTO lines VALUES (?, ?, ?)", line)

    def places(self) -> Iterator[tuple[int, int]]:
        """Yield the start and the size of each line, in the order of the rows."""
        yield from self._connection.execute("SELECT start, size FROM lines ORDER BY number")
