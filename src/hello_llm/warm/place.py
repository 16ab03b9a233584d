"""Locates the warm process: a private folder, and in it a socket named after code and interpreter.

The client imports this module at every start, so it imports next to nothing itself.
"""

import os
import stat
import sys

import hello_llm

SOCKET_ENDING = ".sock"
"""The suffix of the socket names in the folder."""

UNHEARD_ENDING = ".new"
"""A further suffix in the name of a socket that does not accept connections yet."""

NONE_RUNNING = "none is running"
"""Why a call is cold if there is no warm process."""

_PRIVATE = 0o700
_PRIME = 2**32 - 5
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
        "PYTHONIOENCODING",  # a call includes the encodings of its streams
        "PYTHONPYCACHEPREFIX",
        "PYTHONSTARTUP",
        "PYTHONUNBUFFERED",  # likewise
    }
)


class NoPlaceError(Exception):
    """The socket folder is not the user's own; the message says what is wrong with it."""

    def __init__(self, reason: str, hint: str) -> None:
        """Store the `reason`, and a command that helps."""
        super().__init__(reason)
        self.hint = hint


def folder_path() -> str:
    """Return the path of the socket folder: in the session's runtime folder, or else in /tmp."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    if runtime.startswith("/") and not _is_of_another_user(runtime):
        return f"{runtime}/hello-llm"
    return f"/tmp/hello-llm-{os.geteuid()}"  # noqa: S108 - whose folder it is gets checked


def _is_of_another_user(runtime: str) -> bool:
    """Whether the `runtime` folder belongs to another user, as it may under ``sudo -E``."""
    try:
        return os.stat(runtime).st_uid != os.geteuid()  # noqa: PTH116 - no pathlib at start-up
    except OSError:
        return False


def is_missing() -> bool:
    """Return whether there is no socket folder, so that no warm process can be running."""
    try:
        os.lstat(folder_path())
    except OSError as error:
        return isinstance(error, FileNotFoundError)
    return False


def make_folder() -> None:
    """Create the socket folder if it is missing.

    Raises:
        OSError: it cannot be created.
    """
    os.makedirs(folder_path(), _PRIVATE, exist_ok=True)  # noqa: PTH103 - no pathlib at start-up


def open_folder() -> int:
    """Open the socket folder after checking its owner and mode, and return its descriptor.

    Raises:
        FileNotFoundError: there is no such folder.
        NoPlaceError: it is not the user's own, or others have access to it.
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
    """Remove all sockets from `folder`; this process has locked it, so nobody serves them."""
    for name in os.listdir(folder):
        if name.endswith((SOCKET_ENDING, SOCKET_ENDING + UNHEARD_ENDING)):
            os.unlink(name, dir_fd=folder)


def address(folder: int, name: str) -> str:
    """Return an address of the socket `name` in the open `folder` that is short for any path."""
    return f"/proc/self/fd/{folder}/{name}"


def socket_name() -> str:
    """Return the socket name for exactly this version of the code and its interpreter."""
    package = hello_llm.__path__[0]
    which = f"{sys.executable}\0{sys.version}\0{package}\0{_newest_ns(package)}"
    digest = int.from_bytes(os.fsencode(which), "big") % _PRIME  # a library of hashes takes longer
    return f"{hello_llm.__version__}-{digest:08x}{SOCKET_ENDING}"


def _newest_ns(folder: str) -> int:
    """Return the latest modification time of the code in `folder`, in nanoseconds since 1970."""
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
