"""The table ``[budget]`` of the configuration: its keys, its checks, and its values as shown."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, get_args

from hello_llm.contract import UsageError
from hello_llm.contract.budget import WINDOWS, Budget, BudgetMode, Limit, Scope
from hello_llm.contract.model_name import ModelName
from hello_llm.settings.file import Entry, profiles_hint
from hello_llm.text import phrases
from hello_llm.text.money import decimal
from hello_llm.toml_file.checker import Checker
from hello_llm.toml_file.kinds import Choice, Kind
from hello_llm.toml_file.money import Dollars, written
from hello_llm.toml_file.positions import Trail

LIMITS: Mapping[str, Kind] = MappingProxyType(dict.fromkeys(WINDOWS, Dollars()))
"""The kind of each key in a table of limits."""

KEYS: Mapping[str, Kind] = MappingProxyType({**LIMITS, "mode": Choice(get_args(BudgetMode))})
"""The kind of each key in ``[budget]`` itself."""

_TRAIL = ("budget",)
_MODEL_EXAMPLE = '[budget.models."openai/gpt-4o-mini"]'
_OWNER_HINT = f"limits have an owner: [budget.profiles.NAME] or {_MODEL_EXAMPLE}"

OWNERS: tuple[Scope, ...] = ("profiles", "models")
"""The tables below it: one of limits for each name."""


def read_budget(checker: Checker, profiles: Mapping[str, object]) -> Budget:
    """Return the valid part of the table, and note every problem in it.

    Args:
        checker: the checker of the whole file.
        profiles: the profiles of the file, by name.
    """
    table = checker.table(checker.data, "budget", ())
    checker.only_known(table, (*KEYS, *OWNERS), _TRAIL)
    mode = checker.values(table, {"mode": KEYS["mode"]}, _TRAIL).get("mode")
    limits = _limits(checker, table, _TRAIL, "total")
    for owner in OWNERS:
        tables = checker.table(table, owner, _TRAIL)
        for name in tables:
            trail = (*_TRAIL, owner, name)
            limited = checker.table(tables, name, trail[:-1], _OWNER_HINT)
            checker.only_known(limited, WINDOWS, trail)
            if isinstance(tables[name], dict):
                _note_unknown_owner(checker, trail, profiles)
            limits += _limits(checker, limited, trail, owner, name)
    if mode is None:
        return Budget(tuple(limits))
    return Budget(tuple(limits), mode, checker.line((*_TRAIL, "mode")))


def _limits(
    checker: Checker,
    table: Mapping[str, Any],
    trail: Trail,
    scope: Scope,
    name: str | None = None,
) -> list[Limit]:
    """Return the valid limits in the `table` that is at `trail`."""
    amounts = checker.values(table, LIMITS, trail)
    return [
        Limit(window, amounts[window], scope, name, checker.line((*trail, window)))
        for window in WINDOWS
        if window in amounts
    ]


def _note_unknown_owner(checker: Checker, trail: Trail, profiles: Mapping[str, object]) -> None:
    """Note a limit of a profile that does not exist, or of a model of no known vendor."""
    _, owner, name = trail
    if owner == "profiles" and name not in profiles:
        message = f"there is no profile {phrases.quoted(name)} to limit"
        checker.note(message, profiles_hint(name, profiles), trail)
    if owner == "models":
        try:
            ModelName.parse(name)
        except UsageError as error:
            message = f"{phrases.quoted(name)} is not the name of a model: {error.message}"
            checker.note(message, f"write it as --model has it: {_MODEL_EXAMPLE}", trail)


def trail_of(limit: Limit) -> Trail:
    """Return the names that lead to `limit` in a file."""
    owner = () if limit.name is None else (limit.scope, limit.name)
    return ("budget", *owner, limit.window)


def entries(budget: Budget) -> Iterator[tuple[Trail, Entry]]:
    """Yield each value of the table with the names that lead to it; amounts are in dollars."""
    if budget.mode_line is not None:
        yield ("budget", "mode"), Entry(budget.mode, budget.mode_line)
    for limit in budget.limits:
        yield trail_of(limit), Entry(written(decimal(limit.nano_usd)), limit.line)


def as_tables(budget: Budget) -> dict[str, Any]:
    """Return the table as the file has it, with an entry for each value."""
    tables: dict[str, Any] = {}
    for (_, *above, key), entry in entries(budget):
        table = tables
        for name in above:
            table = table.setdefault(name, {})
        table[key] = entry
    return tables
