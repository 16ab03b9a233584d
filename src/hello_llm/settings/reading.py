"""Reads the bytes of a configuration file."""

from pathlib import Path

from hello_llm.contract import UsageError
from hello_llm.settings import phrases

_LARGEST_FILE = 1024 * 1024


def read_bytes(path: Path) -> bytes | None:
    """Return what the file holds; ``None`` if there is no such file.

    Raises:
        UsageError: the file is there, and cannot be read or is no configuration.
    """
    try:
        with path.open("rb") as file:
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
