"""Finds known secrets in text, in any encoded form."""

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property

from hello_llm.secrets.shapes import Span
from hello_llm.secrets.unescaping import places, unescaped

_SHORTEST_SECRET = 6
_SHORTEST_BASE64 = 8
_LAYERS = 2
"""The number of nested layers of escapes that are removed, as in a URL within a URL."""

# Where a text was shortened or a key masked: the text before it may be part of a secret.
_CUT = re.compile(r"(?=…|\.\.\.)|\*\*[\w*-]*+")


class KnownSecrets:
    """Finds secrets, verbatim or in base64, plain or escaped, whole or cut short."""

    def __init__(self, secrets: Collection[str]) -> None:
        """Look for `secrets`, except those under 6 characters: they would match ordinary words."""
        self._secrets = {
            text for secret in secrets if len(text := secret.strip()) >= _SHORTEST_SECRET
        }

    def spans(self, text: str) -> list[Span]:
        """Return the spans of the secrets in `text`."""
        if not self._secrets:
            return []
        found = list(_spans(self._forms[0], text))
        layers = [text]
        for forms in self._forms[1:]:
            plain = unescaped(layers[-1])
            if plain == layers[-1]:
                break
            layers.append(plain)
            inner = list(_spans(forms, plain))
            for layer in reversed(layers[:-1]):
                inner = places(layer, inner)
            found += inner
        return found

    @cached_property
    def _forms(self) -> list[set[str]]:
        """The forms to look for in a text itself, then in it without each layer of escapes."""
        forms = [{form for secret in self._secrets for form in _forms(secret)}]
        for _ in range(_LAYERS):
            plain = (unescaped(form).strip() for form in forms[-1])
            forms.append({form for form in plain if len(form) >= _SHORTEST_SECRET})
        return forms


def _spans(forms: Collection[str], text: str) -> Iterator[Span]:
    """Yield the spans of `forms` in `text`, whole or cut short."""
    heads = {form[:_SHORTEST_SECRET] for form in forms}
    present = {head for head in heads if head in text}
    begun = sorted(form for form in forms if form[:_SHORTEST_SECRET] in present)
    for form in begun:
        at = text.find(form)
        while at >= 0:
            yield at, at + len(form)
            at = text.find(form, at + len(form))
    if begun:
        yield from _cut_short(begun, text)


def _cut_short(forms: Sequence[str], text: str) -> Iterator[Span]:
    """Yield the spans in `text` of a beginning of one of the sorted `forms` before a cut."""
    cuts = [match.span() for match in _CUT.finditer(text)]
    if not cuts:
        return
    cuts.append((len(text) + max(map(len, forms)), 0))  # too far away from any beginning
    heads = sorted({re.escape(form[:_SHORTEST_SECRET]) for form in forms})
    longest, following = max(map(len, forms)), 0
    for head in re.finditer(f"(?={'|'.join(heads)})", text):
        start = head.start()
        while cuts[following][0] < start + _SHORTEST_SECRET:
            following += 1
        at = following
        while (cut := cuts[at][0]) < start + longest:
            beginning = text[start:cut]
            form = bisect_left(forms, beginning)
            if form == len(forms) or not forms[form].startswith(beginning):
                break
            yield start, cuts[at][1]
            at += 1


def _forms(secret: str) -> Iterator[str]:
    """Yield `secret` itself and its base64 forms, alone or after other text (``user:``).

    Three bytes become four characters, so the length of the text before the secret selects one of
    three forms; characters at the ends that also depend on neighbouring bytes are left off.
    """
    import base64

    yield secret
    raw = secret.encode("utf-8", "surrogatepass")
    yield base64.b64encode(raw).decode()
    yield base64.urlsafe_b64encode(raw).decode()
    for before in range(3):
        whole = base64.urlsafe_b64encode(bytes(before) + raw).decode()
        bits = 8 * (before + len(raw))
        inner = whole[-(-8 * before // 6) : bits // 6]
        if len(inner) >= _SHORTEST_BASE64:
            yield inner
            yield inner.replace("-", "+").replace("_", "/")
