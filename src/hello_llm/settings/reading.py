"""Reads the bytes of a configuration file, with a hint in each error."""

import errno
from pathlib import Path

from hello_llm.contract import UsageError
from hello_llm.files.reading import read_file, reason_of
from hello_llm.text import phrases


def read_bytes(path: Path) -> bytes | None:
    """Read the file; ``None`` if there is no such file.

    Raises:
        UsageError: the file exists, but cannot be read or is not a configuration.
    """
    try:
        return read_file(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except IsADirectoryError:
        raise UsageError(
            f"{phrases.printable(str(path))} is a folder, not a file",
            hint=f"name the file in it: --config {phrases.printable(str(path / 'config.toml'))}",
        ) from None
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno == errno.EFBIG:
            shown = phrases.printable(str(path))
            large = f"{shown} is larger than 256 KiB, too large for a configuration file"
            raise UsageError(large) from None
        reason = reason_of(error)
        raise UsageError(
            f"cannot read {phrases.printable(str(path))}: {reason}",
            hint="name a file that can be read: --config FILE",
        ) from error


def why_unseen(path: Path) -> str | None:
    """Return why it is not known whether the file exists; ``None`` if it is known.

    This happens below a folder that this user may not search, or with an invalid path.
    """
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        reason = reason_of(error)
        return f"cannot look for {phrases.printable(str(path))}: {reason}"
    return None
