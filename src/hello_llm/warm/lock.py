"""Inspects the socket folder: which sockets it contains, and whether a warm process holds it."""

import fcntl
import os

from hello_llm.warm.place import SOCKET_ENDING, remove_stale


def sockets_in(folder: int) -> dict[str, int]:
    """Return the names of the sockets in `folder`, each with its inode to detect a later one."""
    with os.scandir(folder) as entries:
        return {it.name: it.inode() for it in entries if it.name.endswith(SOCKET_ENDING)}


def remove_unless_taken(folder: int) -> None:
    """Remove the sockets of killed processes, unless a warm process holds the folder."""
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    remove_stale(folder)
    fcntl.flock(folder, fcntl.LOCK_UN)


def is_taken(folder: int) -> bool:
    """Whether a warm process holds the folder, even if it is still starting."""
    try:
        fcntl.flock(folder, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    fcntl.flock(folder, fcntl.LOCK_UN)
    return False
