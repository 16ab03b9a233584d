"""The words for what is known about a model, for people and for scripts."""

from decimal import Decimal

from hello_llm.prices.model import Model
from hello_llm.prices.rates import Kind
from hello_llm.rendering.messages import on_one_line
from hello_llm.rendering.sanitize import inert

UNKNOWN = "unknown"
"""What stands for a value that nobody says."""
PRICES = (Kind.INPUT, Kind.CACHED, Kind.OUTPUT)
"""The prices that are listed; ``models show`` has the others."""

_THOUSAND, _MILLION = 1000, 1_000_000
_CENTS = Decimal("0.01")


def name_of(model: Model) -> str:
    """Return the name, harmless and on one line: a server may have sent it."""
    return inert(on_one_line(model.name))


def short_count(tokens: int | None) -> str:
    """Return a number of tokens in at most five characters: ``128k``, ``1.05M``, ``?``."""
    if tokens is None:
        return "?"
    if tokens < _THOUSAND:
        return str(tokens)
    if tokens < 999_500:
        return f"{tokens / _THOUSAND:.3g}k"
    return f"{tokens / _MILLION:.3g}M"


def plain_dollars(usd: Decimal) -> str:
    """Return an exact amount of dollars with at least two decimals, and no sign: ``0.075``."""
    return f"{usd.normalize():f}" if usd.normalize() != usd.quantize(_CENTS) else f"{usd:.2f}"


def dollars(usd: Decimal | None) -> str:
    """Return an exact amount of dollars for a person: ``$0.075``, or ``?`` if it is unknown."""
    return "?" if usd is None else f"${plain_dollars(usd)}"


def letters(model: Model) -> str:
    """Return a letter for each thing that the model can do, ``-`` if it cannot, or ``?``."""
    return "".join(_letter(what, can) for what, can in model.capabilities.items())


def _letter(what: str, can: bool | None) -> str:
    if can is None:
        return "?"
    return what[0].upper() if can else "-"


def abilities(model: Model) -> str:
    """Return what the model can do, and with a question mark what it may: ``vision,audio?``."""
    possible = {what: can for what, can in model.capabilities.items() if can is not False}
    words = (what if can else f"{what}?" for what, can in possible.items())
    return ",".join(words) or "nothing"


def row_of(model: Model) -> list[str]:
    """Return the fields of a line for a script; none of them is empty or has a tab."""
    prices = [model.price(kind) for kind in PRICES]
    limits = [model.context, model.max_output]
    return [
        name_of(model),
        *(UNKNOWN if limit is None else str(limit) for limit in limits),
        *(UNKNOWN if price is None else plain_dollars(price) for price in prices),
        abilities(model),
        UNKNOWN if model.retires is None else model.retires.isoformat(),
        "+".join(model.sources),
    ]
