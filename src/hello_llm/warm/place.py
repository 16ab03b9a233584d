"""Where a call meets the warm process: a private folder, and a socket named for who may use it.

The client imports this module at every start, so it needs next to nothing itself.
"""

import os
import socket
import stat
import struct
import sys

import hello_llm

SOCKET_ENDING = ".sock"
"""What the names of the sockets in the folder end with."""

UNHEARD_ENDING = ".new"
"""What follows in the name of a socket at which nobody listens yet."""

_PRIVATE = 0o700
_FLAGS = (
    "dev_mode",
    "hash_randomization",
    "ignore_environment",
    "isolated",
    "no_site",
    "no_user_site",
    "optimize",
    "safe_path",
)
_OF_NO_EFFECT_LATER = frozenset(
    {
        "PYTHONDONTWRITEBYTECODE",
        "PYTHONIOENCODING",  # a call brings its streams' encodings along
        "PYTHONPYCACHEPREFIX",
        "PYTHONSTARTUP",
        "PYTHONUNBUFFERED",  # likewise
    }
)


class NoPlaceError(Exception):
    """The folder to meet in is not the user's own; the message says whose it is."""

    def __init__(self, reason: str, hint: str) -> None:
        """Keep the `reason`, and a command that helps."""
        super().__init__(reason)
        self.hint = hint


def folder_path() -> str:
    """Return the path of the folder: below the runtime folder of the session, else in /tmp."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    if runtime.startswith("/") and not _is_of_another_user(runtime):
        return f"{runtime}/hello-llm"
    return f"/tmp/hello-llm-{os.geteuid()}"  # noqa: S108 - whose folder it is gets checked


def _is_of_another_user(runtime: str) -> bool:
    """Whether this is the runtime folder of somebody else, as ``sudo -E`` leaves it in place."""
    try:
        return os.stat(runtime).st_uid != os.geteuid()  # noqa: PTH116 - no pathlib at start-up
    except OSError:
        return False


def make_folder() -> None:
    """Make the folder where it is missing.

    Raises:
        OSError: it cannot be made.
    """
    os.makedirs(folder_path(), _PRIVATE, exist_ok=True)  # noqa: PTH103 - no pathlib at start-up


def open_folder() -> int:
    """Return a descriptor of the folder, after a look at whose it is.

    Raises:
        FileNotFoundError: there is none.
        NoPlaceError: it is not the user's own, or others may enter it.
    """
    path = folder_path()
    try:
        folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise _no_place(path, error) from None
    found = os.fstat(folder)
    if found.st_uid == os.geteuid() and not found.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return folder
    os.close(folder)
    raise _no_place(path)


def _no_place(path: str, error: OSError | None = None) -> NoPlaceError:
    from hello_llm.warm.squatted import whats_wrong

    return NoPlaceError(*whats_wrong(path, error))


def remove_stale(folder: int) -> None:
    """Remove every socket from the `folder`, which this process has locked: nobody serves them."""
    for name in os.listdir(folder):
        if name.endswith((SOCKET_ENDING, SOCKET_ENDING + UNHEARD_ENDING)):
            os.unlink(name, dir_fd=folder)


def address(folder: int, name: str) -> str:
    """Return the address of the socket `name` in the open `folder`, however long its path is."""
    return f"/proc/self/fd/{folder}/{name}"


def socket_name() -> str:
    """Return the name of the socket for this very code of the program and its interpreter."""
    import zlib

    package = hello_llm.__path__[0]
    which = f"{sys.executable}\0{sys.version}\0{package}\0{_newest_ns(package)}"
    return f"{hello_llm.__version__}-{zlib.crc32(os.fsencode(which)):08x}{SOCKET_ENDING}"


def _newest_ns(folder: str) -> int:
    """Return when the code in `folder` was last changed, in nanoseconds since 1970."""
    newest = 0
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".py"):
                newest = max(newest, entry.stat().st_mtime_ns)
            elif entry.is_dir() and entry.name != "__pycache__":
                newest = max(newest, _newest_ns(entry.path))
    return newest


def fingerprint() -> tuple[object, ...]:
    """Everything that must match for one interpreter to stand in for another."""
    return (
        sys.executable,
        sys.version,
        *(getattr(sys.flags, flag) for flag in _FLAGS),
        sys.getfilesystemencoding(),
        sys.getfilesystemencodeerrors(),
        *sys.warnoptions,
        *sorted(
            f"{name}={value}"
            for name, value in os.environ.items()
            if name.startswith("PYTHON") and name not in _OF_NO_EFFECT_LATER
        ),
    )


def peer(channel: socket.socket) -> tuple[int, int]:
    """Return the process and the user at the other end, as the kernel names them."""
    size = struct.calcsize("3i")
    told = channel.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
    pid, user, _group = struct.unpack("3i", told)
    return pid, user
