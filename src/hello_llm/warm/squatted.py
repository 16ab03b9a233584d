"""Explains what is wrong with a socket folder that is not the user's own, and how to fix it."""

import os
import pwd
import shlex
import stat
from pathlib import Path

ELSEWHERE = 'export XDG_RUNTIME_DIR="$HOME/.run"'
"""A command that makes warm processes use another folder."""


def whats_wrong(path: str, error: OSError | None = None) -> tuple[str, str]:
    """Return what is wrong with the folder `path`, and a command that helps.

    Args:
        path: where the folder should be.
        error: the error from opening it, if it could not be opened.
    """
    try:
        found = os.lstat(path)
    except OSError as unseen:
        return f"cannot open {path}: {unseen.strerror}", ELSEWHERE
    away = _away(Path(path), found)
    if found.st_uid != os.geteuid():
        return f"{path} belongs to {_name_of(found.st_uid)}", away
    if stat.S_ISLNK(found.st_mode):
        return f"{path} is a symbolic link", away
    if not stat.S_ISDIR(found.st_mode):
        return f"{path} is not a folder", away
    mode = stat.S_IMODE(found.st_mode)
    if error is None or mode & stat.S_IRWXU != stat.S_IRWXU:
        return f"{path} has mode {mode:04o}, not 0700", f"chmod 700 {shlex.quote(path)}"
    return f"cannot open {path}: {error.strerror}", away


def _away(path: Path, found: os.stat_result) -> str:
    """Return a command that moves `path` out of the way, or one that avoids it."""
    parent = path.parent.stat()
    mine = os.geteuid() in {0, found.st_uid, parent.st_uid}
    if os.access(path.parent, os.W_OK | os.X_OK) and (mine or not parent.st_mode & stat.S_ISVTX):
        return f"mv {shlex.quote(str(path))} {shlex.quote(f'{path}.old')}"
    return ELSEWHERE


def _name_of(user: int) -> str:
    try:
        return f"{pwd.getpwuid(user).pw_name} (user {user})"
    except KeyError:
        return f"user {user}"
