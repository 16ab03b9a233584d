"""The call that ``hello-llm doctor`` examines, and its timeouts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from hello_llm.contract import UsageError
from hello_llm.providers.http.client.certificates import Certificates
from hello_llm.providers.http.client.transport import Transport
from hello_llm.providers.http.credentials import with_credentials
from hello_llm.settings.fields import Settings

LONGEST_LIST_S = 15.0
"""Time limit in seconds for fetching a list of models, unless a flag sets another."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A possible call, and the environment that it would be made from."""

    settings: Settings | UsageError
    """The settings of the call, or the error that explains why there are none."""
    config_file: Path | None
    """The configuration file that the user named, if any."""
    environ: Mapping[str, str]
    """The environment variables."""
    certificates: Callable[[Settings], Certificates]
    """Returns the PEM files that the settings name; raises ``UsageError`` if one is missing."""


def transport_of(settings: Settings, subject: Subject) -> Transport:
    """Return the transport for a call with `settings`.

    Raises:
        AuthError: a variable that a header or the proxy needs is not set.
        UsageError: a file of certificates is missing.
    """
    transport = Transport(
        connect_timeout=settings.connect_timeout or None,
        timeout=timeout_s(settings),
        proxy=settings.proxy or None,
        certificates=subject.certificates(settings),
        headers=settings.headers or {},
    )
    return with_credentials(
        transport,
        subject.environ,
        headers_env=settings.headers_env,
        proxy_auth_env=settings.proxy_auth_env,
    )


def timeout_s(settings: Settings, usual_s: float = LONGEST_LIST_S) -> float | None:
    """Return the time limit in seconds for one response; ``None`` if a flag turns it off."""
    if settings.origins["timeout"].words.startswith("flag"):
        return settings.timeout or None
    return min(settings.timeout or usual_s, usual_s)
