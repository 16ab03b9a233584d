"""Ways to confine a process, each with the words that a cold call says about it."""

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.calls import until

_CONFINE = (sys.executable, str(Path(__file__).with_name("confine.py")))
_LIBRARY = "libc.so.6"
_MOUNTED = """
mount --bind / "$0" && mount --rbind /proc "$0/proc" && mount --rbind /dev "$0/dev" || exit
exec chroot "$0" "$@"
"""
_PRIVATE = 'mount -t tmpfs none "$PRIVATE" && exec "$@"'


@dataclass(frozen=True, slots=True)
class Confinement:
    """A way to confine a command."""

    words: tuple[str, ...]
    """What stands before the command."""
    differs: str
    """What its warm process has that it has not."""

    def must_be_possible(self) -> None:
        """Skip the test where this system or user cannot be confined so."""
        if shutil.which(self.words[0]) is None:
            pytest.skip(f"{self.words[0]} is not installed")
        tried = subprocess.run([*self.words, "true"], capture_output=True, check=False, text=True)
        if tried.returncode != 0:
            pytest.skip(f"{' '.join(self.words)}: {tried.stderr.strip()}")


def _unshared(*flags: str) -> tuple[str, ...]:
    return "unshare", *flags


def _limited(name: str, value: str) -> Confinement:
    return Confinement(("prlimit", f"--{name}={value}"), "other resource limits")


NAMESPACES = {
    "network": Confinement(_unshared("--net"), "another network namespace"),
    "mount": Confinement(_unshared("--mount"), "another mount namespace"),
    "PID": Confinement(_unshared("--pid", "--fork"), "another PID namespace"),
    "PID with its own proc": Confinement(
        _unshared("--pid", "--fork", "--mount-proc"), "another PID namespace"
    ),
    "IPC": Confinement(_unshared("--ipc"), "another IPC namespace"),
    "UTS": Confinement(_unshared("--uts"), "another UTS namespace"),
    "cgroup": Confinement(_unshared("--cgroup"), "another cgroup namespace"),
    "time": Confinement(_unshared("--time"), "another time namespace"),
    "user": Confinement(_unshared("--user"), "other capabilities"),
    "user as root": Confinement(_unshared("--user", "--map-root-user"), "other capabilities"),
    "user and network": Confinement(
        _unshared("--user", "--map-root-user", "--net"), "other capabilities"
    ),
}
RIGHTS = {
    "group": Confinement(("setpriv", "--regid=5", "--clear-groups"), "another group"),
    "real group": Confinement(("setpriv", "--rgid=5", "--keep-groups"), "another group"),
    "groups": Confinement(("setpriv", "--groups=5"), "other supplementary groups"),
    "bounding set": Confinement(("setpriv", "--bounding-set=-net_raw"), "other capabilities"),
    "inheritable set": Confinement(("setpriv", "--inh-caps=+net_raw"), "other capabilities"),
    "ambient set": Confinement(
        ("setpriv", "--inh-caps=+net_raw", "--ambient-caps=+net_raw"), "other capabilities"
    ),
    "secure bits": Confinement(("setpriv", "--securebits=+noroot"), "other capabilities"),
    "no new privileges": Confinement(("setpriv", "--no-new-privs"), "another no_new_privs flag"),
    "seccomp": Confinement((*_CONFINE, "seccomp"), "other seccomp filters"),
    "Landlock": Confinement(
        (*_CONFINE, "landlock"), "restrictions that cannot be compared, such as Landlock"
    ),
    "control group": Confinement((*_CONFINE, "cgroup"), "another control group"),
    "tracer": Confinement(("strace", "-f", "-o", "/dev/null"), "another tracer"),
}
LIMITS = {
    "memory": _limited("as", "4000000000"),
    "data": _limited("data", "4000000000"),
    "stack": _limited("stack", "4000000"),
    "processes": _limited("nproc", "5000"),
    "files": _limited("nofile", "200"),
    "file size": _limited("fsize", "100000"),
    "processor time": _limited("cpu", "100"),
    "locked memory": _limited("memlock", "65536"),
    "resident set": _limited("rss", "4000000000"),
    "core file": _limited("core", "1:2"),
    "only hard": _limited("nofile", ":4000"),
}
LOADING = {
    "LD_PRELOAD": Confinement(("env", f"LD_PRELOAD={_LIBRARY}"), "another LD_PRELOAD"),
    "LD_AUDIT": Confinement(("env", f"LD_AUDIT={_LIBRARY}"), "another LD_AUDIT"),
    "LD_LIBRARY_PATH": Confinement(("env", "LD_LIBRARY_PATH=/x"), "another LD_LIBRARY_PATH"),
    "LD_BIND_NOW": Confinement(("env", "LD_BIND_NOW=1"), "another LD_BIND_NOW"),
    "tunables": Confinement(
        ("env", "GLIBC_TUNABLES=glibc.malloc.check=0"), "another GLIBC_TUNABLES"
    ),
    "OpenSSL": Confinement(("env", "OPENSSL_CONF=/dev/null"), "another OPENSSL_CONF"),
    "personality": Confinement(("setarch", "-R"), "another personality"),
}
SCHEDULING = {
    "policy": Confinement(("chrt", "--batch", "0"), "another scheduling policy"),
    "OOM": Confinement(("choom", "-n", "7", "--"), "another OOM score adjustment"),
}
EVERY = NAMESPACES | RIGHTS | LIMITS | LOADING | SCHEDULING

ALIKE = {
    name: EVERY[name]
    for name in (
        "network",
        "mount",
        "PID with its own proc",
        "user as root",
        "groups",
        "bounding set",
        "no new privileges",
        "Landlock",
        "control group",
        "files",
        "memory",
        "LD_LIBRARY_PATH",
        "personality",
        "policy",
    )
}
"""Those in which a warm process can serve calls that are confined in the same way."""

HARMLESS: dict[str, Sequence[str]] = {
    "nothing": ("env",),
    "niceness": ("nice", "-n", "3"),
    "processors": ("taskset", "1"),
    "session": ("setsid", "--wait"),
    "empty environment": ("env", "-i", "HOME=/", "PATH=/bin:/usr/bin"),
}
"""What stands before a command that is warm all the same."""


def in_another_root(folder: Path) -> tuple[str, ...]:
    """Return the words before a command that sees the same files in `folder`, through a mount."""
    return "unshare", "--mount", "sh", "-c", _MOUNTED, str(folder)


def with_private_files() -> tuple[str, ...]:
    """Return the words before a command that has the folder ``$PRIVATE`` to itself, empty."""
    return "unshare", "--mount", "sh", "-c", _PRIVATE, "sh"


@contextmanager
def control_group() -> Iterator[str]:
    """Make a control group below that of this process for the block, and return its folder."""
    folder = _new_control_group()
    try:
        yield str(folder)
    finally:
        until(lambda: _removed(folder))


def _removed(folder: Path) -> bool:
    """Remove a control group; False while the kernel still counts a process that has ended."""
    try:
        folder.rmdir()
    except OSError as error:
        if error.errno != errno.EBUSY:
            raise
        return False
    return True


def _new_control_group() -> Path:
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, kind, path = line.split(":", 2)
        kind = kind.removeprefix("name=") or "unified"
        for mount in (f"/sys/fs/cgroup/{kind}", "/sys/fs/cgroup"):
            above = Path(mount + path)
            if (above / "cgroup.procs").exists() and os.access(above, os.W_OK):
                folder = above / f"hello-llm-{os.getpid()}"
                try:
                    folder.mkdir()
                except OSError:
                    continue
                return folder
    pytest.skip("no control group can be made here")
