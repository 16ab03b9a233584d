"""Real proxies: squid for HTTP, also over TLS, and microsocks for SOCKS5."""

import re
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from tests.networks.certificates import Certificate
from tests.networks.programs import MissingProgramError, find

REALM = "the company's proxy"
"""What squid calls itself when it asks for a login."""
_PATIENCE_S = 10.0
_CHECKS_LOGINS = Path("/usr/lib/squid/basic_ncsa_auth")
_CONFIGURATION = """\
pid_filename none
pinger_enable off
cache deny all
cache_mem 0
memory_pools off
coredump_dir {folder}
hosts_file {folder}/hosts
cache_log {folder}/cache.log
logformat seen %rm\\t%ru\\t%>Hs\\t%un\\t%#>h
access_log stdio:{folder}/access.log seen
buffered_logs off
visible_hostname proxy.test
shutdown_lifetime 0 seconds
dns_timeout 1 second
connect_timeout 1 second
forward_timeout 2 seconds
dns_retransmit_interval 1 second
"""
_ASK_FOR_LOGIN = """\
auth_param basic program {checker} {folder}/passwords
auth_param basic children 1 startup=1
auth_param basic realm {realm}
acl known proxy_auth REQUIRED
http_access allow known
http_access deny all
"""


@dataclass(frozen=True, slots=True)
class Login:
    """What a proxy asks for."""

    user: str
    password: str


@dataclass(frozen=True, slots=True)
class Proxied:
    """One request to squid, as it stands in its log once it has ended; a tunnel once it is shut."""

    method: str
    """``CONNECT`` for a tunnel."""
    target: str
    """``host:port`` of a tunnel, or the whole URL."""
    status: int
    """The status that the client got."""
    user: str | None
    """The user that was logged in."""
    headers: dict[str, str]
    """The request's headers by lower-case name; of repeated ones the last."""


@dataclass(frozen=True, slots=True)
class Squid:
    """A squid that runs on 127.0.0.1."""

    port: int
    """Where it listens."""
    scheme: str
    """``http``, or ``https`` if the client speaks TLS with the proxy itself."""
    log: Path
    """Its access log."""

    @property
    def url(self) -> str:
        """Its address, without a login."""
        return f"{self.scheme}://127.0.0.1:{self.port}"

    @property
    def requests(self) -> list[Proxied]:
        """The requests that have ended so far."""
        lines = self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []
        return [_proxied(line) for line in lines if "error:" not in line]

    def wait_for_requests(self, count: int) -> list[Proxied]:
        """Wait until `count` requests have ended, and return all that have."""
        _wait(lambda: len(self.requests) >= count, f"{count} requests in {self.log}")
        return self.requests


@dataclass(frozen=True, slots=True)
class Socks:
    """A microsocks that runs on 127.0.0.1."""

    port: int
    """Where it listens."""
    log: Path
    """What it says."""

    @property
    def targets(self) -> list[str]:
        """Every ``host:port`` that it has connected to, as the client named it."""
        return re.findall(r"connected to (\S+)", self.log.read_text(encoding="utf-8"))


@contextmanager
def squid(
    folder: Path,
    *,
    login: Login | None = None,
    deny: bool = False,
    certificate: Certificate | None = None,
) -> Iterator[Squid]:
    """Run squid for the time of the block; it waits one second at most for an origin or for DNS.

    Args:
        folder: where to keep its files; each squid needs a folder of its own.
        login: asked for by HTTP's Basic scheme.
        deny: answers everything with the block page and status 403.
        certificate: speaks TLS with the client, and shows this.
    """
    folder.mkdir(parents=True, exist_ok=True)
    port = _free_port()
    listen = f"http_port 127.0.0.1:{port}"
    if certificate is not None:
        files = f"tls-cert={certificate.chain} tls-key={certificate.key}"
        listen = f"https_port 127.0.0.1:{port} {files}"
    access = f"http_access {'deny' if deny else 'allow'} all\n"
    if login is not None and not deny:
        access = _ASK_FOR_LOGIN.format(checker=_checks_logins(), folder=folder, realm=REALM)
        _write_password(folder / "passwords", login)
    # Of several lines for a name, squid heeds only one.
    (folder / "hosts").write_text("127.0.0.1 localhost\n", encoding="utf-8")
    configuration = folder / "squid.conf"
    text = f"{listen}\n{_CONFIGURATION.format(folder=folder)}{access}"
    configuration.write_text(text, encoding="utf-8")
    # squid does not stay root, and another user cannot write here: so it takes itself for another.
    program = [find("unshare", "util-linux"), "--user", "--map-user=65534", "--map-group=65534"]
    program += [find("squid", "squid"), "-N", "-n", f"squid{port}", "-f", str(configuration)]
    with _running(program, port, folder / "output.log"):
        yield Squid(port, "http" if certificate is None else "https", folder / "access.log")


@contextmanager
def microsocks(folder: Path, *, login: Login | None = None) -> Iterator[Socks]:
    """Run microsocks for the time of the block; it resolves the names that it is given.

    Args:
        folder: where to keep what it says.
        login: the user and password that it asks for.
    """
    folder.mkdir(parents=True, exist_ok=True)
    port = _free_port()
    program = [
        find("microsocks", "microsocks"),
        "-i",
        "127.0.0.1",
        "-p",
        str(port),
    ]
    if login is not None:
        program += ["-u", login.user, "-P", login.password]
    log = folder / "microsocks.log"
    with _running(program, port, log):
        yield Socks(port, log)


@contextmanager
def _running(program: list[str], port: int, log: Path) -> Iterator[None]:
    """Run `program`, which has to listen on `port`, for the time of the block."""
    with (
        log.open("wb") as output,
        subprocess.Popen(
            program, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        ) as process,
    ):
        try:
            _wait(lambda: process.poll() is not None or _accepts(port), f"{program} to listen")
            assert process.poll() is None, f"{program} ended: {log.read_text(encoding='utf-8')}"
            yield
        finally:
            process.kill()  # asked to end, squid takes a second


def _wait(until: Callable[[], bool], what: str) -> None:
    started = time.monotonic()
    while not until():
        assert time.monotonic() - started < _PATIENCE_S, f"waited in vain for {what}"
        time.sleep(0.01)


def _accepts(port: int) -> bool:
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def _checks_logins() -> Path:
    if not _CHECKS_LOGINS.exists():
        raise MissingProgramError(f"{_CHECKS_LOGINS} is missing: sudo apt-get install squid")
    return _CHECKS_LOGINS


def _write_password(path: Path, login: Login) -> None:
    command = [find("openssl", "openssl"), "passwd", "-apr1", "-stdin"]
    hashed = subprocess.run(
        command, input=login.password, stdout=subprocess.PIPE, text=True, check=True
    )
    path.write_text(f"{login.user}:{hashed.stdout}", encoding="utf-8")


def _proxied(line: str) -> Proxied:
    method, target, status, user, raw = line.split("\\t")
    pairs = (header.split(":", 1) for header in unquote(raw).splitlines() if ":" in header)
    headers = {name.lower(): value.strip() for name, value in pairs}
    return Proxied(method, target, int(status), None if user == "-" else user, headers)
