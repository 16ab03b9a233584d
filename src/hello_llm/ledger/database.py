"""Opens the ledger's database and runs transactions in it, waiting for other processes in turn.

SQLite's own wait would keep signals from being heard; this one is a loop of short sleeps.
"""

import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Self, TypeVar

from hello_llm.ledger.errors import is_busy, locked, translated, unusable
from hello_llm.ledger.place import check, is_remote, prepare
from hello_llm.ledger.schema import create, is_empty

if TYPE_CHECKING:
    from sqlite3 import Connection

PATIENCE_S = 10.0
"""Seconds to wait for other processes; each transaction takes milliseconds."""
_SHORTEST_S, _LONGEST_S = 0.001, 0.05
_OLDEST_SQLITE = (3, 37)
"""The first version that has strict tables."""

_Result = TypeVar("_Result")


class Database:
    """A connection to the ledger that the threads of a process share, one transaction at a time."""

    def __init__(self, path: Path, connection: "Connection") -> None:
        """Use `connection`, which is to the file `path`."""
        self._path = path
        self._connection = connection
        self._turn = Lock()

    @classmethod
    def writing(cls, path: Path, patience_s: float = PATIENCE_S) -> Self:
        """Open the ledger at `path`; create it if there is none.

        Args:
            path: the file.
            patience_s: seconds to wait for other processes.

        Raises:
            LedgerError: it cannot be opened, created or written.
        """
        with translated(path):
            prepare(path)
            database = cls(path, _connect(path, "mode=rw"))
            try:
                database._set_up(patience_s)
            except BaseException:
                database.close()
                raise
            return database

    @classmethod
    def reading(cls, path: Path, patience_s: float = PATIENCE_S) -> Self:
        """Open the ledger at `path`, which exists, to read it only, even in a read-only folder.

        Raises:
            LedgerError: it cannot be opened or read.
        """
        with translated(path):
            check(path)
            database = cls(path, _connect(path, _reading_mode(path)))
            try:
                _patiently(lambda: is_empty(database._connection), patience_s)
            except BaseException:
                database.close()
                raise
            return database

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def transaction(
        self, patience_s: float = PATIENCE_S, *, durable: bool = False
    ) -> Iterator["Connection"]:
        """Run the block as one transaction, during which no other process writes.

        Args:
            patience_s: seconds to wait for other processes and threads.
            durable: whether a loss of power after the block may not undo it.

        Raises:
            LedgerError: the ledger is locked for too long, or cannot be read or written.
        """
        patience_s = max(0.0, patience_s)
        ends_at = time.monotonic() + patience_s
        if not self._turn.acquire(timeout=patience_s):
            raise locked(self._path)
        try:
            with translated(self._path):
                if self._connection.in_transaction:  # a signal came just as it had begun
                    self._connection.rollback()
                self._connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
                yield from self._in_transaction(ends_at)
        finally:
            self._turn.release()

    def _in_transaction(self, ends_at: float) -> Iterator["Connection"]:
        connection = self._connection

        def run(statement: str) -> None:
            _patiently(lambda: connection.execute(statement), ends_at - time.monotonic())

        run("BEGIN IMMEDIATE")
        try:
            yield connection
            run("COMMIT")  # without a write-ahead log, readers have to end first
        except BaseException:
            if connection.in_transaction:  # SQLite itself ends it if the disk is full
                connection.rollback()
            raise

    @contextmanager
    def snapshot(self) -> Iterator["Connection"]:
        """Let the block read the ledger as it is at one moment.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        with translated(self._path):
            connection = self._connection
            connection.execute("BEGIN")
            try:
                _patiently(lambda: connection.execute("SELECT 1 FROM calls LIMIT 1"), PATIENCE_S)
                yield connection
            finally:
                connection.rollback()

    def _set_up(self, patience_s: float) -> None:
        """Create the tables if there are none."""
        connection = self._connection
        if not _patiently(lambda: is_empty(connection), patience_s):
            return
        # Machines that share a file share no memory, which a write-ahead log needs. Where SQLite
        # itself finds that out, it keeps the other journal.
        if not is_remote(self._path):
            _patiently(lambda: connection.execute("PRAGMA journal_mode = WAL"), patience_s)
        with self.transaction(patience_s, durable=True):
            if is_empty(connection):
                create(connection)


def _connect(path: Path, mode: str) -> "Connection":
    import sqlite3

    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        wanted = ".".join(map(str, _OLDEST_SQLITE))
        reason = f"SQLite {sqlite3.sqlite_version} is too old; it needs {wanted}"
        raise unusable(path, reason, "use a newer Python; --no-ledger makes a call without")
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?{mode}",
        uri=True,
        timeout=0,
        isolation_level=None,
        check_same_thread=False,
    )


def _reading_mode(path: Path) -> str:
    """Return how to open a ledger for reading.

    A write-ahead log needs a file of shared memory beside it. If that cannot be made, and there is
    no log, nobody is writing, and the file can be read as it is.
    """
    has_log = Path(f"{path}-wal").exists()
    return "mode=ro" if has_log or os.access(path.parent, os.W_OK) else "mode=ro&immutable=1"


def _patiently(work: Callable[[], _Result], patience_s: float) -> _Result:
    """Do `work`, again and again while another process has locked the database."""
    import sqlite3

    ends_at, pause_s = time.monotonic() + patience_s, _SHORTEST_S
    while True:
        try:
            return work()
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() >= ends_at:
                raise
        time.sleep(random.uniform(pause_s / 2, pause_s))  # noqa: S311 - not to meet again
        pause_s = min(2 * pause_s, _LONGEST_S)
