"""Makes the list of model names that completion offers from LiteLLM's table of models."""

from collections.abc import Iterator, Mapping
from typing import Any

_MODES = frozenset({"chat", "completion", "responses"})
"""The APIs that answer a prompt."""

_PRICES_ONLY = ("*", "-commitment/")
"""What a row contains that gives the price of many models, or of a rented one."""


def model_names() -> str:
    """Return each name as ``--model`` takes it, one a line, sorted."""
    from hello_llm.prices.table import table

    return "".join(f"{name}\n" for name in sorted(set(names_in(table()))))


def names_in(rows: Mapping[str, Any]) -> Iterator[str]:
    """Yield the name of each model in LiteLLM's `rows` that the program can call."""
    from hello_llm.contract.vendors import VENDORS
    from hello_llm.providers.http.vendor_table import COMPLETION_VENDORS, LOGIN_VENDORS

    accepted = VENDORS - LOGIN_VENDORS - COMPLETION_VENDORS.keys()
    for key, row in rows.items():
        if row.get("mode") not in _MODES or any(part in key for part in _PRICES_ONLY):
            continue
        vendor = _vendor(row["litellm_provider"])
        first, slash, rest = key.partition("/")
        name = rest if slash and first in {vendor, vendor.replace("_", "-")} else key
        foreign = name == key and slash and first in VENDORS
        if vendor in accepted and name.isprintable() and " " not in name and not foreign:
            yield f"{vendor}/{name}"


def _vendor(provider: str) -> str:
    """Return the vendor prefix for LiteLLM's `provider`, which may add a family of models."""
    return "vertex_ai" if provider.startswith("vertex_ai-") else provider.removesuffix("_converse")
