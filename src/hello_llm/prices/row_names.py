"""The names under which ``--model`` takes the models of LiteLLM's price list."""

from collections.abc import Iterator, Mapping
from typing import Any

from hello_llm.contract.vendors import COMPLETION_VENDORS, LOGIN_VENDORS, VENDORS

_ACCEPTED = VENDORS - LOGIN_VENDORS - COMPLETION_VENDORS.keys()
_MODES = frozenset({"chat", "completion", "responses"})
"""The APIs that answer a prompt."""

_PRICES_ONLY = ("*", "-commitment/")
"""What a row contains that gives the price of many models, or of a rented one."""


def keys_by_name(rows: Mapping[str, Any]) -> dict[str, str]:
    """Return the key of the row of each model that the program can call, by the model's name.

    If two rows have the same name, the one with the vendor in its key wins, as in LiteLLM.
    """
    found: dict[str, str] = {}
    for name, key in _named(rows):
        if name not in found or key == name:
            found[name] = key
    return {name: _priced_as(name, key, rows) for name, key in found.items()}


def _priced_as(name: str, key: str, rows: Mapping[str, Any]) -> str:
    """Return the key of the row whose prices LiteLLM takes: a vendor counts only once."""
    vendor, _, rest = name.partition("/")
    return rest if rest.startswith(f"{vendor}/") and rest in rows else key


def _named(rows: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, row in rows.items():
        if row.get("mode") not in _MODES or any(part in key for part in _PRICES_ONLY):
            continue
        vendor = _vendor(row["litellm_provider"])
        first, slash, rest = key.partition("/")
        name = rest if slash and first in {vendor, vendor.replace("_", "-")} else key
        foreign = name == key and slash and first in VENDORS
        if vendor in _ACCEPTED and name.isprintable() and " " not in name and not foreign:
            yield f"{vendor}/{name}", key


def _vendor(provider: str) -> str:
    """Return the vendor prefix for LiteLLM's `provider`, which may add a family of models."""
    return "vertex_ai" if provider.startswith("vertex_ai-") else provider.removesuffix("_converse")
