"""Keeps compiled modules in a folder of the user's, which nobody else can write to."""

import marshal
import os
import stat
import struct
import sys
import time
from contextlib import suppress
from hashlib import blake2b
from importlib.util import MAGIC_NUMBER
from pathlib import Path
from threading import get_ident
from typing import Self
from zlib import crc32

from hello_llm.providers.litellm.lazy_names.compiled import Compiled

_HEADER = struct.Struct("<16sqqI")
"""What stands before a compiled module: the state of the installation, the time of the source's
last change in nanoseconds, its size, and a checksum of the rest, since ``marshal`` trusts it."""

_COMPILER = ("definitions.py", "simplify.py")
"""The modules beside this one that decide how a module is compiled."""

_ROOM = 2**20
"""The bytes that must be free for a cache to be started."""

_PROBE = ".probe"
_UNFINISHED = ".unfinished-"
"""How the names of files begin that are being written."""

_A_MOMENT_S = 2.0
"""Longer, in seconds, than it takes to compile any module."""

_ABANDONED_S = 3600.0
"""The age in seconds at which such a file was left by a process that was killed."""


class NoCacheError(Exception):
    """There is no folder that compiled modules can be kept in; the message says why."""


class Cache:
    """A folder of compiled modules, and the ones that were compiled since it was opened."""

    def __init__(self, folder: int, state: bytes) -> None:
        """Use an open `folder`, for an installation in `state`; see :meth:`open`."""
        self._folder = folder
        self._state = state
        self._writes = True
        self._compiled_at = -_A_MOMENT_S

    @classmethod
    def open(cls, folder: Path, library: Path) -> Self:
        """Open the cache in `folder`, which is made if there is none.

        Args:
            folder: where caches are kept.
            library: the folder in which the packages are installed.

        Raises:
            NoCacheError: it cannot be written to, or others might write to it.
        """
        place = folder / f"lazy-names-{_digest(str(library), sys.prefix).hex()}"
        try:
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
            opened = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError as error:
            raise NoCacheError(f"failed to open {place}: {error.strerror}") from None
        if not _is_ours(os.fstat(opened)):
            os.close(opened)
            raise NoCacheError(f"others can write to {place}")
        cache = cls(opened, _state(library))
        try:
            cache._prepare()
        except OSError as error:
            os.close(opened)
            raise NoCacheError(f"failed to write to {place}: {error.strerror}") from None
        return cache

    @property
    def fills(self) -> bool:
        """Whether a module had to be compiled just now, so that others probably have to be, too."""
        return time.monotonic() - self._compiled_at < _A_MOMENT_S

    def read(self, name: str, source: os.stat_result) -> Compiled | None:
        """Return the module `name` as it was compiled from `source`; ``None`` if it was not."""
        try:
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK  # a pipe would block
            file = os.open(name, flags, dir_fd=self._folder)
        except OSError:
            return None
        try:
            about = os.fstat(file)
            usable = _is_ours(about) and stat.S_ISREG(about.st_mode)
            content = os.read(file, about.st_size) if usable else b""
        finally:
            os.close(file)
        payload = memoryview(content)[_HEADER.size :]
        if content[: _HEADER.size] != self._header(source, payload):
            return None
        return Compiled(*marshal.loads(payload))  # noqa: S302 - it is ours, and unchanged

    def write(self, name: str, source: os.stat_result, compiled: Compiled) -> None:
        """Keep the module `name`, compiled from `source`, unless it cannot be written."""
        self._compiled_at = time.monotonic()
        if not self._writes:
            return
        payload = marshal.dumps(tuple(compiled))
        try:
            self._put(name, self._header(source, payload) + payload)
        except OSError:
            self._writes = False

    def _header(self, source: os.stat_result, payload: bytes | memoryview) -> bytes:
        return _HEADER.pack(self._state, source.st_mtime_ns, source.st_size, crc32(payload))

    def _prepare(self) -> None:
        """Remove what killed processes left; make sure that an empty folder can be written to."""
        names = os.listdir(self._folder)
        for name in names:
            if name.startswith(_UNFINISHED) and self._age_s(name) > _ABANDONED_S:
                os.unlink(name, dir_fd=self._folder)
        if not names:
            self._put(_PROBE, bytes(_ROOM))
            os.unlink(_PROBE, dir_fd=self._folder)

    def _age_s(self, name: str) -> float:
        return time.time() - os.stat(name, dir_fd=self._folder).st_mtime

    def _put(self, name: str, content: bytes) -> None:
        """Write the file `name` completely or not at all, whatever happens meanwhile."""
        unfinished = f"{_UNFINISHED}{os.getpid()}-{get_ident()}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
        file = os.open(unfinished, flags, 0o600, dir_fd=self._folder)
        try:
            with open(file, "wb") as opened:
                opened.write(content)
            os.replace(unfinished, name, src_dir_fd=self._folder, dst_dir_fd=self._folder)
        except OSError:
            with suppress(OSError):
                os.unlink(unfinished, dir_fd=self._folder)
            raise


def _is_ours(about: os.stat_result) -> bool:
    return about.st_uid == os.geteuid() and not about.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _state(library: Path) -> bytes:
    """Return a digest of what decides how a module is compiled, besides its source.

    The names of the folders of metadata contain the versions of all packages.
    """
    installed = sorted(name for name in os.listdir(library) if name.endswith(".dist-info"))
    compiler = [os.stat(Path(__file__).with_name(name)) for name in _COMPILER]
    return _digest(
        MAGIC_NUMBER.hex(),
        sys.version,
        str(sys.flags.optimize),
        *(f"{part.st_mtime_ns} {part.st_size}" for part in compiler),
        *installed,
    )


def _digest(*parts: str) -> bytes:
    return blake2b("\0".join(parts).encode("utf-8", "surrogateescape"), digest_size=16).digest()
