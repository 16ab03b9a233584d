"""Checks a configuration file as a whole: every table and key, not only those in use."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from hello_llm.secrets.shapes import looks_like_secret
from hello_llm.settings.budget import read_budget
from hello_llm.settings.fields import FIELDS
from hello_llm.settings.file import ConfigFile, Entry, missing_file, profiles_hint
from hello_llm.settings.model_facts import MODEL_KEYS, TABLE_HINT, check_model_name
from hello_llm.settings.reading import read_bytes
from hello_llm.text import phrases
from hello_llm.toml_file.checker import Checker, texts
from hello_llm.toml_file.document import parse
from hello_llm.toml_file.kinds import SECRET_HINT, SECRET_REASON, Name, UnfitError
from hello_llm.toml_file.positions import Trail
from hello_llm.toml_file.problems import Problem, in_order
from hello_llm.toml_file.references import FilePath

VERSION = 1
WEIGHTS = FilePath('a path such as "~/models/tiny.gguf"')
"""The kind of the values in ``[local.models]``."""

_TOP_LEVEL = ("version", "default_profile", "defaults", "profiles", "local", "models", "budget")
_PROFILE_NAME = Name("the name of a profile")


def check_config(path: Path, content: bytes) -> tuple[ConfigFile, tuple[Problem, ...]]:
    """Parse `content`, and list every problem in it from top to bottom.

    Args:
        path: where the file is; paths in it are relative to its folder.
        content: the bytes of the file.
    """
    document = parse(content)
    if document.problem is not None:
        return ConfigFile(path), (document.problem,)
    checker = _ConfigChecker(document)
    config = checker.config(path) if checker.version(VERSION) else ConfigFile(path)
    return config, in_order(checker.problems)


def find_problems(path: Path) -> tuple[Problem, ...]:
    """Return every problem in the file, from top to bottom.

    Raises:
        UsageError: there is no such file, or it cannot be read.
    """
    content = read_bytes(path)
    if content is None:
        raise missing_file(path)
    return check_config(path, content)[1]


class _ConfigChecker(Checker):
    """Turns a document into a configuration."""

    def config(self, path: Path) -> ConfigFile:
        """Return the valid part of the document as the configuration in the file `path`."""
        self.only_known(self.data, _TOP_LEVEL, ())
        profiles = self._profiles()
        return ConfigFile(
            path=path,
            default_profile=self._default_profile(profiles),
            defaults=self._settings(self.table(self.data, "defaults", ()), ("defaults",)),
            profiles=profiles,
            local_models=self._local_models(path.parent.absolute()),
            models=self._models(),
            budget=read_budget(self, profiles),
        )

    def vet(self, given: object) -> None:
        """Refuse secrets, whatever the key."""
        if any(map(looks_like_secret, texts(given))):
            raise UnfitError(SECRET_REASON, SECRET_HINT)

    def hint_for(self, key: str, known: Collection[str], trail: Trail) -> str:
        """Return a hint on where a misplaced setting belongs, or on which keys exist."""
        if not trail and key in FIELDS:
            return f"{key} belongs under [defaults] or [profiles.NAME]"
        if known is FIELDS:
            return phrases.did_you_mean(key, known) or "hello-llm config show lists every key"
        return super().hint_for(key, known, trail)

    def _profiles(self) -> dict[str, dict[str, Entry]]:
        tables = self.table(self.data, "profiles", ())
        hint = "a setting belongs to a profile with a name: [profiles.NAME]"
        checked = {
            name: self.table(tables, name, ("profiles",), hint if name in FIELDS else None)
            for name in tables
        }
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

        given = self.data.get("default_profile")
        return None if given is None else self.checked(check, given, ("default_profile",))

    def _local_models(self, folder: Path) -> dict[str, Entry]:
        local = self.table(self.data, "local", ())
        self.only_known(local, ("models",), ("local",))
        models, trail = self.table(local, "models", ("local",)), ("local", "models")
        paths = self.values(models, dict.fromkeys(models, WEIGHTS), trail)
        return self._entries(
            {name: folder / Path(path).expanduser() for name, path in paths.items()}, trail
        )

    def _models(self) -> dict[str, dict[str, Entry]]:
        tables = self.table(self.data, "models", ())
        return {name: self._facts(tables, name) for name in tables}

    def _facts(self, tables: Mapping[str, Any], name: str) -> dict[str, Entry]:
        trail = ("models", name)
        if self.checked(check_model_name, name, trail, TABLE_HINT) is None:
            return {}
        table = self.table(tables, name, ("models",), TABLE_HINT)
        self.only_known(table, MODEL_KEYS, trail)
        return self._entries(self.values(table, MODEL_KEYS, trail), trail)

    def _settings(self, table: Mapping[str, Any], trail: Trail) -> dict[str, Entry]:
        self.only_known(table, FIELDS, trail)
        values = self.values(table, FIELDS, trail)
        self.note_clashes(values, trail)
        return self._entries(values, trail)

    def _entries(self, values: Mapping[str, object], trail: Trail) -> dict[str, Entry]:
        return {key: Entry(value, self.line((*trail, key))) for key, value in values.items()}
