"""Replaces a file in one step, so that it holds either the old text or the new one."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from hello_llm.contract import OutputError
from hello_llm.settings.phrases import printable

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
        _replace(target, content)
    except OSError as error:
        raise OutputError(
            f"cannot write {printable(str(path))}: {error.strerror}",
            hint="name a file in a folder that can be written: --config FILE",
        ) from error


def _make_folders(folder: Path) -> None:
    missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    for parent in reversed(missing):
        parent.mkdir(_FOLDER_MODE, exist_ok=True)


def _replace(target: Path, content: bytes) -> None:
    # mkstemp makes a file of mode 0600.
    descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor, not a path
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        os.replace(temporary, target)  # noqa: PTH105 - both names are at hand
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)  # noqa: PTH108 - a name, not a path
        raise
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """Make the renaming last; a system that cannot open folders does without."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
