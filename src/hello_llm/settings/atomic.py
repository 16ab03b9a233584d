"""Replaces a file atomically, so that it has either its old or all of its new content."""

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
    """Write `content` to `path`, readable by its owner only.

    A symbolic link is kept, and its target replaced. Missing folders are created.

    Raises:
        OutputError: the file cannot be written, or is not a regular file; nothing changed.
    """
    target = find_target(path)
    try:
        _make_folders(target.parent)
        with replacing(target) as file:
            file.write(content)
    except OSError as error:
        raise OutputError(
            f"cannot write {printable(str(path))}: {error.strerror}",
            hint="name a file in a folder that can be written: --config FILE",
        ) from error


def find_target(path: Path) -> Path:
    """Return the file that `path` names or links to, whether it exists or not.

    Raises:
        OutputError: it is not a regular file.
    """
    target = Path(os.path.realpath(path))
    if os.path.exists(target) and not os.path.isfile(target):  # noqa: PTH110, PTH113 - never raise
        raise OutputError(f"cannot write {printable(str(path))}: it is not a regular file")
    return target


@contextmanager
def replacing(target: Path, *, buffering: int = -1) -> Iterator[IO[bytes]]:
    """Yield a new file, readable by its owner only, that replaces `target` after the block.

    It is beside `target` under a hidden name, its ``name``, and may be moved away. If the block
    fails, `target` is unchanged and the new file is deleted.

    Args:
        target: a regular file or a free name, not a link.
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
    """Yield, like :func:`replacing`, a new file that replaces `path`, one of the user's own.

    A symbolic link is kept, and its target replaced. The new file has the mode of the file that it
    replaces, or else 0666 less the umask.

    Args:
        path: a regular file, a link to one, or a free name.
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
    """Make the rename durable, if the system can open folders."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
