"""All models that the program knows of: those of the price list and of the configuration."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, Self

from hello_llm.contract.model_facts import ModelFacts
from hello_llm.contract.vendors import LOCAL_VENDORS, SELF_HOSTED_VENDORS
from hello_llm.prices.model import Model
from hello_llm.prices.price_list import list_date, read_rows
from hello_llm.prices.rates import Kind, Rate
from hello_llm.prices.row_names import keys_by_name
from hello_llm.prices.rows import read_model

_FREE_VENDORS = LOCAL_VENDORS | SELF_HOSTED_VENDORS
_FREE = (Rate(Kind.INPUT, Decimal()), Rate(Kind.OUTPUT, Decimal()))
_RESPONSES = "responses/"


def is_free(name: str) -> bool:
    """Return whether the model `name` runs on a server of the user's own, or is the mock."""
    return name.partition("/")[0] in _FREE_VENDORS


class Catalogue:
    """The models by name; a row of the list is parsed when its model is asked for."""

    def __init__(
        self,
        rows: Mapping[str, Any],
        configured: Mapping[str, ModelFacts] | None = None,
        listed: date | None = None,
    ) -> None:
        """Know the models of a price list and of a configuration.

        Args:
            rows: the rows of LiteLLM's price list.
            configured: what the configuration says, by the names of models.
            listed: the date of the list, if known.
        """
        self.listed = listed
        self._rows = rows
        self._configured = configured or {}

    @classmethod
    def installed(cls, configured: Mapping[str, ModelFacts] | None = None) -> Self:
        """Read the list of the installed LiteLLM; that takes about a tenth of a second."""
        return cls(read_rows(), configured, list_date())

    def find(self, name: str) -> Model | None:
        """Return the model `name`, as ``--model`` takes it; ``None`` if nothing is known of it.

        A model of a server of the user's own is always known to cost nothing, unless the
        configuration gives a price.
        """
        key, facts = self._keys.get(name), self._configured.get(name)
        vendor, _, rest = name.partition("/")
        if key is None and facts is None and rest.startswith(_RESPONSES):
            plain = self.find(f"{vendor}/{rest.removeprefix(_RESPONSES)}")
            return None if plain is None else replace(plain, name=name, mode="responses")
        if key is None and facts is None and not is_free(name):
            return None
        model = Model(name) if key is None else read_model(name, self._rows[key], self.listed)
        if is_free(name):
            model = replace(model, rates=_FREE, price_source="local")
        return model if facts is None else model.with_facts(facts)

    def models(self, wanted: Callable[[str], bool] = lambda _: True) -> Iterator[Model]:
        """Yield each listed or configured model whose name is `wanted`, sorted by name."""
        for name in filter(wanted, self.names()):
            found = self.find(name)
            if found is not None:
                yield found

    def names(self) -> list[str]:
        """Return the names of all listed and configured models, sorted."""
        return sorted({*self._keys, *self._configured})

    @cached_property
    def _keys(self) -> Mapping[str, str]:
        return keys_by_name(self._rows)
