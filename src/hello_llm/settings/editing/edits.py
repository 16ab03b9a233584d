"""The changes that the program makes to a configuration file."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hello_llm.contract import UsageError
from hello_llm.secrets.shapes import looks_like_secret
from hello_llm.settings import budget
from hello_llm.settings.atomic import write_atomically
from hello_llm.settings.checking import WEIGHTS, check_config
from hello_llm.settings.editing.insertion import insertions, with_value
from hello_llm.settings.editing.keys import check_key, is_header, place_of, places_of, shown
from hello_llm.settings.editing.removal import remainders, removals, value_at
from hello_llm.settings.editing.source import Source
from hello_llm.settings.example import example_text
from hello_llm.settings.fields import FIELDS
from hello_llm.settings.file import missing_file, unknown_profile
from hello_llm.settings.model_facts import MODEL_KEYS
from hello_llm.settings.reading import read_bytes
from hello_llm.settings.resolve import read_config
from hello_llm.text import phrases
from hello_llm.toml_file.kinds import SECRET_HINT, SECRET_REASON, UnfitError
from hello_llm.toml_file.positions import Trail

_TABLES = frozenset(
    {("defaults",), ("profiles",), ("local",), ("local", "models"), ("models",), ("budget",)}
)
_SECTIONS = _TABLES | {("version",), *(("budget", owner) for owner in budget.OWNERS)}
"""What a file is made of, and no single key may remove."""
_MOST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Change:
    """One value to put into the file."""

    trail: Trail
    """The names that lead to it."""
    value: Any
    """The value, as stored in the file."""


def init_file(path: Path, *, force: bool = False) -> None:
    """Write the example configuration to `path`.

    Raises:
        UsageError: the file exists, and `force` was not given.
        OutputError: the file cannot be written.
    """
    if not force and os.path.lexists(path):
        raise UsageError(
            f"{phrases.printable(str(path))} exists already",
            hint="hello-llm config init --force replaces it",
        )
    write_atomically(path, example_text().encode())


def set_value(path: Path, key: str, text: str) -> Change:
    """Set `key` to the value that `text` represents, and return the change.

    Args:
        path: the file; if it does not exist, it starts as the example configuration.
        key: ``model`` or ``defaults.model``, ``profiles.NAME.model``, ``local.models.NAME``,
            ``models.NAME.input``, ``budget.daily``, ``budget.profiles.NAME.daily``.
        text: the value as typed.

    Raises:
        UsageError: the key is unknown, its value is not allowed, or the file would be invalid.
        OutputError: the file cannot be written.
    """
    if looks_like_secret(text):
        raise UsageError(f"{phrases.name(key)} {SECRET_REASON}", hint=SECRET_HINT)
    trail = place_of(key)
    if trail == ("default_profile",):
        raise UsageError("config set does not set default_profile", "hello-llm config use NAME")
    change = Change(trail, _typed_value(key, trail, text))
    try:
        _put(path, change)
    except UnicodeEncodeError:
        raise UsageError(f"{shown(trail)} must be valid UTF-8") from None
    return change


def unset_value(path: Path, key: str) -> Trail:
    """Remove `key` from the file, and return the trail to what was removed.

    Args:
        path: the file.
        key: as for :func:`set_value`; also ``profiles.NAME``, ``models.NAME``,
            ``default_profile``, or an unknown key that is in the file.

    Raises:
        UsageError: the key is not in the file, or the file would be invalid.
        OutputError: the file cannot be written.
    """
    content = read_bytes(path)
    if content is None:
        raise missing_file(path)
    source = Source.of(path, content)
    trail = _found(source, key)
    if trail == ("profiles", source.data.get("default_profile")):
        raise UsageError(
            f"{shown(trail)} is the default profile",
            "first hello-llm config use NAME, or hello-llm config unset default_profile",
        )
    whole = is_header(trail) and len(value_at(source.data, trail[:-1])) == 1
    removed = trail[:-1] if whole else trail
    by_hand = f"remove {shown(trail)} from the file by hand"
    source.replace(removals(source, removed), remainders(source.data, removed), by_hand)
    return trail


def use_profile(path: Path, name: str) -> None:
    """Make the profile called `name` the default one.

    Raises:
        UsageError: there is no such file or profile, or the file is invalid.
        OutputError: the file cannot be written.
    """
    config = read_config(path)
    if config is None:
        raise missing_file(path)
    if name not in config.profiles:
        raise unknown_profile(name, config)
    _put(path, Change(("default_profile",), name))


def _typed_value(key: str, trail: Trail, text: str) -> object:
    if trail[0] == "local":
        return WEIGHTS.read(text)
    try:
        if is_header(trail):
            setting, header = trail[-2:]
            return FIELDS[setting].check({header: text})[header]
        if trail[0] == "budget":
            kind = budget.KEYS[trail[-1]]
            kind.check(read := kind.read(text))
            return read
        kind = MODEL_KEYS[trail[-1]] if trail[0] == "models" else FIELDS[trail[-1]].kind
        owner = kind if trail[0] == "models" else FIELDS[trail[-1]]
        value = owner.check(kind.read(text))
    except UnfitError as error:
        raise UsageError(f"{phrases.name(key)} {error.reason}", error.hint) from None
    return list(value) if isinstance(value, tuple) else value


def _put(path: Path, change: Change) -> None:
    """Write the file with the change in it, provided that the result is valid."""
    content = read_bytes(path)
    is_new = content is None
    source = Source.of(path, example_text().encode() if content is None else content, is_new=is_new)
    trail, value = change.trail, change.value
    wanted = [with_value(source.data, trail, value)]
    by_hand = f"write {shown(trail)} into the file by hand"
    source.replace(insertions(source, trail, value), wanted, by_hand)


def _found(source: Source, key: str) -> Trail:
    """Return the trail to what `key` stands for in the file.

    Raises:
        UsageError: the file has nothing by that name.
    """
    for trail in places_of(key):
        if trail not in _SECTIONS and value_at(source.data, trail) is not None:
            return trail
    check_key(key, check_config(source.path, source.content)[0])
    there = phrases.printable(str(source.path))
    raise UsageError(f"{phrases.name(key)} is not set in {there}", _keys_hint(key, source.data))


def _keys_hint(key: str, data: Mapping[str, Any]) -> str:
    """Return the hint that says where else `key` is set, or what the file sets instead."""
    leaves = list(_leaves(data))
    elsewhere = [trail for trail in leaves if trail[-1] == key.rpartition(".")[2]]
    if not leaves:
        return "the file sets nothing"
    listed = phrases.listed(map(shown, (elsewhere or leaves)[:_MOST_SHOWN]))
    if elsewhere:
        return f"it is set as {listed}"
    return (
        f"the first of its {len(leaves)} keys are {listed}"
        if leaves[_MOST_SHOWN:]
        else (f"the file sets {listed}")
    )


def _leaves(data: Mapping[str, Any], above: Trail = ()) -> Iterator[Trail]:
    for key, value in data.items():
        trail = (*above, key)
        if isinstance(value, dict):
            yield from _leaves(value, trail)
        elif trail != ("version",):
            yield trail
