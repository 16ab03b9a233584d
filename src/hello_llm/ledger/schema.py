"""The tables of the ledger, and whether a database has them."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite3 import Connection

VERSION = 1
"""The version of the tables, in the database's ``user_version``."""

_APPLICATION_ID = 0x684C6C4D
"""Marks the database as a ledger of this program."""

# The amount that counts towards a limit is derived here and nowhere else. No id is used twice:
# a call that settles late must not meet the reservation of another.
_TABLES = (
    """
    CREATE TABLE calls (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        time_ms INTEGER NOT NULL,
        command TEXT NOT NULL,
        profile TEXT,
        model TEXT NOT NULL,
        model_served TEXT,
        tokens_in INTEGER,
        tokens_out INTEGER,
        state TEXT NOT NULL DEFAULT 'reserved' CHECK (
            state IN ('reserved', 'settled', 'unreported', 'cut', 'killed', 'released')
        ),
        bound_nano INTEGER CHECK (bound_nano BETWEEN 0 AND 10000000000000),
        settled_nano INTEGER CHECK (
            settled_nano BETWEEN 0 AND 10000000000000
            AND (settled_nano IS NULL) = (state <> 'settled')
        ),
        price_source TEXT CHECK (price_source IN ('server', 'configuration', 'list')),
        pid INTEGER NOT NULL,
        pid_started INTEGER,
        host TEXT NOT NULL,
        boot TEXT,
        pid_namespace TEXT,
        counted_nano INTEGER AS (
            CASE state WHEN 'settled' THEN settled_nano WHEN 'released' THEN 0 ELSE bound_nano END
        ) VIRTUAL
    ) STRICT
    """,
    "CREATE INDEX calls_by_time ON calls (time_ms, state, counted_nano, profile, model)",
    "CREATE INDEX calls_reserved ON calls (id) WHERE state = 'reserved'",
)


class UnknownSchemaError(Exception):
    """The database is not a ledger that this release can use; the text says what it is."""


def is_empty(connection: "Connection") -> bool:
    """Return whether the database has no tables yet.

    Raises:
        UnknownSchemaError: it has tables, but not those of a ledger of this version.
    """
    ((version,),) = connection.execute("PRAGMA user_version")
    ((application,),) = connection.execute("PRAGMA application_id")
    if application == _APPLICATION_ID:
        if version != VERSION:
            raise UnknownSchemaError(
                f"its version is {version}, and this release of hello-llm knows version {VERSION}"
            )
        return False
    ((tables,),) = connection.execute("SELECT count(*) FROM sqlite_schema")
    if tables or application or version:
        raise UnknownSchemaError("it is the database of another program")
    return True


def create(connection: "Connection") -> None:
    """Create the tables, within the transaction that is open."""
    for statement in _TABLES:
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {VERSION}")
