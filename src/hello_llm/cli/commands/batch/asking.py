"""The settings under which each row is asked: flags, then the row's own values, then a profile."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hello_llm.batch.row import Row
from hello_llm.calls.turns import with_fallbacks
from hello_llm.contract import UsageError
from hello_llm.settings.fields import Settings
from hello_llm.settings.file import ConfigFile
from hello_llm.settings.resolve import resolve_with_config

_MOST_KEPT = 256


class Asking:
    """Resolves the settings of rows; the same values are resolved once."""

    def __init__(
        self,
        settings: Settings,
        given: Mapping[str, object],
        config: ConfigFile | None,
        profile: str | None,
    ) -> None:
        """Prepare for rows that are asked with the `given` flags, under `settings`."""
        self._settings = settings
        self._typed = {key: value for key, value in given.items() if value not in (None, [], ())}
        self._config = config
        self._profile = profile
        self._kept: dict[str, Sequence[Settings]] = {}

    def settings_of(self, row: Row) -> Sequence[Settings]:
        """Return the settings for asking a row, and its fallback models.

        Raises:
            UsageError: no model is named, or the settings conflict.
        """
        has_system = any(message.role == "system" for message in row.messages)
        key = repr((sorted(row.settings.items()), has_system))
        found = self._kept.get(key)
        if found is None:
            found = self._resolved(row, has_system=has_system)
            if len(self._kept) < _MOST_KEPT:
                self._kept[key] = found
        return found

    def _resolved(self, row: Row, *, has_system: bool) -> Sequence[Settings]:
        settings = self._settings
        if row.settings:
            given = {**row.settings, **self._typed}
            settings = resolve_with_config(given, self._config, self._profile)
        if has_system and "system" not in self._typed:
            settings = replace(settings, system=None)
        if settings.provider == "litellm" and settings.model is None:
            raise UsageError(f"row {row.number} names no model", "--model openai/gpt-4o-mini")
        return with_fallbacks(settings)
