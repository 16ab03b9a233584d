"""Compares what confines two processes, so that a warm call may do no more than a cold one.

Everything is read from the kernel, never taken from a message. A Landlock domain, of which the
kernel tells nobody, shows in what it refuses: see :func:`witness`.
"""

import errno
import os
import signal
import socket
import struct
from collections.abc import Mapping, Sequence

from hello_llm.warm.place import peer

_SO_PEERPIDFD = 77
"""Not yet in the standard library; Linux has it since 6.5."""

_WHOLE = 1 << 20
"""More bytes than any of the files read here can have."""

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
"""The lines of ``/proc/PID/status`` that count, and what a difference is called."""

_FILES = {
    "limits": "other resource limits",
    "cgroup": "another control group",
    "oom_score_adj": "another OOM score adjustment",
    "attr/current": "another security label",
    "attr/apparmor/current": "another security label",
    "attr/smack/current": "another security label",
}
"""The files below ``/proc/PID`` that count as a whole, likewise."""

_OF_THE_LOADER = ("LD_", "GLIBC_TUNABLES", "OPENSSL_")
"""What the names of variables begin with that are read while a process is loaded, and not again."""

_PASSED_ON = frozenset({"GLIBC_TUNABLES", "LD_LIBRARY_PATH", "OPENSSL_CONF", "OPENSSL_MODULES"})

HIDDEN = "restrictions that cannot be compared, such as Landlock"
ANOTHER_PID_NAMESPACE = "another PID namespace"

Confinement = dict[str, list[object]]
"""What confines a process, each kind under the name of a difference in it."""


def process_at(channel: socket.socket) -> int:
    """Open the process at the other end of `channel`; it is no later one with the same number.

    Raises:
        OSError: it has ended, or is in a PID namespace that is not seen from here.
    """
    try:
        size = struct.calcsize("i")
        told = channel.getsockopt(socket.SOL_SOCKET, _SO_PEERPIDFD, size)
    except OSError as error:
        if error.errno != errno.ENOPROTOOPT:
            raise
        return os.pidfd_open(peer(channel)[0])
    process: int = struct.unpack("i", told)[0]
    return process


def differences(channel: socket.socket) -> list[str]:
    """Name every kind of confinement in which the process at the other end of `channel` differs.

    Raises:
        OSError: it has ended.
    """
    pid, _user = peer(channel)
    if not pid:
        return [ANOTHER_PID_NAMESPACE]
    process = process_at(channel)
    try:
        found = _compared(_confinement("self", 0), _confinement(str(pid), pid))
        signal.pidfd_send_signal(process, 0)  # what was read was that of this process
    except PermissionError:
        return [HIDDEN]
    finally:
        os.close(process)
    return found


def loading() -> dict[str, str | None]:
    """Tell how this process was loaded, as only it knows: what acts on it before Python does."""
    found: dict[str, str | None] = {
        f"another {name}": value
        for name, value in os.environ.items()
        if name.startswith(_OF_THE_LOADER)
    }
    personality = _content_if_any("/proc/self/personality")
    found["another personality"] = personality.decode() if isinstance(personality, bytes) else None
    return found


def passed_on(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of the loader that a warm process is started with.

    A library that is loaded before all others may do anything, and read other variables of the
    process that it is loaded into; a warm process is never started with one.
    """
    return {name: value for name, value in environ.items() if name in _PASSED_ON}


def differing(mine: Mapping[str, object], theirs: Mapping[str, object]) -> list[str]:
    """Name every kind in which two processes differ, or that only one of them knows."""
    kinds = sorted(mine.keys() | theirs.keys())
    return [kind for kind in kinds if mine.get(kind) != theirs.get(kind)]


def in_words(differences: Sequence[str]) -> str:
    """Return the reason for a cold call: what was found about the other process."""
    return f"it has {' and '.join(differences)}"


def witness(channel: socket.socket, number: int) -> int:
    """Open what only the process at the other end of `channel` has open, as `number`.

    The kernel allows that to a process that may trace the other. One inside a Landlock domain that
    the other is not in may not; no file under ``/proc`` tells of such a domain.

    Raises:
        OSError: this process may not, or the other has ended.
    """
    process = process_at(channel)
    try:
        opened = os.open(f"/proc/{peer(channel)[0]}/fd/{number}", os.O_PATH)
        signal.pidfd_send_signal(process, 0)  # it is no later process with the same number
    finally:
        os.close(process)
    return opened


def may_look_into(witness: int, own: int) -> bool:
    """Whether who hands over `witness` may look into this process, which has `own` open."""
    return os.path.samestat(os.fstat(witness), os.fstat(own))


def _compared(mine: Confinement, theirs: Confinement) -> list[str]:
    found = [kind for kind, value in mine.items() if theirs.get(kind, value) != value]
    if HIDDEN in mine or HIDDEN in theirs:
        return [kind for kind in found if kind != HIDDEN] or [HIDDEN]
    if _SECCOMP not in found and _is_of_unknown_origin(mine[_SECCOMP]):
        found.append("seccomp filters that cannot be compared")
    return found


def _is_of_unknown_origin(seccomp: list[object]) -> bool:
    """Whether these filters may be other ones than those of a process with as many.

    Nobody may read filters; but as many as PID 1 has were inherited from it, as in a container.
    """
    mode, *filters = seccomp
    if mode == b"0":
        return False
    try:
        return not filters or _status("1")[_SECCOMP] != seccomp
    except OSError:  # PID 1 is hidden
        return True


def _confinement(name: str, pid: int) -> Confinement:
    """Read what confines the process `name` below ``/proc``, which is `pid` in calls."""
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
    """Tell a folder from every other, from the same one seen through another mount as well."""
    folder = os.open(path, os.O_PATH | os.O_DIRECTORY)
    try:
        at = os.fstat(folder)
        return [at.st_dev, at.st_ino, _content(f"/proc/self/fdinfo/{folder}")]
    finally:
        os.close(folder)


def _target_if_any(link: str) -> str | None:
    try:
        return os.readlink(link)  # noqa: PTH115 - no pathlib at start-up
    except FileNotFoundError:  # of a PID namespace in which there is no process yet
        return None


def _content_if_any(path: str) -> bytes | int | None:
    """Read a file that this system may not have."""
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
