"""Makes sure that the ledger's file and folder are the user's own, and creates them."""

import os
import stat
from contextlib import suppress
from pathlib import Path
from shlex import quote

from hello_llm.ledger.errors import translated, unusable
from hello_llm.text.phrases import printable

_FOLDER_MODE, _FILE_MODE = 0o700, 0o600
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_REMOTE = frozenset(
    "9p afs ceph cifs fuse.glusterfs fuse.s3fs fuse.sshfs lustre ncpfs nfs nfs4 smb3 smbfs".split()
)
"""The file systems that several machines may share, as Linux names them."""


def prepare(path: Path) -> None:
    """Create the ledger's file and folder, if they are missing, for this user only.

    Raises:
        LedgerError: they belong to another user, or others may write to them.
        OSError: they cannot be created.
    """
    path.parent.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        path.parent.mkdir(_FOLDER_MODE)
        path.parent.chmod(_FOLDER_MODE)  # whatever the umask
    _check_folder(path)
    with suppress(FileExistsError), open(path, "x", opener=_private) as file:
        os.fchmod(file.fileno(), _FILE_MODE)
    check(path)


def holds_something(path: Path) -> bool:
    """Return whether there is a ledger at `path`, in which something was recorded.

    Raises:
        LedgerError: that is not known.
    """
    with translated(path):
        try:
            return path.lstat().st_size > 0
        except (FileNotFoundError, NotADirectoryError):
            return False


def check(path: Path) -> None:
    """Check that the file, which exists, and its folder are the user's own.

    Raises:
        LedgerError: they belong to another user, or others may write to them.
        OSError: there is no such file.
    """
    _check_folder(path)
    found = path.lstat()
    if not stat.S_ISREG(found.st_mode):
        raise unusable(path, "it is not a regular file", "move it out of the way")
    _check_owner(path, path, found)


def _check_folder(path: Path) -> None:
    _check_owner(path, path.parent, path.parent.stat())


def _check_owner(ledger: Path, path: Path, found: os.stat_result) -> None:
    """Check that only this user may write to `path`, the ledger's file or folder."""
    shown = quote(str(path))
    what = "it" if path == ledger else f"its folder {printable(str(path))}"
    if found.st_uid != os.geteuid():
        raise unusable(ledger, f"{what} belongs to another user", f"ls -ld {shown}")
    if found.st_mode & _OTHERS_WRITE:
        raise unusable(ledger, f"other users may write to {what}", f"chmod go-w {shown}")


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, _FILE_MODE)


def is_remote(path: Path) -> bool:
    """Return whether several machines may share the file, as far as the system says (Linux)."""
    folder, kind, longest = os.path.realpath(path.parent), "", -1
    with suppress(OSError):
        for line in Path("/proc/self/mounts").read_bytes().splitlines():
            _, raw, of, *_ = line.split(b" ")
            point = os.fsdecode(raw.decode("unicode_escape").encode("latin-1"))
            if len(point) > longest and Path(folder).is_relative_to(point):
                kind, longest = of.decode(), len(point)
    return kind in _REMOTE
