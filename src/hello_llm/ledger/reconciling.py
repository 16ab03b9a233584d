"""Marks the reservations of processes that ended without a word."""

from pathlib import Path

from hello_llm.ledger.database import Database
from hello_llm.ledger.spending import OpenReservation, open_reservations


def reconcile(path: Path) -> list[OpenReservation]:
    """Mark the reservations of processes that are gone as killed; they stay at their bounds.

    Args:
        path: the ledger, which exists.

    Returns:
        Every reservation that had not ended until then, oldest first.

    Raises:
        LedgerError: the ledger cannot be read or written.
    """
    with Database.writing(path) as database, database.transaction() as connection:
        found = open_reservations(connection)
        gone = [(one.call.id,) for one in found if one.fate == "gone"]
        connection.executemany("UPDATE calls SET state = 'killed' WHERE id = ?", gone)
    return found
