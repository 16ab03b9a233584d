"""The tables of the ledger, and whether a database has them."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite3 import Connection

VERSION = 1
"""The version of the tables, in the database's ``user_version``."""

_APPLICATION_ID = 0x684C6C4D
"""Marks the database as a ledger of this program."""

QUARTER_MS = 15 * 60 * 1000
"""The milliseconds that a row of ``sums`` covers; the offsets of time zones are multiples."""

# What a call counts is derived in `counted_nano` and nowhere else, and `sums` follows by triggers:
# a limit is checked as fast after a million calls. No id is used twice: a call that settles late
# must not meet the reservation of another.
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
        price_source TEXT CHECK (price_source IN ('server', 'configuration', 'list', 'local')),
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
    "CREATE INDEX calls_by_time ON calls (time_ms)",
    "CREATE INDEX calls_reserved ON calls (id) WHERE state = 'reserved'",
    """
    CREATE TABLE sums (
        scope TEXT NOT NULL CHECK (scope IN ('total', 'profiles', 'models')),
        name TEXT NOT NULL,
        quarter INTEGER NOT NULL,
        spent_nano INTEGER NOT NULL,
        reserved_nano INTEGER NOT NULL,
        PRIMARY KEY (scope, name, quarter)
    ) STRICT, WITHOUT ROWID
    """,
)


def _counts(row: str, *, reserved: bool) -> str:
    """Return the expression for what `row` of ``calls`` counts as reserved, or else as spent."""
    condition = f"{row}.state {'=' if reserved else '<>'} 'reserved'"
    return f"iif({condition}, coalesce({row}.counted_nano, 0), 0)"


def _trigger(event: str, *, changes: bool) -> str:
    """Return the trigger that adds a call to the sums, or the difference if it `changes`."""
    spent, reserved = (
        _counts("new", reserved=reserved)
        + (f" - {_counts('old', reserved=reserved)}" if changes else "")
        for reserved in (False, True)
    )
    return f"""
    CREATE TRIGGER sums_after_{event} AFTER {event} ON calls BEGIN
        INSERT INTO sums
            SELECT scope, name, new.time_ms / {QUARTER_MS}, {spent}, {reserved} FROM (
                SELECT 'total' AS scope, '' AS name
                UNION ALL SELECT 'models', new.model
                UNION ALL SELECT 'profiles', new.profile WHERE new.profile IS NOT NULL
            ) WHERE true
        ON CONFLICT DO UPDATE SET
            spent_nano = spent_nano + excluded.spent_nano,
            reserved_nano = reserved_nano + excluded.reserved_nano;
    END
    """  # noqa: S608 - made of constants


# One statement sees one moment: between two of them, another process may create the tables.
_STATE = """
    SELECT user_version, application_id, (SELECT count(*) FROM sqlite_schema)
    FROM pragma_user_version, pragma_application_id
"""


class UnknownSchemaError(Exception):
    """The database is not a ledger that this release can use; the text says what it is."""


def is_empty(connection: "Connection") -> bool:
    """Return whether the database has no tables yet.

    Raises:
        UnknownSchemaError: it has tables, but not those of a ledger of this version.
    """
    ((version, application, tables),) = connection.execute(_STATE)
    if application == _APPLICATION_ID:
        if version != VERSION:
            raise UnknownSchemaError(
                f"its version is {version}, and this release of hello-llm knows version {VERSION}"
            )
        return False
    if tables or application or version:
        raise UnknownSchemaError("it is the database of another program")
    return True


def create(connection: "Connection") -> None:
    """Create the tables, within the transaction that is open."""
    triggers = (_trigger("INSERT", changes=False), _trigger("UPDATE", changes=True))
    for statement in (*_TABLES, *triggers):
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {VERSION}")
