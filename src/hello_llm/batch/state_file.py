"""The file beside the output that says which batch it belongs to, and keeps others away from it."""

import fcntl
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Self

from hello_llm.batch.identity import SCHEMA, Identity
from hello_llm.contract import UsageError
from hello_llm.text import phrases

_MODE = 0o600
_LARGEST = 2**20


class StateFile:
    """The state of a batch, open and locked while a run is in progress."""

    def __init__(self, path: Path) -> None:
        """Open and lock the file, which is created if it is missing.

        Raises:
            OSError: it cannot be opened.
            UsageError: another run has locked it.
        """
        self._path = path
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _MODE)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.close()
            raise UsageError(
                "another run of this batch is in progress", "wait for it, or end it"
            ) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Unlock and close the file."""
        os.close(self._descriptor)

    def read(self) -> Identity | None:
        """Return the identity of the batch, or ``None`` if it was never written whole.

        Raises:
            OSError: it cannot be read.
            UsageError: the file is not the state of a batch.
        """
        content = os.pread(self._descriptor, _LARGEST, 0)
        if not content.endswith(b"\n"):
            return None
        try:
            found = json.loads(content)
            if found.pop("schema") == SCHEMA:
                return Identity(**found)
        except (ValueError, TypeError, AttributeError, KeyError):
            pass
        raise UsageError(
            f"{phrases.printable(str(self._path))} is not the state of a batch, or of another"
            " release of this program",
            "choose another --out, or move that file out of the way",
        )

    def write(self, identity: Identity) -> None:
        """Write the identity of the batch, durably.

        Raises:
            OSError: it cannot be written.
        """
        content = f"{json.dumps({'schema': SCHEMA, **asdict(identity)})}\n".encode()
        os.ftruncate(self._descriptor, 0)
        written = 0
        while written < len(content):
            written += os.pwrite(self._descriptor, content[written:], written)
        os.fsync(self._descriptor)
