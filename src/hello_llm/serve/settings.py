"""What a server serves, to whom, and within which bounds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeSettings:
    """The settings of a server."""

    given: Mapping[str, object] = field(default_factory=dict)
    """Settings of all calls, as flags would give them: ``{"provider": "mock"}``."""
    config_file: Path | None = None
    """The configuration file; ``None`` for the user's own, if there is one."""
    profile: str | None = None
    """The only profile to serve; ``None`` serves all of them."""
    allow: tuple[str, ...] = ()
    """Models to serve besides the profiles; ``*`` in a name is a wildcard."""
    token_env: str | None = None
    """The environment variable with the token that clients must send; ``None`` asks for none."""
    hosts: tuple[str, ...] = ()
    """Names of the server besides those of this machine; ``*`` accepts every name."""
    any_address: bool = False
    """Whether clients may address the server by any IP address, not only by a loopback one."""
    max_calls: int = 256
    """The most calls at a time."""
    max_body: int = 8 * 2**20
    """The most bytes in a request."""
    read_timeout_s: float = 30.0
    """Seconds for a client to send a request, or to read a piece of an answer."""
