"""Replaces a file in one step, so that it holds either what it held or all that is new."""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from hello_llm.contract import OutputError
from hello_llm.text.phrases import printable

_FOLDER_MODE = 0o700


def write_atomically(path: Path, content: bytes) -> None:
    """Make `content` the content of `path`, readable by its owner only.

    A symbolic link stays one; the file it leads to is replaced. Missing folders are made.

    Raises:
        OutputError: the file cannot be written, or is a device or the like; nothing changed.
    """
    target = Path(os.path.realpath(path))
    if os.path.exists(target) and not os.path.isfile(target):  # noqa: PTH110, PTH113 - never raise
        raise OutputError(f"cannot write {printable(str(path))}: it is not a regular file")
    try:
        _make_folders(target.parent)
        with replacing(target) as file:
            file.write(content)
    except OSError as error:
        raise OutputError(
            f"cannot write {printable(str(path))}: {error.strerror}",
            hint="name a file in a folder that can be written: --config FILE",
        ) from error


@contextmanager
def replacing(target: Path, *, buffering: int = -1) -> Iterator[IO[bytes]]:
    """Yield a new file, for its owner only, that takes the place of `target` after the block.

    It lies beside `target` under a hidden name, its ``name``, which may be moved away. If the block
    fails, `target` is as it was and the new file is gone.

    Args:
        target: a regular file or none, and no link.
        buffering: as for ``open``.

    Raises:
        OSError: the file cannot be written.
    """
    file = tempfile.NamedTemporaryFile(  # noqa: SIM115 - it is closed, and then renamed
        dir=target.parent, prefix=".hello-llm-", buffering=buffering, delete=False
    )
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(file.name, target)  # noqa: PTH105 - both names are at hand
    except BaseException:
        with suppress(OSError):
            os.unlink(file.name)  # noqa: PTH108 - a name, not a path
        raise
    _sync_folder(target.parent)


@contextmanager
def replacing_in_kind(path: Path, *, buffering: int = -1) -> Iterator[IO[bytes]]:
    """Yield, as :func:`replacing` does, a new file that takes the place of `path`, a user's own.

    A symbolic link stays one; the file it leads to is replaced. The mode is that of the file which
    is replaced, or what the umask leaves of 0666.

    Args:
        path: a regular file, a link to one, or none.
        buffering: as for ``open``.

    Raises:
        OSError: the file cannot be written, or is write-protected.
    """
    target = Path(os.path.realpath(path))
    mode = _mode(target)
    with replacing(target, buffering=buffering) as file:
        Path(file.name).chmod(mode)
        yield file


def _mode(target: Path) -> int:
    if target.exists():
        if not os.access(target, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _make_folders(folder: Path) -> None:
    missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    for parent in reversed(missing):
        parent.mkdir(_FOLDER_MODE, exist_ok=True)


def _sync_folder(folder: Path) -> None:
    """Make the renaming last; a system that cannot open folders does without."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
