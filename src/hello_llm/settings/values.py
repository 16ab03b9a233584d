"""Looks up values for a person or a script: those in effect, and those in the file."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from hello_llm.settings.budget import as_tables, entries
from hello_llm.settings.editing.keys import check_key, place_of, places_of
from hello_llm.settings.fields import FIELDS, Settings
from hello_llm.settings.file import ConfigFile, Entry, missing_file
from hello_llm.settings.model_facts import MODEL_KEYS
from hello_llm.settings.origins import Origin
from hello_llm.settings.paths import chosen_config_file
from hello_llm.text import phrases
from hello_llm.toml_file.positions import Trail

_IN_THE_FILE = ("default_profile", "defaults", "profiles", "local", "models", "budget")
"""The first parts of the keys that stand for what the file contains."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value, and where it came from."""

    key: str
    """Its key."""
    value: Any
    """The value; ``None`` if it is unset."""
    origin: Origin
    """Its origin."""


def values_in_effect(settings: Settings) -> Iterator[Value]:
    """Yield every setting, then local models, the facts of models and the limits of spending."""
    for key in FIELDS:
        yield Value(key, getattr(settings, key), settings.origins[key])
    for name, file in settings.local_models.items():
        key = f"local.models.{name}"
        yield Value(key, str(file), settings.origins[key])
    for name, facts in settings.models.items():
        for fact in MODEL_KEYS:
            key = f"models.{name}.{fact}"
            if key in settings.origins:
                yield Value(key, _plain(getattr(facts, fact)), settings.origins[key])
    for trail, entry in entries(settings.budget):
        origin = Origin("[budget]", settings.config_file, entry.line)
        yield Value(".".join(trail), entry.value, origin)


def find_value(key: str, settings: Settings, config: ConfigFile | None) -> Value:
    """Return the value of `key`.

    Args:
        key: ``model`` or ``headers.NAME`` for the value in effect; ``defaults.model``,
            ``profiles.NAME``, ``profiles.NAME.model``, ``local.models.NAME``, ``models.NAME``,
            ``models.NAME.input``, ``budget.daily`` or ``default_profile`` for what the file
            contains.
        settings: every setting in effect.
        config: the configuration, if there is one.

    Raises:
        UsageError: there is no such key, profile or file.
    """
    if key.partition(".")[0] not in _IN_THE_FILE:
        _, setting, *header = place_of(key)
        value = _at(getattr(settings, setting), header)
        return Value(key, value, settings.origins[setting])
    if config is None:
        raise missing_file(chosen_config_file(None))
    for trail in places_of(key):
        found = _at(_contents(config), trail)
        if found is not None:
            line = found.line if isinstance(found, Entry) else None
            return Value(key, _plain(found), Origin(_words(trail), config.path, line))
    check_key(key, config)
    return Value(key, None, Origin("not in the file", config.path))


def _contents(config: ConfigFile) -> Mapping[str, Any]:
    """Return the tables of the file, with an entry for each value."""
    name = config.default_profile
    return {
        "default_profile": None if name is None else Entry(name, None),
        "defaults": config.defaults,
        "profiles": config.profiles,
        "local": {"models": config.local_models},
        "models": config.models,
        "budget": as_tables(config.budget),
    }


def _at(found: Any, trail: Iterable[str]) -> Any:  # noqa: ANN401 - settings are of many types
    """Return what is at `trail` below `found`; ``None`` if nothing is."""
    for name in trail:
        table = found.value if isinstance(found, Entry) else found
        inner = table.get(name) if isinstance(table, Mapping) else None
        is_part = isinstance(found, Entry) and inner is not None
        found = Entry(inner, found.line) if is_part else inner
    return found


def _plain(found: object) -> object:
    """Return `found` without entries, as JSON may contain it."""
    match found:
        case Entry(value):
            return _plain(value)
        case Mapping():
            return {name: _plain(inner) for name, inner in found.items()}
        case Path():
            return str(found)
        case Decimal():
            return float(found)
    return found


def _words(trail: Trail) -> str:
    match trail:
        case ("profiles", name, *_):
            return f"profile {phrases.name(name)}"
        case ("defaults", *_):
            return "[defaults]"
        case ("local", *_):
            return "[local.models]"
        case ("models", *_):
            return "[models]"
        case ("budget", *_):
            return "[budget]"
    return "the file"
