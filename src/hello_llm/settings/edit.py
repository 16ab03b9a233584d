"""Changes the configuration file; a change is checked before anything is written."""

import os
import re
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

from hello_llm.contract import UsageError
from hello_llm.secrets.names import names_a_secret
from hello_llm.secrets.shapes import looks_like_secret
from hello_llm.settings.atomic import write_atomically
from hello_llm.settings.checking import VERSION, WEIGHTS, check_config
from hello_llm.settings.example import example_text
from hello_llm.settings.field import Field
from hello_llm.settings.fields import FIELDS
from hello_llm.settings.file import missing_file, unknown_profile
from hello_llm.settings.reading import read_bytes
from hello_llm.settings.resolve import read_config
from hello_llm.text import phrases
from hello_llm.toml_file.document import parse
from hello_llm.toml_file.header_kinds import KEYS
from hello_llm.toml_file.kinds import SECRET_HINT, SECRET_REASON, UnfitError
from hello_llm.toml_file.positions import Position, Trail
from hello_llm.toml_file.problems import to_error

_MOST_PLACES = 20
_KEY_HINT = "a key is model, profiles.NAME.model or local.models.NAME"


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
        path: the file; created if it does not exist.
        key: ``model`` or ``defaults.model``, ``profiles.NAME.model``, ``local.models.NAME``.
        text: the value as typed.

    Raises:
        UsageError: the key is unknown, its value is not allowed, or the file would be invalid.
        OutputError: the file cannot be written.
    """
    if looks_like_secret(text):
        raise UsageError(f"{phrases.name(key)} {SECRET_REASON}", hint=SECRET_HINT)
    change = _typed_change(key, text)
    _apply(path, change)
    return change


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
    _apply(path, Change(("default_profile",), name))


def _typed_change(key: str, text: str) -> Change:
    match key.split("."):
        case ["default_profile"]:
            raise UsageError("config set does not set default_profile", "hello-llm config use NAME")
        case [setting, header] | ["defaults", setting, header] if setting in KEYS:
            return Change(("defaults", setting, header), _typed_header(key, setting, header, text))
        case ["profiles", *name, setting, header] if setting in KEYS and any(name):
            below = ("profiles", ".".join(name), setting)
            return Change((*below, header), _typed_header(key, setting, header, text))
        case [setting] | ["defaults", setting]:
            return Change(("defaults", setting), _typed_value(key, setting, text))
        case ["profiles", *name, setting] if any(name):
            trail = ("profiles", ".".join(name), setting)
            return Change(trail, _typed_value(key, setting, text))
        case ["local", "models", *name] if any(name):
            return Change(("local", "models", ".".join(name)), WEIGHTS.read(text))
    raise UsageError(f"unknown key {phrases.quoted(key)}", hint=_KEY_HINT)


def _typed_value(key: str, setting: str, text: str) -> object:
    field = _field(key, setting)
    try:
        value = field.check(field.kind.read(text))
    except UnfitError as error:
        raise UsageError(f"{phrases.name(key)} {error.reason}", error.hint) from None
    return list(value) if isinstance(value, tuple) else value


def _typed_header(key: str, setting: str, header: str, text: str) -> str:
    try:
        checked: dict[str, str] = FIELDS[setting].check({header: text})
    except UnfitError as error:
        raise UsageError(f"{phrases.name(key)} {error.reason}", error.hint) from None
    return checked[header]


def _field(key: str, setting: str) -> Field:
    if setting in FIELDS:
        return FIELDS[setting]
    if names_a_secret(setting):
        raise UsageError(
            f"{phrases.name(key)} is a secret, and no file may contain one", SECRET_HINT
        )
    hint = phrases.did_you_mean(setting, FIELDS) or _KEY_HINT
    raise UsageError(f"unknown key {phrases.quoted(key)}", hint=hint)


def _apply(path: Path, change: Change) -> None:
    """Write the file with the change in it, provided that the result is valid."""
    old = read_bytes(path)
    try:
        content = (_fresh(change) if old is None else _changed(path, old, change)).encode()
    except UnicodeEncodeError:
        raise UsageError(f"{_shown(change)} must be valid UTF-8") from None
    if problems := check_config(path, content)[1]:
        # Line numbers in a text that is never written would only mislead.
        before = () if old is None else check_config(path, old)[1]
        raise to_error(path, before or [replace(problem, position=None) for problem in problems])
    write_atomically(path, content)


def _fresh(change: Change) -> str:
    """Return the text of a new file that contains only the change."""
    from tomli_w import dumps

    return dumps(_with({"version": VERSION}, change.trail, change.value))


def _changed(path: Path, old: bytes, change: Change) -> str:
    """Return the text with the change in it and everything else unchanged."""
    document = parse(old)
    if document.problem is not None:
        raise to_error(path, [document.problem])
    text = old.decode("utf-8-sig")
    wanted = _with(document.data, change.trail, change.value)
    # The layout of the file is not known here: try one way of inserting the value after another,
    # and take the first that results in the wanted data.
    ways = chain(_additions(text, document.positions, change), _replacements(text, change))
    for candidate in ways:
        if parse(candidate.encode()).data == wanted:
            return candidate
    raise UsageError(
        f"cannot change {phrases.printable(str(path))} and keep its layout",
        hint=f"write {_shown(change)} into the file by hand",
    )


def _additions(text: str, positions: Mapping[Trail, Position], change: Change) -> Iterator[str]:
    """Yield the text with a new line: after its example, below its table, or in a new table."""
    from tomli_w import dumps

    *above, key = change.trail
    lines = [f"{line}\n" for line in text.removesuffix("\n").split("\n")]
    end = "\r\n" if "\r\n" in text else "\n"
    added = dumps({key: change.value}).replace("\n", end)
    example = re.compile(rf"#\s*{re.escape(key)}\s*=")
    after = [number for number, line in enumerate(lines, 1) if example.match(line)]
    table = positions.get(tuple(above) or ("version",))
    if table is not None:
        after.append(table.line)
    for number in after[-_MOST_PLACES:]:
        yield "".join([*lines[:number], added, *lines[number:]])
    yield f"{text.rstrip()}\n\n{dumps(_with({}, change.trail, change.value))}"


def _replacements(text: str, change: Change) -> Iterator[str]:
    """Yield the text with the new value in place of the old one."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        document = tomlkit.parse(text)
        _put(document, change.trail, change.value)
        yield tomlkit.dumps(document)
    except TOMLKitError:
        return


def _put(table: Any, trail: Trail, value: object) -> None:  # noqa: ANN401 - tomlkit's tables differ
    from tomlkit import inline_table
    from tomlkit import table as new_table
    from tomlkit.items import InlineTable

    *above, key = trail
    for part in above:
        if not isinstance(table.get(part), MutableMapping):
            inline = isinstance(table, InlineTable)
            table[part] = inline_table() if inline else new_table()
        table = table[part]
    table[key] = value


def _shown(change: Change) -> str:
    return phrases.name(".".join(change.trail))


def _with(data: Mapping[str, Any], trail: Trail, value: object) -> dict[str, Any]:
    """Return a copy of `data` with `value` at `trail`."""
    key, *rest = trail
    if not rest:
        return {**data, key: value}
    below = data.get(key, {})
    return {**data, key: _with(below if isinstance(below, dict) else {}, tuple(rest), value)}
