"""Removes URL, JSON and HTML escapes from a text, and maps positions back to the original."""

import re
from collections.abc import Sequence

from hello_llm.secrets.shapes import Span

_NAMES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}

# Each alternative consumes what it examined, so that a search takes linear time. A run of white
# space, however written, counts as one space; a text within a text has its backslashes doubled.
_ESCAPE = re.compile(
    r"""
    (?=[\\%&+\s]) (?!\ [^\\%&+\s])              # a space before a word is left alone
    (?:
        (?P<space> (?: \s | \+ | %20 | %0[9AaDd] | \\++[nrt] )++ )
      | \\++ (?: u (?P<pair> [dD][89ABab][\dA-Fa-f]{2} \\++u [dD][C-Fc-f][\dA-Fa-f]{2} )
               | [ux] (?P<code> (?<=u)[\dA-Fa-f]{4} | (?<=x)[\dA-Fa-f]{2} ) )?
      | (?P<bytes> %[0-7][\dA-Fa-f] | %[CDcd][\dA-Fa-f]%[89ABab][\dA-Fa-f]
                 | %[Ee][\dA-Fa-f](?:%[89ABab][\dA-Fa-f]){2}
                 | %[Ff][\dA-Fa-f](?:%[89ABab][\dA-Fa-f]){3} )
      | & (?: (?P<name> amp | lt | gt | quot | apos )
            | \# (?P<number> \d{1,7} ) | \#[xX] (?P<hex> [\dA-Fa-f]{1,6} ) ) ;
    )
    """,
    re.VERBOSE,
)


def unescaped(text: str) -> str:
    """Remove one layer of escapes from `text`, and reduce each run of white space to a space."""
    return _ESCAPE.sub(_meaning, text)


def places(text: str, spans: Sequence[Span]) -> list[Span]:
    """Map `spans` of the unescaped form of `text` back to spans of `text`."""
    wanted = iter(sorted({at for span in spans for at in span}))
    at = next(wanted, None)
    found: dict[int, Span] = {}
    plain = end = 0  # how far the unescaped form and `text` itself have been read
    for match in _ESCAPE.finditer(text):
        before, after = plain + match.start() - end, len(_meaning(match))
        while at is not None and at <= before:
            found[at] = (end + at - plain,) * 2
            at = next(wanted, None)
        while at is not None and at < before + after:
            found[at] = match.span()
            at = next(wanted, None)
        if at is None:
            break
        plain, end = before + after, match.end()
    while at is not None:
        found[at] = (end + at - plain,) * 2
        at = next(wanted, None)
    return [(found[start][0], found[stop][1]) for start, stop in spans]


def _meaning(escape: re.Match[str]) -> str:
    """Decode `escape`."""
    kind = escape.lastgroup
    if kind is None:  # backslashes before any other character
        return ""
    written = escape[kind]
    match kind:
        case "space":
            return " "
        case "bytes":
            return bytes.fromhex(written.replace("%", "")).decode(errors="replace")
        case "name":
            return _NAMES[written]
        case "pair":
            halves = (int(half, 16) for half in re.split(r"\\+u", written))
            return "".join(map(chr, halves)).encode("utf-16", "surrogatepass").decode("utf-16")
        case "number":
            return _character(int(written))
        case _:
            return _character(int(written, 16))


def _character(code: int) -> str:
    return chr(code) if code <= 0x10FFFF else ""
