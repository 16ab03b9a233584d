"""The JSON document of ``models``, of success and of failure alike."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from hello_llm.contract import ExitCode, HelloLLMError
from hello_llm.prices.model import Model
from hello_llm.prices.rates import Kind, Rate
from hello_llm.rendering.json.document import Redact, failure, head

SCHEMA = "hello-llm.models/1"
_PRICES = {"input": Kind.INPUT, "cached_input": Kind.CACHED, "output": Kind.OUTPUT}


def models_document(models: Sequence[Model], listed: date | None) -> dict[str, Any]:
    """Return the document of a list of models.

    Args:
        models: the models, in order.
        listed: the date of the price list, if known.
    """
    return {
        **head(SCHEMA, ExitCode.OK),
        "list_date": _day(listed),
        "models": [_described(model) for model in models],
        "error": None,
    }


def models_failure(error: HelloLLMError, redact: Redact) -> dict[str, Any]:
    """Return the document of ``models`` that ended with `error`."""
    return failure(SCHEMA, {"list_date": None, "models": []}, error, redact)


def _described(model: Model) -> dict[str, Any]:
    return {
        "name": model.name,
        "sources": list(model.sources),
        "mode": model.mode,
        "context": model.context,
        "max_output": model.max_output,
        "usd_per_million": {key: _number(model.price(kind)) for key, kind in _PRICES.items()},
        "price_source": model.price_source,
        "rates": [_rate(rate) for rate in model.rates],
        "usd_per_request": _number(model.per_request),
        "usd_per_search": _number(model.per_search),
        "surcharge": float(model.surcharge),
        "can": dict(model.capabilities),
        "retires": _day(model.retires),
    }


def _rate(rate: Rate) -> dict[str, Any]:
    return {
        "kind": str(rate.kind),
        "usd_per_million": _number(rate.per_million),
        "above_tokens": rate.above,
        "tier": rate.tier,
        "off_peak": rate.off_peak,
        "one_hour": rate.one_hour,
    }


def _number(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
