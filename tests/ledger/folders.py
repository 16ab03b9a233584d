"""Folders in which a transaction does not wait for a disk."""

import tempfile
from pathlib import Path

_MEMORY = Path("/dev/shm")


def fast_folder() -> tempfile.TemporaryDirectory[str]:
    """Make a folder in memory, where the system has such a place."""
    return tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None)
