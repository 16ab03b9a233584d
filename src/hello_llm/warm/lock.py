"""Looks at the folder to meet in: which sockets are there, and whether a warm process has it."""

import fcntl
import os

from hello_llm.warm.place import SOCKET_ENDING, remove_stale


def sockets_in(folder: int) -> dict[str, int]:
    """Return the names of the sockets in `folder`, and what tells each from a later one."""
    with os.scandir(folder) as entries:
        return {it.name: it.inode() for it in entries if it.name.endswith(SOCKET_ENDING)}


def remove_unless_taken(folder: int) -> None:
    """Remove the sockets of killed processes, unless one is coming up that does it itself."""
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    remove_stale(folder)
    fcntl.flock(folder, fcntl.LOCK_UN)


def is_taken(folder: int) -> bool:
    """Whether a warm process has the folder, be it one that only comes up."""
    try:
        fcntl.flock(folder, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    fcntl.flock(folder, fcntl.LOCK_UN)
    return False
