"""The values that completion offers for each parameter."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Any

from hello_llm.cli.completion.candidates import Candidate, Files, Offer, commands_in, plain
from hello_llm.cli.completion.configured import (
    configuration,
    configured_models,
    is_readable,
    typed_path,
)
from hello_llm.cli.completion.line import Line
from hello_llm.settings import budget
from hello_llm.settings.fields import FIELDS
from hello_llm.settings.model_facts import MODEL_KEYS
from hello_llm.toml_file.kinds import Boolean, Choice, Kind
from hello_llm.toml_file.references import FilePath, VariableName


def values_for(line: Line) -> Offer:
    """Return the possible values of the line's parameter."""
    parameter = line.parameter
    source = _ARGUMENTS.get(" ".join([*line.path, parameter.name])) or _SOURCES.get(parameter.name)
    if source is not None:
        return source(line)
    if parameter.name in FIELDS:
        return _of_kind(FIELDS[parameter.name].kind)
    if parameter.type.name == "path":
        return Files()
    return plain(getattr(parameter.type, "choices", ()))


def _of_kind(kind: Kind) -> Offer:
    match kind:
        case Choice():
            return plain(kind.choices)
        case Boolean():
            return plain(["true", "false"])
        case FilePath():
            return Files()
        case VariableName():
            return plain(_secret_variables())
    return []


def _secret_variables() -> list[str]:
    from hello_llm.machine.environment import whole_environ
    from hello_llm.secrets.environ import is_secrets_name

    return sorted(filter(is_secrets_name, whole_environ()))


def _models(line: Line) -> Offer:
    """Return the models, or only their vendors until one is typed in full."""
    from hello_llm.contract.vendors import VENDORS
    from hello_llm.local.weights import PACKAGED
    from hello_llm.prices.model_names import known_names

    names = {*known_names(), *configured_models(configuration(line))}
    names.update(f"local/{name}" for name in PACKAGED)
    if "/" in line.current:
        return plain(sorted(names))
    listed = {name.partition("/")[0] for name in names}
    found = [one for one in listed if one.startswith(line.current)] or VENDORS
    return plain(sorted(f"{vendor}/" for vendor in found))


def _pattern(line: Line) -> Offer:
    """Return the subcommands of ``models``, and the models."""
    found = _models(line)
    return [*commands_in(line.command), *(() if isinstance(found, Files) else found)]


def _vendors(_: Line) -> Offer:
    from hello_llm.prices.model_names import known_names

    return plain(sorted({name.partition("/")[0] for name in known_names()}))


def _abilities(line: Line) -> Offer:
    from hello_llm.contract.model_facts import CAPABILITIES

    before, comma, _ = line.current.rpartition(",")
    return plain(f"{before}{comma}{what}" for what in CAPABILITIES if what not in before)


def _orders(_: Line) -> Offer:
    from hello_llm.prices.selection import SORT_KEYS

    return plain(SORT_KEYS)


def _profiles(line: Line) -> Offer:
    return plain(configuration(line).profiles)


def _checks(line: Line) -> Offer:
    """Return the names and tags of the checks in the suite on the line."""
    from hello_llm.files.reading import read_file
    from hello_llm.toml_file.document import parse

    paths = [path for path in map(typed_path, line.typed.get("suite", ())) if is_readable(path)]
    with suppress(OSError, ValueError):
        return plain({name: None for path in paths for name in _named(parse(read_file(path)).data)})
    return []


def _named(suite: Mapping[str, Any]) -> Iterator[str]:
    """Yield the name and the tags of each check in a suite that may be invalid."""
    tables = suite.get("check")
    for table in filter(_is_table, tables if isinstance(tables, list) else []):
        tags = table.get("tags")
        found = [table.get("name"), *(tags if isinstance(tags, list) else [])]
        yield from (one for one in found if isinstance(one, str))


def _is_table(value: object) -> bool:
    return isinstance(value, dict)


def _reports(line: Line) -> Offer:
    from hello_llm.checks.reports.kinds import ReportKind

    kind, equals, _ = line.current.partition("=")
    if equals:
        return Files(after=f"{kind}=")
    return plain(one if one == ReportKind.GITHUB else f"{one}=" for one in ReportKind)


def _timings(_: Line) -> Offer:
    return plain(["none", "recorded"])


def _files(_: Line) -> Offer:
    return Files()


