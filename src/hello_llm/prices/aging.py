"""Says which models are about to retire, and whether the price list is too old to rely on."""

from datetime import UTC, date, datetime, timedelta

from hello_llm.prices.model import Model

SOON = timedelta(days=30)
OLD = timedelta(days=90)


def today() -> date:
    """Return the current day, in UTC."""
    return datetime.now(UTC).date()


def retirement(model: Model | None, day: date) -> str | None:
    """Say that `model` retires within 30 days of `day` or has retired; ``None`` if it does not."""
    if model is None or model.retires is None or model.retires > day + SOON:
        return None
    if model.retires <= day:
        return f"{model.name} was retired by its vendor on {model.retires}"
    left = (model.retires - day).days
    return f"{model.name} retires on {model.retires}, in {left} day{'' if left == 1 else 's'}"


def old_list(listed: date | None, day: date) -> str | None:
    """Say that a price list of the date `listed` is old; ``None`` if it is not, or has no date."""
    if listed is None or listed + OLD >= day:
        return None
    return f"the price list is of {listed}, {(day - listed).days} days old: prices may have changed"
