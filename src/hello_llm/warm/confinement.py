"""Compares the confinement of two processes, so that a warm call may do no more than a cold one.

Everything is read from the kernel, never taken from a message. The kernel does not report Landlock
domains, but they can be detected by the access that they deny: see :func:`witness`.
"""

import errno
import os

from hello_llm.warm.low_level import INT, TYPE_CHECKING, int_at, peer, signal, socket

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SO_PEERPIDFD = 77
"""Not yet in the standard library; available since Linux 6.5."""

_WHOLE = 1 << 20
"""A number of bytes larger than any file read here."""

_NAMESPACES = {"mnt": "mount", "net": "network", "ipc": "IPC", "pid": "PID", "uts": "UTS"}

_CAPABILITIES = "other capabilities"
_SECCOMP = "other seccomp filters"
_STATUS = {
    b"Uid": "another user",
    b"Gid": "another group",
    b"Groups": "other supplementary groups",
    b"CapInh": _CAPABILITIES,
    b"CapPrm": _CAPABILITIES,
    b"CapEff": _CAPABILITIES,
    b"CapBnd": _CAPABILITIES,
    b"CapAmb": _CAPABILITIES,
    b"NoNewPrivs": "another no_new_privs flag",
    b"Seccomp": _SECCOMP,
    b"Seccomp_filters": _SECCOMP,
    b"TracerPid": "another tracer",
}
"""The lines of ``/proc/PID/status`` to compare, and how to describe a difference."""

_FILES = {
    "limits": "other resource limits",
    "cgroup": "another control group",
    "oom_score_adj": "another OOM score adjustment",
    "attr/current": "another security label",
    "attr/apparmor/current": "another security label",
    "attr/smack/current": "another security label",
}
"""The files below ``/proc/PID`` to compare as a whole, and how to describe a difference."""

_OF_THE_LOADER = ("LD_", "GLIBC_TUNABLES", "OPENSSL_")
"""Name prefixes of variables that are read only while a process is being loaded."""

_PASSED_ON = frozenset({"GLIBC_TUNABLES", "LD_LIBRARY_PATH", "OPENSSL_CONF", "OPENSSL_MODULES"})

HIDDEN = "restrictions that cannot be compared, such as Landlock"
ANOTHER_PID_NAMESPACE = "another PID namespace"

Confinement = dict[str, list[object]]
"""The restrictions of a process, keyed by the description of a difference in them."""


def process_at(channel: socket.socket) -> int:
    """Open a pidfd of the process at the other end of `channel`; it survives reuse of the PID.

    Raises:
        OSError: the process has ended, or is in a PID namespace that is not visible from here.
    """
    try:
        return int_at(channel.getsockopt(socket.SOL_SOCKET, _SO_PEERPIDFD, INT), 0)
    except OSError as error:
        if error.errno != errno.ENOPROTOOPT:
            raise
        return os.pidfd_open(peer(channel)[0])


def differences(channel: socket.socket) -> list[str]:
    """List the ways in which the process at the other end of `channel` is confined differently.

    Raises:
        OSError: the process has ended.
    """
    pid, _user = peer(channel)
    if not pid:
        return [ANOTHER_PID_NAMESPACE]
    process = process_at(channel)
    try:
        found = _compared(_confinement("self", 0), _confinement(str(pid), pid))
        signal.pidfd_send_signal(process, 0)  # it is alive, so the PID still meant this process
    except PermissionError:
        return [HIDDEN]
    finally:
        os.close(process)
    return found


def loading() -> dict[str, str | None]:
    """Return the settings that acted on this process before Python did; only it can report them."""
    found: dict[str, str | None] = {
        f"another {name}": value
        for name, value in os.environ.items()
        if name.startswith(_OF_THE_LOADER)
    }
    personality = _content_if_any("/proc/self/personality")
    found["another personality"] = personality.decode() if isinstance(personality, bytes) else None
    return found


def passed_on(environ: "Mapping[str, str]") -> dict[str, str]:
    """Return the loader variables to start a warm process with.

    A preloaded library may do anything, and may read other variables of its process, so a warm
    process is never started with one.
    """
    return {name: value for name, value in environ.items() if name in _PASSED_ON}


