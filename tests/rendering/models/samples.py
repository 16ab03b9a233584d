"""Models to show: one that all is known of, one that nothing is known of, one of a server."""

from datetime import date
from decimal import Decimal

from hello_llm.contract.model_facts import CAPABILITIES
from hello_llm.prices.model import Model
from hello_llm.prices.rates import MILLION, Kind, Rate

DAY = date(2026, 10, 21)


def rate(kind: Kind, per_million: str, **when: object) -> Rate:
    """Return the rate at which a million tokens cost `per_million` dollars."""
    return Rate(kind, Decimal(per_million) / MILLION, **when)  # type: ignore[arg-type]


KNOWN = Model(
    "vendor/a-model-with-a-long-name:70b-instruct-2026-01-02",
    ("list", "configuration"),
    mode="chat",
    context=1_048_576,
    max_output=65_536,
    rates=(
        rate(Kind.INPUT, "1234.5"),
        rate(Kind.INPUT, "2469", above=200_000, tier="priority"),
        rate(Kind.CACHED, "0.0625"),
        rate(Kind.OUTPUT, "12345.67"),
    ),
    price_source="list",
    per_request=Decimal("0.005"),
    per_search=Decimal("0.01"),
    surcharge=Decimal("1.1"),
    capabilities=dict.fromkeys(CAPABILITIES, False) | {"vision": True, "tools": None},
    retires=date(2027, 2, 3),
    listed=DAY,
)
UNKNOWN = Model("vendor/b", ("list",))
HOSTILE = Model("vendor/c\x1b[31m\t\n::error::x", ("server",))
