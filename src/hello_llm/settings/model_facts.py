"""The keys of a table ``[models."VENDOR/MODEL"]``, and what they say about the model."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from hello_llm.contract import UsageError
from hello_llm.contract.model_facts import CAPABILITIES, ModelFacts
from hello_llm.contract.model_name import ModelName
from hello_llm.settings.file import Entry
from hello_llm.text import phrases
from hello_llm.toml_file.kinds import ChoiceList, Integer, Kind, Number, UnfitError

_PRICE = Number(0, 1_000_000, unit=" of US dollars for a million tokens")
_TOKENS = Integer(1, 1_000_000_000)
_PRICES = ("input", "output", "cached_input")

MODEL_KEYS: Mapping[str, Kind] = MappingProxyType(
    {
        **dict.fromkeys(_PRICES, _PRICE),
        "context": _TOKENS,
        "max_output": _TOKENS,
        "can": ChoiceList(CAPABILITIES),
    }
)
"""The kind of value of each key."""

TABLE_HINT = 'a model has a table of its own: [models."openai/gpt-4o-mini"]'


def check_model_name(given: object) -> str:
    """Return the name of a model if it is one.

    Raises:
        UnfitError: it has no vendor, or an unknown one.
    """
    try:
        return str(ModelName.parse(str(given)))
    except UsageError as error:
        meant = (error.hint or "").removeprefix("--model ")
        hint = TABLE_HINT if " " in meant else f'[models."{meant}"]'
        raise UnfitError(f"is not the name of a model: {error.message}", hint) from None


def facts_of(table: Mapping[str, Entry]) -> ModelFacts:
    """Return what the checked values of one table say."""
    from decimal import Decimal

    values: dict[str, Any] = {key: entry.value for key, entry in table.items()}
    exact = {key: Decimal(repr(values[key])) for key in _PRICES if key in values}
    return ModelFacts(**values | exact)


def known_model_key(key: str, whole: str) -> str:
    """Return `key`, the last part of the key `whole` that a user typed, if a model has it.

    Raises:
        UsageError: no model has it; the hint has the nearest one.
    """
    if key in MODEL_KEYS:
        return key
    hint = phrases.did_you_mean(key, MODEL_KEYS) or f"the keys are {phrases.listed(MODEL_KEYS)}"
    raise UsageError(f"unknown key {phrases.quoted(whole)}", hint)
