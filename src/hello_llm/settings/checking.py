"""Checks a configuration file as a whole: every table and key, not only those in use."""

from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from hello_llm.secrets.names import names_a_secret
from hello_llm.secrets.shapes import looks_like_secret
from hello_llm.settings import phrases
from hello_llm.settings.fields import FIELDS
from hello_llm.settings.file import ConfigFile, Entry, missing_file, profiles_hint
from hello_llm.settings.kinds import SECRET_HINT, SECRET_REASON, FilePath, Name, UnfitError
from hello_llm.settings.problems import Problem, in_order
from hello_llm.settings.reading import read_bytes
from hello_llm.settings.toml_text import Document, parse
from hello_llm.toml_file.positions import Trail

VERSION = 1
WEIGHTS = FilePath('a path such as "~/models/tiny.gguf"')
"""The kind of the values in ``[local.models]``."""

_TOP_LEVEL = ("version", "default_profile", "defaults", "profiles", "local")
_PROFILE_NAME = Name("the name of a profile")


def examine(path: Path, content: bytes) -> tuple[ConfigFile, tuple[Problem, ...]]:
    """Parse `content`, and list every problem in it from top to bottom.

    Args:
        path: where the file is; paths in it start from its folder.
        content: the bytes of the file.
    """
    document = parse(content)
    if document.problem is not None:
        return ConfigFile(path), (document.problem,)
    checker = _Checker(path, document)
    config = checker.config()
    return config, in_order(checker.problems)


def find_problems(path: Path) -> tuple[Problem, ...]:
    """Return every problem in the file, from top to bottom.

    Raises:
        UsageError: there is no such file, or it cannot be read.
    """
    content = read_bytes(path)
    if content is None:
        raise missing_file(path)
    return examine(path, content)[1]


class _Checker:
    """Turns a document into values and collects what is wrong on the way."""

    def __init__(self, path: Path, document: Document) -> None:
        self.problems: list[Problem] = []
        self._path = path
        self._data = document.data
        self._positions = document.positions

    def config(self) -> ConfigFile:
        """Return the valid part of the document; the rest is in :attr:`problems`."""
        version = self._data.get("version")
        if type(version) is not int or version != VERSION:
            self._note(*_version_problem(version), ("version",))
            return ConfigFile(self._path)
        self._only_known(self._data, _TOP_LEVEL, ())
        profiles = self._profiles()
        return ConfigFile(
            path=self._path,
            default_profile=self._default_profile(profiles),
            defaults=self._settings(self._table(self._data, "defaults", ()), ("defaults",)),
            profiles=profiles,
            local_models=self._local_models(),
        )

    def _profiles(self) -> dict[str, dict[str, Entry]]:
        tables = self._table(self._data, "profiles", ())
        checked = {name: self._table(tables, name, ("profiles",)) for name in tables}
        return {
            name: self._settings(table, ("profiles", name))
            for name, table in checked.items()
            if isinstance(tables[name], dict)
        }

    def _default_profile(self, profiles: Mapping[str, object]) -> str | None:
        def check(given: object) -> str:
            name = _PROFILE_NAME.check(given)
            if name in profiles:
                return name
            reason = f"names {phrases.quoted(name)}, and there is no such profile"
            raise UnfitError(reason, profiles_hint(name, profiles))

        if "default_profile" not in self._data:
            return None
        entry = self._checked(check, self._data["default_profile"], ("default_profile",))
        return None if entry is None else entry.value

    def _local_models(self) -> dict[str, Entry]:
        local = self._table(self._data, "local", ())
        self._only_known(local, ("models",), ("local",))
        models = self._table(local, "models", ("local",))
        entries = {
            name: self._checked(self._model_path, path, ("local", "models", name))
            for name, path in models.items()
        }
        return _found(entries)

    def _model_path(self, given: object) -> Path:
        return self._path.parent.absolute() / Path(WEIGHTS.check(given)).expanduser()

    def _settings(self, table: Mapping[str, Any], trail: Trail) -> dict[str, Entry]:
        self._only_known(table, FIELDS, trail)
        entries = {
            key: self._checked(FIELDS[key].kind.check, given, (*trail, key), FIELDS[key].row.hint)
            for key, given in table.items()
            if key in FIELDS
        }
        return _found(entries)

    def _checked(
        self,
        check: Callable[[object], object],
        given: object,
        trail: Trail,
        hint: str | None = None,
    ) -> Entry | None:
        """Return the value that `check` lets pass; otherwise note why it does not."""
        try:
            _refuse_secrets(given)
            value = check(given)
        except UnfitError as error:
            self._note(f"{_dotted(trail)} {error.reason}", error.hint or hint, trail)
            return None
        position = self._positions.get(trail)
        return Entry(value, None if position is None else position.line)

    def _table(self, above: Mapping[str, Any], key: str, trail: Trail) -> Mapping[str, Any]:
        """Return the table called `key`; an empty one if it is absent or no table."""
        entry = self._checked(_as_table, above.get(key, {}), (*trail, key), _table_hint(trail, key))
        return {} if entry is None else entry.value

    def _only_known(self, table: Mapping[str, Any], known: Collection[str], trail: Trail) -> None:
        for key, given in table.items():
            if key not in known:
                self._note(*_unknown_problem(key, given, known, trail), (*trail, key))

    def _note(self, message: str, hint: str | None, trail: Trail) -> None:
        self.problems.append(Problem(message, hint, self._positions.get(trail)))


