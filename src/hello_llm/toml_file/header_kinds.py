"""The kinds of values for HTTP headers: their values, or the variables that hold them."""

from collections.abc import Iterator, Mapping
from functools import reduce
from typing import Any

from hello_llm.contract.headers import find_name_fault, find_value_fault
from hello_llm.secrets.shapes import looks_like_secret
from hello_llm.text import phrases
from hello_llm.toml_file.kinds import UnfitError, unfit
from hello_llm.toml_file.references import VariableName

KEYS = ("headers", "headers_env")
"""The settings of these kinds."""

_VARIABLE_HINT = 'keep it in an environment variable: headers_env = { X-Token = "VARIABLE" }'


class HeaderTable:
    """Headers with their values, from a table or from texts such as ``X-Team: blue``."""

    allowed = 'a table such as { X-Team = "blue" }'

    def check(self, given: object) -> dict[str, str]:
        """Return the value of each header, by name."""
        table: dict[str, str] = {}
        for name, value in self._pairs(given):
            shown = phrases.name(name) or "an empty name"
            fault = find_name_fault(name)
            if fault is not None:
                raise UnfitError(f"cannot have {shown}: it {fault[0]}", fault[1])
            if any(name.lower() == other.lower() for other in table):
                raise UnfitError(f"has {shown} twice; upper and lower case are the same")
            table[name] = self._value(shown, value)
        return table

    def read(self, text: str) -> object:
        """Parse an inline table, or a header as it is sent: ``X-Team: blue``."""
        import tomllib

        if not text.lstrip().startswith("{"):
            return [text]
        try:
            return tomllib.loads(f"table = {text}")["table"]
        except (ValueError, RecursionError):
            return text

    def _pairs(self, given: object) -> Iterator[tuple[str, object]]:
        if isinstance(given, dict):
            yield from given.items()
            return
        if not isinstance(given, list | tuple):
            raise unfit(self, given)
        for text in given:
            name, colon, value = str(text).partition(":")
            if not colon:
                raise UnfitError("must be NAME: VALUE, such as 'X-Team: blue'")
            yield name.strip(), value.strip()

    def _value(self, shown: str, value: object) -> str:
        if not isinstance(value, str):
            raise UnfitError(f"must be {self.allowed}, but {shown} is {phrases.value(value)}")
        if looks_like_secret(value):
            raise UnfitError(f"cannot have {shown}: its value looks like a secret", _VARIABLE_HINT)
        fault = find_value_fault(value)
        if fault is not None:
            raise UnfitError(f"cannot have {shown}: its value {fault}")
        return value


class HeaderVariables(HeaderTable):
    """Headers with the environment variables that hold their values."""

    allowed = 'a table such as { X-Token = "GATEWAY_TOKEN" }'

    def _value(self, shown: str, value: object) -> str:
        try:
            return VariableName().check(value)
        except UnfitError as error:
            raise UnfitError(f"cannot have {shown}: it {error.reason}", error.hint) from None


def layered(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of two layers of settings, by key; those of `over` win.

    Headers are joined one by one: a header in `over` replaces the one `under` it, whether its value
    or a variable is given, and the others stay.
    """
    result = {**under, **over}
    own = [over[key] for key in KEYS if key in over]
    for key in KEYS if own else ():
        kept = reduce(_without, own, under.get(key) or {})
        if kept or key in result:
            result[key] = {**kept, **(over.get(key) or {})} or None
    return result


def _without(headers: Mapping[str, str], names: Mapping[str, str] | None) -> Mapping[str, str]:
    taken = {name.lower() for name in names or ()}
    return {name: value for name, value in headers.items() if name.lower() not in taken}


def clashing(values: Mapping[str, Any]) -> list[str]:
    """Return the names of the headers that ``headers`` and ``headers_env`` both set."""
    table = values.get("headers_env") or {}
    left = _without(table, values.get("headers"))
    return [name for name in table if name not in left]
