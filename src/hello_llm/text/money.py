"""Formats amounts of money exactly."""

_PLACES = 9


def nanos(usd: float) -> int:
    """Return an amount of US dollars in billionths: that of its digits, rounded down."""
    from decimal import Decimal

    return int(Decimal(repr(usd)).scaleb(_PLACES))


def dollars(nano_usd: int) -> str:
    """Format billionths of a US dollar as exact dollars: ``$0.0000004``, ``$1.50``, ``$0``."""
    return "$0" if nano_usd == 0 else f"${decimal(nano_usd, grouping=',')}"


def decimal(nano_usd: int, grouping: str = "") -> str:
    """Format billionths as an exact decimal number with at least two places: ``1.50``.

    Args:
        nano_usd: billionths, 0 or more.
        grouping: what separates the thousands.
    """
    whole, part = divmod(nano_usd, 10**_PLACES)
    return f"{whole:{grouping}}.{f'{part:0{_PLACES}}'.rstrip('0').ljust(2, '0')}"
