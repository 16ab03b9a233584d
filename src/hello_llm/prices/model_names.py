"""The names of models that completion offers, listed in a file made from LiteLLM's table."""

from pathlib import Path

FILE = Path(__file__).with_suffix(".txt")
"""The list: one ``VENDOR/MODEL`` a line, sorted; ``make generate`` writes it."""


def known_names() -> list[str]:
    """Return each name as ``--model`` takes it, sorted."""
    return FILE.read_text(encoding="utf-8").splitlines()
