"""Recognises keys, tokens and passwords, so that none is kept in a file or shown."""

import re
from itertools import pairwise

# Each shape begins with a literal: looking for the literal first is cheap, and the expression
# is compiled only where it is found.
_SHAPES: tuple[tuple[str, str], ...] = (
    (
        "sk-",
        r"(?<![\w-])sk-(?=[\w-]*[0-9A-Z])[\w-]{16,}|\A\s*sk-[\w-]{8,}\s*\Z",
    ),  # OpenAI, Anthropic
    ("AIza", r"\bAIza[\w-]{30,}"),  # Google
    ("ya29.", r"\bya29\.[\w-]{20,}"),  # Google OAuth
    ("gsk_", r"\bgsk_(?=\w*[0-9A-Z])[A-Za-z0-9]{20,}"),  # Groq
    ("hf_", r"\bhf_(?=\w*[0-9A-Z])[A-Za-z0-9]{20,}"),  # Hugging Face
    ("xai-", r"\bxai-(?=\w*[0-9A-Z])[A-Za-z0-9]{20,}"),  # xAI
    ("pplx-", r"\bpplx-(?=\w*[0-9A-Z])[A-Za-z0-9]{20,}"),  # Perplexity
    ("nvapi-", r"\bnvapi-(?=[\w-]*[0-9A-Z])[\w-]{20,}"),  # NVIDIA
    ("csk-", r"\bcsk-(?=\w*[0-9])[a-z0-9]{20,}"),  # Cerebras
    ("r8_", r"\br8_(?=\w*[0-9A-Z])[A-Za-z0-9]{20,}"),  # Replicate
    ("fw_", r"\bfw_(?=\w*[0-9A-Z])[A-Za-z0-9]{20,}"),  # Fireworks
    ("gh", r"\bgh[pousr]_(?=\w*[0-9A-Z])[A-Za-z0-9]{20,}"),  # GitHub
    ("github_pat_", r"\bgithub_pat_\w{20,}"),  # GitHub, fine-grained
    ("glpat-", r"\bglpat-[\w-]{20,}"),  # GitLab
    ("xox", r"\bxox[abprs]-[\w-]{10,}"),  # Slack
    ("AKIA", r"\bAKIA[A-Z0-9]{16}\b"),  # AWS
    ("ASIA", r"\bASIA[A-Z0-9]{16}\b"),  # AWS, temporary
    ("eyJ", r"\beyJ[\w-]{8,}\.[\w-]{8,}\."),  # JSON Web Token
    ("earer ", r"\b[Bb]earer +(?=\S*[0-9])[\w.~+/-]{16,}"),  # an Authorization header
    ("PRIVATE KEY-----", r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),  # PEM
)

_SECRET_NAME = re.compile(
    r"(?:\w+_)?(?:(?:api|access|secret|private)_?key|secret|password|passwd|authorization)"
    r"|(?:\w+_)?(?:api|auth|access|bearer|secret|hf|github)_?token|token"
)

_LONG_RUN = re.compile(r"[A-Za-z0-9]{20,}")


def looks_like_secret(text: str) -> bool:
    """Say whether `text` contains something of the shape of a key, token or password."""
    return any(literal in text and re.search(shape, text) for literal, shape in _SHAPES)


def looks_random(text: str) -> bool:
    """Say whether `text` is one long run of mixed letters and digits, as keys without prefix are.

    Commit hashes are of this shape too: ask only where a name is expected.
    """
    return any(_changes_between_letters_and_digits(run) >= 4 for run in _LONG_RUN.findall(text))


def names_a_secret(key: str) -> bool:
    """Say whether a key of this name would hold a secret, as ``api_key`` does."""
    return _SECRET_NAME.fullmatch(key.lower().replace("-", "_")) is not None


def _changes_between_letters_and_digits(run: str) -> int:
    return sum(a.isdigit() != b.isdigit() for a, b in pairwise(run))
