"""Decides the value of every setting: flag, then profile, then [defaults], then built-in."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from hello_llm.contract import UsageError
from hello_llm.contract.budget import NO_BUDGET
from hello_llm.settings.field import Field
from hello_llm.settings.fields import FIELDS, Settings
from hello_llm.settings.file import (
    ConfigFile,
    Entry,
    missing_file,
    unknown_profile,
)
from hello_llm.settings.model_facts import facts_of
from hello_llm.settings.origins import BUILT_IN, Origin
from hello_llm.settings.paths import default_config_file
from hello_llm.settings.reading import read_bytes, why_unseen
from hello_llm.text import phrases
from hello_llm.toml_file.header_kinds import layered
from hello_llm.toml_file.kinds import UnfitError

_MOCK = "mock/"

Layer = Mapping[str, tuple[Any, Origin]]
"""Values and their origins from one source, by key."""


def resolve(
    flags: Mapping[str, object],
    *,
    config_file: Path | None = None,
    profile: str | None = None,
    replay: bool = False,
) -> Settings:
    """Return every setting with its value and origin.

    Args:
        flags: the typed values, by key of the setting; ``None`` or an empty list means not typed.
        config_file: the file named by ``--config``, which must exist; otherwise the user's own
            is read if there is one.
        profile: the profile named by ``--profile``; otherwise the file's ``default_profile``.
        replay: whether a recording answers in place of a model.

    Raises:
        UsageError: a value is not allowed, the file is invalid, or there is no such profile.
    """
    return resolve_with_config(flags, find_config(config_file), profile, replay=replay)


def resolve_with_config(
    flags: Mapping[str, object],
    config: ConfigFile | None,
    profile: str | None = None,
    *,
    replay: bool = False,
) -> Settings:
    """Resolve settings as :func:`resolve` does, from a configuration that has been read already.

    Args:
        flags: the typed values, as for :func:`resolve`.
        config: the configuration, if there is one.
        profile: the profile, as for :func:`resolve`.
        replay: as for :func:`resolve`.

    Raises:
        UsageError: a value is not allowed, or there is no such profile.
    """
    chosen = profile
    if chosen is None and config is not None:
        chosen = config.default_profile
    layers = [_flag_layer(flags)]
    if chosen is not None:
        layers.append(_profile_layer(chosen, config))
    if config is not None:
        layers.append(_file_layer(config, config.defaults, "[defaults]"))
    return _layered(layers, config, chosen, replay=replay)


def find_config(config_file: Path | None = None) -> ConfigFile | None:
    """Return the configuration in `config_file`, or else in the user's own file, if there is one.

    Raises:
        UsageError: the named file does not exist, or the file is invalid.
    """
    path = config_file or default_config_file()
    if path is None:
        return None
    unseen = None if config_file is not None else why_unseen(path)
    config = read_config(path) if unseen is None else ConfigFile(path, unseen=unseen)
    if config is None and config_file is not None:
        raise missing_file(config_file)
    return config


def _flag_layer(flags: Mapping[str, object]) -> Layer:
    return {
        key: (_checked_flag(FIELDS[key], given), Origin(_typed_flag(FIELDS[key], given)))
        for key, given in flags.items()
        if given is not None and given not in ([], ())
    }


def _checked_flag(field: Field, given: object) -> object:
    try:
        return field.check(given)
    except UnfitError as error:
        raise UsageError(f"{field.flag or field.key} {error.reason}", error.hint) from None


def _typed_flag(field: Field, given: object) -> str:
    if field.flag is None:
        return "the suite"
    return f"flag {field.flag.replace('--', '--no-', 1) if given is False else field.flag}"


def _profile_layer(name: str, config: ConfigFile | None) -> Layer:
    if config is None:
        raise UsageError(
            f"there is no profile {phrases.quoted(name)}: there is no configuration file",
            hint="hello-llm config init writes one, or name one: --config FILE",
        )
    if config.unseen is not None:
        raise UsageError(
            f"there is no profile {phrases.quoted(name)}: {config.unseen}",
            hint="name a file that can be read: --config FILE",
        )
    if name not in config.profiles:
        raise unknown_profile(name, config)
    return _file_layer(config, config.profiles[name], f"profile {phrases.name(name)}")


def _file_layer(config: ConfigFile, entries: Mapping[str, Entry], words: str) -> Layer:
    return {
        key: (entry.value, Origin(words, config.path, entry.line)) for key, entry in entries.items()
    }


def _layered(
    layers: list[Layer], config: ConfigFile | None, profile: str | None, *, replay: bool
) -> Settings:
    values: dict[str, Any] = {key: field.default for key, field in FIELDS.items()}
    origins = dict.fromkeys(FIELDS, BUILT_IN)
    for layer in reversed(layers):
        values = layered(values, {key: value for key, (value, _) in layer.items()})
        for key, (value, origin) in layer.items():
            both = f"{origin.words} and {origins[key].words}"
            origins[key] = origin if values[key] == value else replace(origin, words=both)
    if origins["provider"] == BUILT_IN:
        values["provider"], origins["provider"] = _implied_provider(values, replay=replay)
    local = _file_layer(config, config.local_models, "[local.models]") if config else {}
    origins |= {f"local.models.{name}": origin for name, (_, origin) in local.items()}
    models = config.models if config else {}
    origins |= _origins_of_facts(config) if config else {}
    return Settings(
        **values,
        local_models={name: path for name, (path, _) in local.items()},
        models={name: facts_of(table) for name, table in models.items()},
        origins=origins,
        config_file=config.path if config and config.unseen is None else None,
        budget=config.budget if config else NO_BUDGET,
        config_unseen=config.unseen if config else None,
        profile=profile,
    )


def _origins_of_facts(config: ConfigFile) -> dict[str, Origin]:
    return {
        f"models.{name}.{key}": Origin("[models]", config.path, entry.line)
        for name, table in config.models.items()
        for key, entry in table.items()
    }


def _implied_provider(values: Mapping[str, Any], *, replay: bool) -> tuple[str, Origin]:
    """Return the provider where nothing names one, and its origin."""
    model = values["model"]
    if values["script"] is not None:
        return "mock", Origin("implied by the script")
    if replay:
        return "mock", Origin("implied by --replay")
    if model is None or model.startswith(_MOCK):
        return values["provider"], BUILT_IN
    return "litellm", Origin("implied by the model")


def read_config(path: Path) -> ConfigFile | None:
    """Return the checked content of the file; ``None`` if there is no such file.

    Raises:
        UsageError: the file cannot be read or is invalid; the error names the first problem.
    """
    content = read_bytes(path)
    if content is None:
        return None
    from hello_llm.settings.checking import check_config
    from hello_llm.toml_file.problems import to_error

    config, problems = check_config(path, content)
    if problems:
        raise to_error(path, problems)
    return config
