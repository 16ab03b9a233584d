"""Translates the errors of SQLite and of the file system into ours."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shlex import quote

from hello_llm.contract import OutputError
from hello_llm.ledger.schema import UnknownSchemaError
from hello_llm.text.phrases import printable


class LedgerError(OutputError):
    """The ledger cannot be read or written."""


class LockedError(LedgerError):
    """Another process or thread kept the ledger locked for as long as we could wait."""


_PRIMARY = 0xFF
"""The bits of an error code that tell its kind."""
_FREE = "free some space, and try again"
_REPAIR = "look at the owner, mode and file system of its folder; --no-ledger makes a call without"
_CAUSES = (
    ("SQLITE_FULL", "the disk is full", _FREE),
    ("SQLITE_READONLY", "it cannot be written", _REPAIR),
    ("SQLITE_CANTOPEN", "it cannot be opened", _REPAIR),
    ("SQLITE_PERM", "it cannot be opened", _REPAIR),
    ("SQLITE_PROTOCOL", "its folder does not support locks", _REPAIR),
    ("SQLITE_IOERR_LOCK", "its folder does not support locks", _REPAIR),
    ("SQLITE_IOERR_SHMMAP", "its folder does not support shared memory", _REPAIR),
    ("SQLITE_IOERR", "reading or writing failed; perhaps the disk is full", _FREE),
    ("SQLITE_NOMEM", "there is not enough memory", "close some programs, or raise: ulimit -v"),
)
"""What the beginning of an error's name means, and what helps; the first that fits is right."""


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn whatever goes wrong with the ledger at `path` into an error of ours.

    Raises:
        LedgerError: it cannot be read or written.
    """
    import sqlite3

    try:
        yield
    except UnknownSchemaError as error:
        hint = f"update hello-llm, or start a new ledger: {_moved(path, 'other')}"
        raise unusable(path, str(error), hint) from None
    except sqlite3.Error as error:
        if is_busy(error):
            raise locked(path) from error
        raise unusable(path, *_cause(error, path)) from error
    except OSError as error:
        hint = _FREE if error.errno in (errno.ENOSPC, errno.EDQUOT) else _REPAIR
        raise unusable(path, error.strerror or str(error), hint) from error


def unusable(path: Path, reason: str, hint: str) -> LedgerError:
    """Return the error for the ledger at `path`, which cannot be used because of `reason`."""
    return LedgerError(f"cannot use the ledger {printable(str(path))}: {reason}", hint)


def locked(path: Path) -> LockedError:
    """Return the error for the ledger at `path`, which others kept locked."""
    return LockedError(
        f"cannot use the ledger {printable(str(path))}: another call keeps it locked",
        "try again; if it stays locked, end the call that hangs",
    )


def is_busy(error: Exception) -> bool:
    """Return whether an error of SQLite means that another process has locked the database."""
    from sqlite3 import SQLITE_BUSY

    return getattr(error, "sqlite_errorcode", 0) & _PRIMARY == SQLITE_BUSY


def _cause(error: Exception, path: Path) -> tuple[str, str]:
    name = str(getattr(error, "sqlite_errorname", ""))
    for beginning, reason, hint in _CAUSES:
        if name.startswith(beginning):
            return reason, hint
    return f"it is damaged ({error})", f"start a new one: {_moved(path, 'damaged')}"


def _moved(path: Path, why: str) -> str:
    """Return the command that moves the ledger out of the way."""
    return f"mv {quote(str(path))} {quote(f'{path}.{why}')}"
