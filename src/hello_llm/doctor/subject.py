"""What doctor examines."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from hello_llm.contract import UsageError
from hello_llm.providers.http.transport import Transport
from hello_llm.settings import Settings

LONGEST_LIST_S = 15.0
"""Seconds that a list of models may take, unless a flag says otherwise."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A call that could be made, and where it would be made from."""

    settings: Settings | UsageError
    """The settings of the call, or why there are none."""
    config_file: Path | None
    """The configuration file that was named."""
    environ: Mapping[str, str]
    """The environment."""
    certificates: Callable[[Settings], Path | None]
    """Returns the file of certificates that the settings name; a UsageError says what it lacks."""


def transport_of(settings: Settings, ca_file: Path | None) -> Transport:
    """The transport of a call with `settings`."""
    return Transport(
        connect_timeout=settings.connect_timeout or None,
        timeout=timeout_s(settings),
        proxy=settings.proxy,
        ca_file=ca_file,
    )


def timeout_s(settings: Settings, usual_s: float = LONGEST_LIST_S) -> float | None:
    """Return the seconds that one answer may take; ``None`` where a flag turns the limit off."""
    if settings.origins["timeout"].words.startswith("flag"):
        return settings.timeout or None
    return min(settings.timeout or usual_s, usual_s)