def differing(mine: "Mapping[str, object]", theirs: "Mapping[str, object]") -> list[str]:
    """List every key whose value differs, or that only one of the two processes has."""
    kinds = sorted(mine.keys() | theirs.keys())
    return [kind for kind in kinds if mine.get(kind) != theirs.get(kind)]


def in_words(differences: "Sequence[str]") -> str:
    """Format the `differences` of the other process as the reason for a cold call."""
    return f"it has {' and '.join(differences)}"


def witness(channel: socket.socket, number: int) -> int:
    """Open the descriptor `number` of the process at the other end of `channel`.

    The kernel allows this only to a process that may trace the other one. A process inside a
    Landlock domain that the other is not in may not; no file under ``/proc`` reveals such a domain.

    Raises:
        OSError: this process is not allowed to, or the other has ended.
    """
    process = process_at(channel)
    try:
        opened = os.open(f"/proc/{peer(channel)[0]}/fd/{number}", os.O_PATH)
        signal.pidfd_send_signal(process, 0)  # it is alive, so its PID was not reused
    finally:
        os.close(process)
    return opened


def may_look_into(witness: int, own: int) -> bool:
    """Whether the sender of `witness` may inspect this process, which has `own` open."""
    return os.path.samestat(os.fstat(witness), os.fstat(own))


def _compared(mine: Confinement, theirs: Confinement) -> list[str]:
    found = [kind for kind, value in mine.items() if theirs.get(kind, value) != value]
    if HIDDEN in mine or HIDDEN in theirs:
        return [kind for kind in found if kind != HIDDEN] or [HIDDEN]
    if _SECCOMP not in found and _is_of_unknown_origin(mine[_SECCOMP]):
        found.append("seccomp filters that cannot be compared")
    return found


def _is_of_unknown_origin(seccomp: list[object]) -> bool:
    """Whether these filters may differ from those of another process with the same number.

    Filters cannot be read, but if there are as many as PID 1 has, they were inherited from it, as
    in a container.
    """
    mode, *filters = seccomp
    if mode == b"0":
        return False
    try:
        return not filters or _status("1")[_SECCOMP] != seccomp
    except OSError:  # PID 1 is hidden
        return True


def _confinement(name: str, pid: int) -> Confinement:
    """Read the restrictions of the process `name` below ``/proc``; system calls take `pid`."""
    found = _status(name)
    found["another scheduling policy"] = [os.sched_getscheduler(pid), os.sched_getparam(pid)]
    try:
        for file, kind in _FILES.items():
            content = _content_if_any(f"/proc/{name}/{file}")
            found.setdefault(kind, []).append(content)
        for link in os.listdir("/proc/self/ns"):  # noqa: PTH208 - no pathlib at start-up
            kind = link.removesuffix("_for_children")
            target = _target_if_any(f"/proc/{name}/ns/{link}")
            found.setdefault(f"another {_NAMESPACES.get(kind, kind)} namespace", []).append(target)
        found["another root folder"] = _root(f"/proc/{name}/root")
    except PermissionError:
        found[HIDDEN] = [name]
    return found


def _status(name: str) -> Confinement:
    found: Confinement = {}
    for line in _content(f"/proc/{name}/status").split(b"\n"):
        key, _, value = line.partition(b":\t")
        if key in _STATUS:
            found.setdefault(_STATUS[key], []).append(value)
    return found


def _root(path: str) -> list[object]:
    """Return the identity of a folder; it differs if the folder is seen through another mount."""
    folder = os.open(path, os.O_PATH | os.O_DIRECTORY)
    try:
        at = os.fstat(folder)
        return [at.st_dev, at.st_ino, _content(f"/proc/self/fdinfo/{folder}")]
    finally:
        os.close(folder)


def _target_if_any(link: str) -> str | None:
    try:
        return os.readlink(link)  # noqa: PTH115 - no pathlib at start-up
    except FileNotFoundError:  # a PID namespace without a process so far
        return None


def _content_if_any(path: str) -> bytes | int | None:
    """Read a file that this system may lack; return the ``errno`` if it cannot be read."""
    try:
        return _content(path)
    except PermissionError:
        raise
    except OSError as error:
        return error.errno


def _content(path: str) -> bytes:
    file = os.open(path, os.O_RDONLY)
    try:
        return os.read(file, _WHOLE)
    finally:
        os.close(file)
