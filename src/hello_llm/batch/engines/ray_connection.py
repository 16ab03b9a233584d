"""Connects this process to a Ray cluster, or to one of its own, and to nothing else."""

import contextlib
import logging
import os
import signal
import socket
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from hello_llm.contract import AuthError, UnreachableError, UsageError

_LOCAL = "local"
_CONNECT_S = 10.0
_OBJECT_STORE = 80 * 2**20
"""Bytes for a cluster of our own, Ray's least: rows and answers are small."""
_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}
"""Variables that Ray reads while it is imported, and that its processes inherit."""


@contextmanager
def connected(address: str | None) -> Iterator[ModuleType]:
    """Connect to the cluster at `address`, or start one on this machine; yields Ray.

    Args:
        address: ``HOST:PORT`` or ``ray://HOST:PORT``; ``None`` for one on this machine.

    Raises:
        UsageError: Ray is not installed, the address is wrong, or versions differ.
        UnreachableError: there is no cluster at the address.
    """
    address = address or _LOCAL
    ray = _imported(address)
    _probe(address)
    with _same_signal_handlers():
        _connect(ray, address)
    try:
        yield ray
    finally:
        ray.shutdown()


def last_line(error: BaseException) -> str:
    """Return the last line of an error of Ray's, whose texts hold whole tracebacks."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[-1].strip()


def _imported(address: str) -> ModuleType:
    os.environ.update(_QUIET)
    if address == _LOCAL or _has_token():
        # Without it, a cluster of our own would be open to the network, and others stay closed.
        os.environ.setdefault("RAY_AUTH_MODE", "token")
    try:
        import ray
    except ImportError as error:
        raise UsageError("--engine ray needs Ray", "pip install 'hello-llm[ray]'") from error
    logging.getLogger("ray").addHandler(logging.NullHandler())
    # Ray writes to stdout when a node is lost, and only this switch of its debugger prevents that.
    with contextlib.suppress(AttributeError):  # another release may have none
        ray._private.worker._worker_logs_enabled = False  # noqa: SLF001 - see above
    imported: ModuleType = ray
    return imported


def _has_token() -> bool:
    """Return whether the user has a token for clusters, in one of Ray's places."""
    named = any(os.environ.get(name) for name in ("RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"))
    return named or Path("~/.ray/auth_token").expanduser().exists()


def _connect(ray: ModuleType, address: str) -> None:
    options: dict[str, Any] = {"log_to_driver": False, "configure_logging": False}
    if address == _LOCAL:
        options |= {"include_dashboard": False, "object_store_memory": _OBJECT_STORE}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what it warns of, it also raises
            ray.init(address=address, **options)
    except ConnectionError as error:
        if "AuthToken" in str(error.__cause__ or error):
            raise AuthError(
                f"the Ray cluster at {address} wants another token",
                "set RAY_AUTH_TOKEN to what `ray get-auth-token` prints there",
            ) from error
        raise _unreachable(address) from error
    except (RuntimeError, ValueError, ray.exceptions.RayError) as error:
        raise UsageError(
            f"cannot use the Ray cluster at {address}: {last_line(error)}",
            "it needs the versions of Ray and Python that are on the cluster",
        ) from error


def _probe(address: str) -> None:
    """Connect to the port of `address`, since Ray itself tries for minutes, deaf to signals."""
    parts = urlsplit(address if "://" in address else f"//{address}")
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        return
    if host is None or port is None:
        return
    try:
        socket.create_connection((host, port), timeout=_CONNECT_S).close()
    except OSError as error:
        raise _unreachable(address) from error


def _unreachable(address: str) -> UnreachableError:
    return UnreachableError(
        f"there is no Ray cluster at {address}",
        "start one with `ray start --head`, or leave out --ray-address for one on this machine",
        unsent=True,
    )


@contextmanager
def _same_signal_handlers() -> Iterator[None]:
    """Put the signal handlers back in the end: Ray sets its own, partly beneath Python."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    handlers = {number: signal.getsignal(number) for number in numbers}
    try:
        yield
    finally:
        with contextlib.suppress(ValueError):  # not in the main thread, where Ray sets none either
            for number, handler in handlers.items():
                signal.signal(number, handler)
