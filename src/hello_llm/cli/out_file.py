"""``--out FILE``: the answer goes there, and the name holds the whole answer or what it held."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from hello_llm.contract import OutputError
from hello_llm.rendering.terminal import Terminal


@contextmanager
def writing_to(path: Path, terminal: Terminal) -> Iterator[Terminal]:
    """Yield `terminal` with standard output led to `path`; a failure in the block leaves it.

    A device or a pipe is written to directly.

    Raises:
        OutputError: the file cannot be written.
    """
    try:
        direct = path.exists() and not path.is_file()
        with path.open("wb", buffering=0) if direct else _replacing(path) as file:
            yield replace(terminal, stdout=file, stdout_is_tty=False)
    except OSError as error:
        raise OutputError(
            f"cannot write {path}: {error.strerror}", "choose another place with --out FILE"
        ) from error


@contextmanager
def _replacing(path: Path) -> Iterator[BinaryIO]:
    """Yield a new file that takes the place of `path`, or of what it links to, after the block."""
    target = Path(os.path.realpath(path))
    descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=".hello-llm-")
    try:
        with open(descriptor, "wb", buffering=0) as file:  # noqa: PTH123 - a descriptor
            os.fchmod(descriptor, _mode(target))
            yield file
        Path(temporary).replace(target)
    except BaseException:
        with suppress(OSError):
            Path(temporary).unlink()
        raise


def _mode(target: Path) -> int:
    """Return the mode of the file that is replaced, or what the umask leaves of 0666."""
    if target.exists():
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
