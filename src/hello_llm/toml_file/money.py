"""The kind of values that are amounts of US dollars, exact to the billionth."""

import re
from typing import Self

from hello_llm.text import phrases
from hello_llm.toml_file.kinds import UnfitError, unfit

_MOST_USD = 10**9
_PLACES = 9
_DECIMAL = re.compile(r"\d{1,30}(\.\d{1,30})?", re.ASCII)


class WrittenFloat(float):
    """A float that keeps the digits with which it was written."""

    text: str

    def __new__(cls, text: str) -> Self:
        """Parse `text`, a float of TOML."""
        made = super().__new__(cls, text)
        made.text = text
        return made


class Dollars:
    """An amount of US dollars: a number, or its digits as text."""

    allowed = f'an amount of US dollars from 0 to {_MOST_USD}, such as 5, 0.25 or "0.25"'

    def check(self, given: object) -> int:
        """Return the amount in billionths of a dollar."""
        from decimal import Decimal, InvalidOperation

        digits = self._digits(given)
        try:
            amount = Decimal(digits)
            is_allowed = 0 <= amount <= _MOST_USD
        except InvalidOperation:  # it is not a number, in the words of TOML
            is_allowed = False
        if not is_allowed:
            raise unfit(self, given)
        nano_usd = int(amount.scaleb(_PLACES))
        if Decimal(nano_usd).scaleb(-_PLACES) != amount:
            shown = phrases.name(digits)
            raise UnfitError(f"must have at most {_PLACES} decimal places, unlike {shown}")
        return nano_usd

    def read(self, text: str) -> object:
        """Parse a decimal number."""
        return written(text) if _DECIMAL.fullmatch(text) else text

    def _digits(self, given: object) -> str:
        match given:
            case bool():
                raise unfit(self, given)
            case WrittenFloat():
                return given.text
            case int() | float():
                return repr(given)
            case str() if _DECIMAL.fullmatch(given):
                return given
        raise unfit(self, given)


def written(digits: str) -> float | str:
    """Return the number with these `digits`, or the digits if a float would lose some of them."""
    from decimal import Decimal

    amount = Decimal(digits)
    number = int(amount) if amount == int(amount) else float(amount)
    return number if Decimal(repr(number)) == amount else digits
