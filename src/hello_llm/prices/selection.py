"""Chooses models by name, abilities and price, and puts them in order."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Any, Literal, get_args

from hello_llm.contract.model_facts import Capability
from hello_llm.prices.model import Model
from hello_llm.prices.rates import Kind

SortKey = Literal["name", "input", "output", "context", "max-output", "retires"]
SORT_KEYS: tuple[SortKey, ...] = get_args(SortKey)

_GLOB = frozenset("*?[")
_WORD = re.compile(r"[a-z0-9.]{3,}")
_MOST_SUGGESTED = 3
_NEAR = 0.8


@dataclass(frozen=True, slots=True)
class Selection:
    """Which models to list, and in which order."""

    pattern: str = ""
    """A part of the name, or the whole of it with ``*``, ``?`` or ``[…]``; case does not matter."""
    vendor: str | None = None
    """The vendor prefix of the name."""
    can: tuple[Capability, ...] = ()
    """What the model is known to be able to do."""
    max_price: Decimal | None = None
    """The most that a million tokens of the reply may cost, in US dollars; it must be known."""
    sort: SortKey = "name"
    """What to order by: prices and dates rise, limits fall, and what is unknown comes last."""

    def names(self, name: str) -> bool:
        """Return whether `name` has the pattern and the vendor."""
        if self.vendor is not None and name.partition("/")[0] != self.vendor:
            return False
        sought, folded = self.pattern.casefold(), name.casefold()
        return fnmatchcase(folded, sought) if _GLOB & set(sought) else sought in folded

    def admits(self, model: Model) -> bool:
        """Return whether `model` can do what is asked, at the price."""
        price = model.price(Kind.OUTPUT)
        cheap = self.max_price is None or (price is not None and price <= self.max_price)
        return cheap and all(model.capabilities[what] for what in self.can)

    def of(self, models: Iterable[Model]) -> list[Model]:
        """Return those of `models` that fit, in order."""
        fitting = [one for one in models if self.names(one.name) and self.admits(one)]
        return sorted(fitting, key=_ORDERS[self.sort])


def similar(pattern: str, names: Sequence[str]) -> list[str]:
    """Return names that are spelled like `pattern`, or else one part of a name that is."""
    sought, known = pattern.casefold(), [name.casefold() for name in names]
    near = get_close_matches(sought, names, _MOST_SUGGESTED, _NEAR)
    if near:
        return near
    bare = Counter(name.rpartition("/")[2] for name in known)
    words = Counter(word for name in known for word in _WORD.findall(name))
    parts = [part for counted in (bare, words) for part, _ in counted.most_common()]
    return get_close_matches(sought, parts, 1, _NEAR)


def _price(kind: Kind) -> Callable[[Model], Any]:
    def order(model: Model) -> tuple[bool, Decimal, str]:
        price = model.price(kind)
        return price is None, price or Decimal(), model.name

    return order


_ORDERS: dict[SortKey, Callable[[Model], Any]] = {
    "name": lambda model: model.name,
    "input": _price(Kind.INPUT),
    "output": _price(Kind.OUTPUT),
    "context": lambda model: (-(model.context or 0), model.name),
    "max-output": lambda model: (-(model.max_output or 0), model.name),
    "retires": lambda model: (model.retires or date.max, model.name),
}
