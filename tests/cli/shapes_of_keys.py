"""Keys of every shape that vendors issue, the forms they travel in, and how to find one again."""

import base64
import html
import json
import random
import re
import string
from collections.abc import Iterator
from urllib.parse import quote, quote_plus, unquote_plus

_UPPER, _LOWER = string.ascii_uppercase + string.digits, string.ascii_lowercase + string.digits
_MIXED, _HEX = string.ascii_letters + string.digits, "0123456789abcdef"
_random = random.Random(25)


def _of(alphabet: str, length: int) -> str:
    return "".join(_random.choices(alphabet, k=length))


# From parts, so that nobody's scanner takes them for real ones.
SHAPES = {
    "OpenAI": "sk-" + _of(_MIXED, 48),
    "OpenAI of a project": "sk-" + "proj-" + _of(f"{_MIXED}_-", 80),
    "Anthropic": "sk-" + "ant-api03-" + _of(f"{_MIXED}_-", 93) + "AA",
    "Google": "AI" + "zaSy" + _of(f"{_MIXED}_-", 33),
    "Google OAuth": "ya" + "29." + _of(f"{_MIXED}_-", 100),
    "AWS, the name": "AK" + "IA" + _of(_UPPER, 16),
    "AWS, the secret": _of(f"{_MIXED}/+", 40),
    "Azure": _of(_HEX, 32),
    "Hugging Face": "hf" + "_" + _of(_MIXED, 34),
    "Groq": "gsk" + "_" + _of(_MIXED, 52),
    "xAI": "xai" + "-" + _of(_MIXED, 80),
    "Perplexity": "pplx" + "-" + _of(_MIXED, 48),
    "Mistral": _of(_MIXED, 32),
    "Cohere": _of(_MIXED, 40),
    "Replicate": "r8" + "_" + _of(_MIXED, 37),
    "Together": _of(_HEX, 64),
    "OpenRouter": "sk-" + "or-v1-" + _of(_HEX, 64),
    "NVIDIA": "nvapi" + "-" + _of(f"{_MIXED}_-", 64),
    "Cerebras": "csk" + "-" + _of(_LOWER, 48),
    "GitHub": "gh" + "p_" + _of(_MIXED, 36),
    "GitHub, fine-grained": "github" + "_pat_" + _of(_MIXED, 22) + "_" + _of(_MIXED, 59),
    "JSON Web Token": ".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
        for part in ({"alg": "HS256"}, {"sub": _of(_MIXED, 12)}, _of(_MIXED, 32))
    ),
    "Slack": "xo" + "xb-" + _of(string.digits, 12) + "-" + _of(_MIXED, 24),
    "Stripe": "sk" + "_live_" + _of(_MIXED, 24),
    "signs that addresses escape": _of(_MIXED, 8) + "@/+=&%?#:;,$!()*~^|" + _of(_MIXED, 8),
    "quotes and backslashes": _of(_MIXED, 6) + "'\"\\<>&" + _of(_MIXED, 6),
    "spaces within": _of(_MIXED, 8) + " " + _of(_MIXED, 8) + "  " + _of(_MIXED, 8),
    "eight characters": _of(_MIXED, 8),
    "five hundred characters": _of(_MIXED, 500),
}
"""A key of each shape."""

_WINDOW = 8
_PUBLIC = re.compile(r"(sk-(proj|ant-api03|or-v1)?|github_pat)?\w{0,5}[-_.]|AIzaSy|AKIA")
_BASE64_RUN = re.compile(r"[\w+/-]{8,}")


def forms(key: str) -> dict[str, str]:
    """Return `key` as it may be met in an error, an address or a header."""
    raw = key.encode()
    named = {
        f"base64 behind {before!r}": base64.b64encode(before.encode() + raw).decode()
        for before in ("", "me:", "user:", "admin:")
    }
    return named | {
        "plain": key,
        "URL-encoded": quote(key, safe=""),
        "URL-encoded, lower case": re.sub("%..", lambda m: m[0].lower(), quote(key, safe="")),
        "URL-encoded by a browser": quote(key, safe="!'()*~"),
        "in a path": quote(key),
        "in a form": quote_plus(key),
        "base64 for addresses": base64.urlsafe_b64encode(raw).decode().rstrip("="),
        "in JSON": json.dumps(key),
        "in JSON of PHP": json.dumps(key).replace("/", "\\/"),
        "in HTML": html.escape(key),
        "of Python": repr(key),
        "cut short": key[: max(7, 2 * len(key) // 3)] + "…",
        "cut short with dots": key[: max(7, len(key) // 2)] + "...",
    }


def leaked(output: str) -> set[str]:
    """Return the shapes of the keys of which eight characters in a row stand in `output`."""
    return {
        _SHAPE_OF_PIECE[piece]
        for view in _views(output)
        for piece in _pieces(view) & _SHAPE_OF_PIECE.keys()
    }


def _pieces(text: str) -> set[str]:
    return {text[at : at + _WINDOW] for at in range(len(text) - _WINDOW + 1)}


def _telling(key: str) -> str:
    """Return what of `key` must not be seen: how it begins says only who issued it."""
    public = _PUBLIC.match(key)
    return " ".join(key[public.end() if public else 0 :].split())


_SHAPE_OF_PIECE = {
    piece: shape for shape, key in SHAPES.items() for piece in _pieces(_telling(key))
}


def _views(output: str) -> Iterator[str]:
    """Yield `output` as it is and with every encoding taken off."""
    bare = re.sub(r"\\u([0-9a-f]{4})", lambda match: chr(int(match[1], 16)), output)
    for text in (output, bare):
        yield text
        yield " ".join(unquote_plus(text).split())
        yield html.unescape(text)
        yield re.sub(r"\\(.)", r"\1", text)
        yield re.sub(r"\\(.)", r"\1", re.sub(r"\\(.)", r"\1", text))
    for run in _BASE64_RUN.findall(output):
        for start in range(4):
            digits = run[start:].replace("+", "-").replace("/", "_")
            yield base64.urlsafe_b64decode(digits + "A" * (-len(digits) % 4)).decode("latin-1")
