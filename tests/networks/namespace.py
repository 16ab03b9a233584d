"""The network that these tests see: loopback, dead addresses, and its own name service files.

Each pytest process enters namespaces of its own, so that several of them can run side by side, each
with port 53 and an /etc/resolv.conf to itself.
"""

import ctypes
import json
import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.networks.programs import find

LIVE_IPV4 = "10.99.0.1"
"""An address of this machine that is not on loopback; a port without a listener is refused."""
LIVE_IPV6 = "fd99::1"
"""The same for IPv6."""
DEAD_IPV4 = "10.99.0.2"
"""Packets to this address vanish: a connection to it is neither made nor refused."""
DEAD_IPV6 = "fd99::2"
"""The same for IPv6."""
UNREACHABLE_IPV4 = "10.98.0.1"
"""A connection fails at once with EHOSTUNREACH, `No route to host`."""
UNREACHABLE_IPV6 = "fd98::1"
"""The same for IPv6."""
NO_ROUTE_IPV4 = "192.0.2.1"
"""A connection fails at once with ENETUNREACH, `Network is unreachable`."""
NO_ROUTE_IPV6 = "2001:db8::1"
"""The same for IPv6."""

# CLONE_NEWNS, CLONE_NEWUTS and CLONE_NEWNET; Python has os.unshare from 3.12 on.
_MOUNTS, _HOST_NAME, _NETWORK = 0x00020000, 0x04000000, 0x40000000
# A pair of interfaces joined to each other, rather than a dummy: every kernel that runs containers
# has them. Without ARP, packets for a neighbour reach the other end, which drops them.
_COMMANDS = """\
link set lo up
link add dead0 arp off type veth peer name dead1
address add 10.99.0.1/24 dev dead0
address add fd99::1/64 dev dead0 nodad
link set dead0 up
link set dead1 up
route add unreachable 10.98.0.0/24
-6 route add unreachable fd98::/64
"""
_INTERFACES = frozenset({"lo", "dead0", "dead1"})
_RESOLVER_OPTIONS = ("timeout:1", "attempts:1")
_FILES = {
    "hosts": "127.0.0.1 localhost\n::1 localhost\n",
    "nsswitch.conf": "hosts: files dns\n",
    "gai.conf": "reload yes\n",
}
# The default table of RFC 3484, which glibc has; a file with one precedence replaces all of them.
_PRECEDENCES = {"::1/128": 50, "::/0": 40, "2002::/16": 30, "::/96": 20, "::ffff:0:0/96": 10}


class IsolationError(RuntimeError):
    """This process can reach a network, or cannot be kept from it."""


class Network:
    """The network that this process has entered; changes what its name lookups read."""

    def __init__(self, folder: Path) -> None:
        """Change the files in `folder`, which are mounted over those of /etc."""
        self._folder = folder

    @contextmanager
    def resolver_options(self, *options: str) -> Iterator[None]:
        """Set the options in /etc/resolv.conf; by default ``timeout:1`` and ``attempts:1``."""
        path = self._folder / "resolv.conf"
        path.write_text(_resolv_conf(*options), encoding="utf-8")
        try:
            yield
        finally:
            path.write_text(_resolv_conf(*_RESOLVER_OPTIONS), encoding="utf-8")

    @contextmanager
    def tried_first(self, address: str) -> Iterator[None]:
        """Have getaddrinfo put `address` before all others, in the processes started meanwhile."""
        mapped = address if ":" in address else f"::ffff:{address}"
        table = {f"{mapped}/128": 100} | _PRECEDENCES
        lines = [f"precedence {prefix} {value}\n" for prefix, value in table.items()]
        path = self._folder / "gai.conf"
        path.write_text("".join([_FILES["gai.conf"], *lines]), encoding="utf-8")
        try:
            yield
        finally:
            path.write_text(_FILES["gai.conf"], encoding="utf-8")


_entered: list[Network] = []


def enter_once(make_folder: Callable[[], Path]) -> Network:
    """Move this process into its own network as :func:`enter` does, unless it is there already."""
    if not _entered:
        _entered.append(enter(make_folder()))
    return _entered[0]


def enter(folder: Path) -> Network:
    """Move this process into its own network; processes and threads it starts later are in it too.

    Only a process that is cut off already is moved: others may have more to do than these tests.

    Args:
        folder: where to keep the files that name lookups read.

    Raises:
        IsolationError: this process can reach a network, or may not make namespaces.
    """
    reachable = _interfaces_that_are_up() - {"lo"}
    if reachable:
        raise IsolationError(f"{', '.join(sorted(reachable))} is up")
    if ctypes.CDLL(None, use_errno=True).unshare(_MOUNTS | _HOST_NAME | _NETWORK):
        raise IsolationError(f"no new namespaces: {os.strerror(ctypes.get_errno())}")
    _mount("--make-rprivate", "/")
    _mount("-t", "tmpfs", "tmpfs", "/dev/shm")  # squid leaves something there when it is killed
    socket.sethostname("tests")  # with a domain in it, glibc would look that up too
    for command in _COMMANDS.splitlines():
        _ip(*command.split())
    strangers = _interfaces_that_are_up() - _INTERFACES
    if strangers:
        raise IsolationError(f"{', '.join(sorted(strangers))} is up in a new network namespace")
    for name, text in {**_FILES, "resolv.conf": _resolv_conf(*_RESOLVER_OPTIONS)}.items():
        _replace(Path("/etc", name), folder / name, text)
    return Network(folder)


@contextmanager
def replaced(path: Path, by: Path, text: str) -> Iterator[None]:
    """Have this process and its children read `text`, from the file `by`, in place of `path`."""
    _replace(path, by, text)
    try:
        yield
    finally:
        subprocess.run([find("umount", "mount"), "--lazy", path], check=True)


def _interfaces_that_are_up() -> set[str]:
    listed = json.loads(_ip("-json", "link", "show", "up") or "[]")
    return {interface["ifname"] for interface in listed if interface}


def _ip(*arguments: str) -> str:
    command = [find("ip", "iproute2"), *arguments]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


def _mount(*arguments: str | Path) -> None:
    subprocess.run([find("mount", "mount"), *arguments], check=True)


def _resolv_conf(*options: str) -> str:
    return "\n".join(["nameserver 127.0.0.1", f"options {' '.join(options)}", ""])


def _replace(path: Path, by: Path, text: str) -> None:
    """Mount the file `by`, which gets `text`, over the file `path`."""
    by.write_text(text, encoding="utf-8")
    by.chmod(0o644)
    if not path.exists():
        raise IsolationError(f"{path} does not exist, and nothing can be mounted over it")
    _mount("--bind", by, path)
