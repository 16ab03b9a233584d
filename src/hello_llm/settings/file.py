"""The content of a configuration file, once the whole file was read and found valid."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hello_llm.contract import UsageError
from hello_llm.contract.budget import NO_BUDGET, Budget
from hello_llm.settings.field import named_variables
from hello_llm.text import phrases

_MOST_SHOWN = 10
_SECRET_KEYS = ("api_key_env", "proxy_auth_env", "headers_env")


@dataclass(frozen=True, slots=True)
class Entry:
    """A value in the file."""

    value: Any
    """The value, checked."""
    line: int | None
    """Its line, from 1, if known."""


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """The content of a configuration file."""

    path: Path
    """The path of the file."""
    default_profile: str | None = None
    """The profile to use if none is named."""
    defaults: Mapping[str, Entry] = field(default_factory=dict)
    """The values of ``[defaults]``, by key."""
    profiles: Mapping[str, Mapping[str, Entry]] = field(default_factory=dict)
    """The values of each profile, by its name."""
    local_models: Mapping[str, Entry] = field(default_factory=dict)
    """The paths of ``[local.models]``, absolute."""
    models: Mapping[str, Mapping[str, Entry]] = field(default_factory=dict)
    """The values of each table in ``[models]``, by the name of the model."""
    budget: Budget = NO_BUDGET
    """The limits of ``[budget]``."""
    unseen: str | None = None
    """Why it is not known whether the file exists, if so; it then counts as empty."""

    @property
    def secret_variables(self) -> frozenset[str]:
        """The environment variables that the file names as secrets, whichever profile uses them."""
        tables = [self.defaults, *self.profiles.values()]
        values = (table[key].value for table in tables for key in _SECRET_KEYS if key in table)
        return frozenset(named_variables(*values))


def missing_file(path: Path) -> UsageError:
    """Return the error for a file that does not exist."""
    shown = phrases.printable(str(path))
    return UsageError(
        f"there is no file {shown}", hint=f"hello-llm config init --config {shown} writes one"
    )


def unknown_profile(name: str, config: ConfigFile) -> UsageError:
    """Return the error for an unknown profile `name`; its hint lists the known ones."""
    return UsageError(
        f"there is no profile {phrases.quoted(name)} in {phrases.printable(str(config.path))}",
        hint=profiles_hint(name, config.profiles),
    )


def profiles_hint(name: str, known: Iterable[str]) -> str:
    """Return the hint that lists `known` profiles, those most similar to `name` first."""
    nearest = phrases.by_nearness(name, known)
    shown = [phrases.name(other) for other in nearest[:_MOST_SHOWN]]
    if not shown:
        return f"the file has no profiles; one begins with [profiles.{phrases.name(name)}]"
    which = f"nearest of the {len(nearest)} " if nearest[_MOST_SHOWN:] else ""
    return (
        f"the {which}profiles are {phrases.listed(shown)}"
        if shown[1:]
        else f"the only profile is {shown[0]}"
    )
