"""What of a server's figures and words may be recorded: nothing odd, and nothing secret."""

from hello_llm.ledger.call import MOST_NANO_USD
from hello_llm.secrets.shapes import looks_like_secret

_MOST_TOKENS = 2**53
_LONGEST_NAME = 200


def amount(nano_usd: int | None) -> int | None:
    """Return a cost in billionths of a US dollar; ``None`` if it is unknown or not credible."""
    return nano_usd if nano_usd is not None and 0 <= nano_usd <= MOST_NANO_USD else None


def count(tokens: int | None) -> int | None:
    """Return a number of tokens; ``None`` if it is unknown or not credible."""
    return tokens if tokens is not None and 0 <= tokens <= _MOST_TOKENS else None


def served(model: str | None) -> str | None:
    """Return the model that a server says answered; ``None`` if that is no name of a model."""
    if model is None or not model.isprintable() or len(model) > _LONGEST_NAME:
        return None
    return None if " " in model or looks_like_secret(model) else model