def _version_problem(version: object) -> tuple[str, str]:
    if version is None:
        return "there is no version", f"write as the first line: version = {VERSION}"
    return (
        f"version {phrases.value(version)} is not known",
        f"this release of hello-llm reads version = {VERSION}",
    )


def _unknown_problem(
    key: str, given: object, known: Collection[str], above: Trail
) -> tuple[str, str | None]:
    """Return message and hint for a key that is not in `known`."""
    trail = (*above, key)
    if isinstance(given, dict):
        near = None if known is FIELDS else phrases.did_you_mean(key, known)
        return f"unknown table [{_dotted(trail)}]", near
    if names_a_secret(key) or any(looks_like_secret(text) for text in _texts(given)):
        return f"{_dotted(trail)} is a secret, and no file may hold one", SECRET_HINT
    where = f" in [{_dotted(above)}]" if above else ""
    if not above and key in FIELDS:
        hint: str | None = f"{key} belongs under [defaults] or [profiles.NAME]"
    else:
        hint = phrases.did_you_mean(key, known) or _known_hint(known)
    return f"unknown key {phrases.quoted(key)}{where}", hint


def _known_hint(known: Collection[str]) -> str:
    if known is FIELDS:
        return "hello-llm config show lists every key"
    return f"what may stand here: {phrases.listed(known)}"


def _table_hint(above: Trail, key: str) -> str | None:
    if above == ("profiles",) and key in FIELDS:
        return "a setting belongs to a profile with a name: [profiles.NAME]"
    return None


def _as_table(given: object) -> Mapping[str, Any]:
    if isinstance(given, dict):
        return given
    raise UnfitError(f"must be a table, not {phrases.value(given)}")


def _refuse_secrets(given: object) -> None:
    if any(looks_like_secret(text) for text in _texts(given)):
        raise UnfitError(SECRET_REASON, SECRET_HINT)


def _texts(given: object) -> Iterator[str]:
    """Yield the texts of a value; a table's own are checked one by one."""
    if isinstance(given, str):
        yield given
    elif isinstance(given, list):
        for item in given:
            yield from _texts(item)


def _found(entries: Mapping[str, Entry | None]) -> dict[str, Entry]:
    return {key: entry for key, entry in entries.items() if entry is not None}


def _dotted(trail: Trail) -> str:
    return ".".join(phrases.name(part) for part in trail)
