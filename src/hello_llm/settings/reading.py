"""Reads the bytes of a configuration file."""

import errno
import os
import select
import stat
from pathlib import Path

from hello_llm.contract import UsageError
from hello_llm.settings import phrases

_LARGEST_FILE = 1024 * 1024
_PATIENCE_S = 3.0


def read_bytes(path: Path) -> bytes | None:
    """Return what the file holds; ``None`` if there is no such file.

    Raises:
        UsageError: the file is there, and cannot be read or is no configuration.
    """
    try:
        with open(path, "rb", opener=_open) as file:
            content = file.read(_LARGEST_FILE + 1)
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
    if len(content) > _LARGEST_FILE:
        raise UsageError(f"{phrases.printable(str(path))} is larger than 1 MiB: no configuration")
    return content


def _open(path: str, flags: int) -> int:
    """Open `path`; a named pipe is only waited for as long as somebody may still write to it.

    Raises:
        OSError: it cannot be opened, or nothing comes.
    """
    descriptor = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    if stat.S_ISFIFO(os.fstat(descriptor).st_mode):
        ready, _, _ = select.select([descriptor], [], [], _PATIENCE_S)
        if not ready:
            os.close(descriptor)
            raise OSError(errno.ETIMEDOUT, f"nobody wrote to it within {_PATIENCE_S:g} s")
        os.set_blocking(descriptor, True)
    return descriptor
