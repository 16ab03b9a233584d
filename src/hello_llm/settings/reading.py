"""Reads the bytes of a configuration file: not too many, and not for ever."""

import errno
import os
from pathlib import Path

from hello_llm.contract import UsageError
from hello_llm.settings import phrases

_LARGEST_FILE = 256 * 1024
_PATIENCE_S = 3.0


def read_bytes(path: Path) -> bytes | None:
    """Return what the file holds; ``None`` if there is no such file.

    Raises:
        UsageError: the file is there, and cannot be read or is no configuration.
    """
    try:
        return _read(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except IsADirectoryError:
        raise UsageError(
            f"{phrases.printable(str(path))} is a folder, not a file",
            hint=f"name the file in it: --config {phrases.printable(str(path / 'config.toml'))}",
        ) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise UsageError(
            f"cannot read {phrases.printable(str(path))}: {reason}",
            hint="name a file that can be read: --config FILE",
        ) from error


def why_unseen(path: Path) -> str | None:
    """Return why nobody can tell whether there is such a file; ``None`` if one can.

    It is so below a folder that this user may not search, or at the end of a path that is no path.
    """
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        return f"cannot look for {phrases.printable(str(path))}: {reason}"
    return None


def _read(path: Path) -> bytes:
    """Return what the file holds; a pipe is a file too: ``--config <(make-config)``."""
    from select import select  # noqa: PLC0415 - only where there is a file

    content = b""
    with open(path, "rb", buffering=0, opener=_open_at_once) as file:
        while len(content) <= _LARGEST_FILE:
            if not select([file], [], [], _PATIENCE_S)[0]:
                raise TimeoutError(errno.ETIMEDOUT, f"nothing came from it for {_PATIENCE_S:g} s")
            piece = file.read(_LARGEST_FILE)
            if piece == b"":
                return content
            content += piece or b""
    raise UsageError(f"{phrases.printable(str(path))} is larger than 256 KiB: no configuration")


def _open_at_once(path: str, flags: int) -> int:
    """Open the file, also a pipe that nobody writes to."""
    return os.open(path, flags | os.O_NONBLOCK)
