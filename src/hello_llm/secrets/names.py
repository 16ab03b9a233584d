"""Recognises a secret by its name, or by its appearance where a name is expected."""

import re
from itertools import pairwise

_SECRET_NAME = re.compile(
    r"(?:\w+_)?(?:(?:api|access|secret|private)_?key|secret|password|passwd|authorization)"
    r"|(?:\w+_)?(?:api|auth|access|bearer|secret|hf|github)_?token|token"
)

_LONG_RUN = re.compile(r"[A-Za-z0-9]{20,}")


def names_a_secret(key: str) -> bool:
    """Return whether a key with this name would hold a secret, as ``api_key`` does."""
    return _SECRET_NAME.fullmatch(key.lower().replace("-", "_")) is not None


def looks_random(text: str) -> bool:
    """Return whether `text` has a long run of mixed letters and digits, like keys without a prefix.

    Commit hashes look like this too, so call it only where a name is expected.
    """
    return any(_changes_between_letters_and_digits(run) >= 4 for run in _LONG_RUN.findall(text))


def _changes_between_letters_and_digits(run: str) -> int:
    return sum(a.isdigit() != b.isdigit() for a, b in pairwise(run))