def _engines(_: Line) -> Offer:
    from hello_llm.batch.engines.choose import ENGINES

    return plain(ENGINES)


def _schemas(_: Line) -> Offer:
    from hello_llm.cli.commands.schema import NAMES

    return plain(NAMES)


def _topics(line: Line) -> Offer:
    """Return the commands below the one on the line, and the topics."""
    from hello_llm.cli.commands.help import TOPICS
    from hello_llm.cli.parser import parser_for

    words = line.typed.get("words", [])
    command = parser_for(words)
    for word in words:
        command = getattr(command, "commands", {}).get(word)
    topics = [Candidate(name, topic.summary) for name, topic in TOPICS.items()]
    return [*commands_in(command), *([] if words else topics)]


def _keys(line: Line) -> Offer:
    """Return the keys of the configuration file, one table at a time."""
    table, _, _ = line.current.rpartition(".")
    settings = [Candidate(key, field.row.summary) for key, field in FIELDS.items()]
    if table == "local.models":
        return plain(f"local.models.{name}" for name in configuration(line).local_models)
    if table == "profiles":
        return plain(f"profiles.{name}." for name in configuration(line).profiles)
    if table.startswith("profiles."):
        return [Candidate(f"{table}.{key}", summary) for key, summary in settings]
    if table == "models" or table.startswith("models."):
        keys = (f"{table}.{key}" for key in MODEL_KEYS if "/" in table)
        return plain([*(f"models.{name}." for name in configuration(line).models), *keys])
    if table.partition(".")[0] == "budget":
        return plain(_budget_keys(table, line))
    return [*settings, *plain(["budget.", "local.models.", "models.", "profiles."])]


def _budget_keys(table: str, line: Line) -> Iterator[str]:
    """Yield the keys of `table`, which is ``budget`` or below it."""
    if table == "budget":
        yield from (
            f"budget.{key}" for key in (*budget.KEYS, *(f"{one}." for one in budget.OWNERS))
        )
    elif table == "budget.profiles":
        yield from (f"{table}.{name}." for name in configuration(line).profiles)
    elif table == "budget.models":
        yield from (f"{table}.{name}." for name in configured_models(configuration(line)))
    else:
        yield from (f"{table}.{key}" for key in budget.LIMITS)


def _set_keys(line: Line) -> Offer:
    """Return the keys that the configuration file sets, and its profiles."""
    config = configuration(line)
    keys = ["default_profile"] if config.default_profile is not None else []
    keys += [*config.defaults, *(f"local.models.{name}" for name in config.local_models)]
    for section, tables in (("profiles", config.profiles), ("models", config.models)):
        for name, table in tables.items():
            keys += [f"{section}.{name}", *(f"{section}.{name}.{key}" for key in table)]
    keys += [".".join(trail) for trail, _ in budget.entries(config.budget)]
    return plain(keys)


def _value(line: Line) -> Offer:
    """Return the values of the key on the line."""
    (key,) = line.typed["key"]
    setting = key.rpartition(".")[2]
    if key.startswith("local.models."):
        return Files()
    if key.startswith("budget."):
        return _of_kind(budget.KEYS[setting]) if setting in budget.KEYS else []
    if key.startswith("models."):
        return _abilities(line) if setting == "can" else []
    if setting in _SOURCES:
        return _SOURCES[setting](line)
    return _of_kind(FIELDS[setting].kind) if setting in FIELDS else []


_SOURCES: Mapping[str, Callable[[Line], Offer]] = MappingProxyType(
    {
        "model": _models,
        "models": _models,
        "fallback": _models,
        "allow": _models,
        "require_model": _models,
        "profile": _profiles,
        "select": _checks,
        "report": _reports,
        "replay_timing": _timings,
        "vendor": _vendors,
        "can": _abilities,
        "sort": _orders,
        "input": _files,
        "out": _files,
        "engine": _engines,
        "token_env": lambda _: plain(_secret_variables()),
    }
)
"""Where the values of a parameter or setting come from, unless its kind or type tells."""

_ARGUMENTS: Mapping[str, Callable[[Line], Offer]] = MappingProxyType(
    {
        "config get key": _keys,
        "config set key": _keys,
        "config set value": _value,
        "config unset key": _set_keys,
        "help words": _topics,
        "schema name": _schemas,
        "models pattern": _pattern,
        "models show name": _models,
    }
)
"""The same for an argument of one command."""
