"""Guesses the encoding of bytes that are not UTF-8."""

import codecs
import re
import unicodedata
from collections.abc import Iterator
from itertools import groupby

Explanation = tuple[str, str | None]
"""What the bytes are, and the command that converts them to UTF-8, if there is one."""

_SAMPLE = 64 * 1024
"""The number of bytes of a long input that are examined."""
_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_WIDE = (("UTF-32LE", 4, 3), ("UTF-32BE", 4, 0), ("UTF-16LE", 2, 1), ("UTF-16BE", 2, 0))
"""Encodings of two or four bytes: name, size, and index of the high byte.

In most texts the high byte is a control character.
"""
_ASCII = bytes(range(128))
_CONTROLS = re.compile(rb"[\0-\x06\x0e-\x1a\x1c-\x1f]")
"""Bytes that occur in no text in a single-byte encoding."""
_LINE_SEPARATORS = "\t\n\v\f\r\b\a\x1b"
_HAN = "\u4e00-\u9fff\u3000-\u3002\uff00-\uffef"
_ENCODINGS = (
    ("WINDOWS-1251", "cp1251", "(?<![а-яё])[А-ЯЁ]?[а-яё]+|[«»—–„“”№]"),  # noqa: RUF001 - Cyrillic
    ("KOI8-R", "koi8_r", "(?<![а-яё])[А-ЯЁ]?[а-яё]+"),  # noqa: RUF001 - Cyrillic
    ("WINDOWS-1253", "cp1253", "[Α-ΡΣ-Ϋ]?[ά-ώ]+"),  # noqa: RUF001 - Greek
    ("CP932", "cp932", f"[\u3040-\u30ff]+[{_HAN}]*|[{_HAN}]{{1,4}}(?=[\u3040-\u30ff])"),
    ("EUC-JP", "euc_jp", f"[\u3040-\u30ff]+[{_HAN}]*|[{_HAN}]{{1,4}}(?=[\u3040-\u30ff])"),
    ("EUC-KR", "euc_kr", "[\uac00-\ud7a3\u3000-\u3002]+"),
    ("GB18030", "gb2312", f"[{_HAN}“”‘’—…]+"),  # noqa: RUF001 - Chinese punctuation
    ("BIG5", "big5", f"[{_HAN}]+"),
)
"""``iconv`` names, Python codecs, and patterns of usual text in the language."""


def explain(data: bytes) -> Explanation:
    """Name the encoding of `data`, which is not clean UTF-8, and the command that converts it."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return f"is {name}, not UTF-8 text", _converted_from(name)
    place = _first_bad(data)
    wide = _wide(data)
    if wide is not None:
        return f"looks like {wide} without a byte order mark, not UTF-8 text", _converted_from(wide)
    if place is None:
        return f"holds a NUL (byte {data.index(0) + 1})", r"tr '\0' '\n'"
    if _CONTROLS.search(data):
        return f"is not text (byte {place} is not UTF-8)", None
    return f"is not UTF-8 text (byte {place})", _narrow(data, data.rfind(b"\n", 0, place) + 1)


def _converted_from(name: str) -> str:
    return f"iconv -f {name} -t UTF-8"


def _first_bad(data: bytes) -> int | None:
    """Return the position of the first byte that is not UTF-8, counted from 1."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return error.start + 1
    return None


def _wide(data: bytes) -> str | None:
    """Return the encoding of two or four bytes a character that `data` is in, if any."""
    if not _CONTROLS.search(data):
        return None
    is_utf_8 = _first_bad(data) is None
    found = []
    for name, size, high in _WIDE:
        text, highest = _decoded(data, name), data[high:_SAMPLE:size]
        usual = len(data) % size == 0 and len(_CONTROLS.findall(highest)) > 0.75 * len(highest)
        if text and not any(map(_is_unprintable, set(text))) and (usual or not is_utf_8):
            rank = highest.count(0) / len(highest), -len(set(highest)) / len(highest), size
            found.append((rank, name))
    return max(found)[-1] if found else None


def _decoded(data: bytes, codec: str) -> str | None:
    """Decode the beginning of `data` with `codec`; ``None`` if that fails."""
    try:
        return codecs.getincrementaldecoder(codec)().decode(data[:_SAMPLE])
    except UnicodeDecodeError:
        return None


def _is_unprintable(character: str) -> bool:
    usual = character in _LINE_SEPARATORS
    return not usual and unicodedata.category(character) in {"Cc", "Cn", "Co", "Cs"}


def _narrow(data: bytes, line: int) -> str:
    """Return the command that converts `data`, whose line at offset `line` is not UTF-8.

    The data must not contain NULs.
    """
    whole = _foreign(data.decode(errors="ignore").encode())
    broken = _foreign(data) - whole
    if whole >= broken:
        return "iconv -c -f UTF-8 -t UTF-8"
    sample = data[line : line + _SAMPLE]
    if _is_western(sample):
        return _converted_from("WINDOWS-1252")
    score, name = max(_scores(sample), key=lambda found: found[0], default=(0.0, ""))
    return _converted_from(name if score > 0.5 else "ISO-8859-1")  # which allows every byte


def _foreign(data: bytes) -> int:
    """Count the bytes of `data` that are not ASCII."""
    return len(data.translate(None, _ASCII))


def _is_western(data: bytes) -> bool:
    """Return whether non-ASCII letters come one or two at a time, as in Western languages."""
    runs = [len(list(run)) for high, run in groupby(data, lambda byte: byte > 0x7F) if high]
    in_long_runs = sum(run for run in runs if run > 2)
    return _decoded(data, "cp1252") is not None and in_long_runs * 4 <= sum(runs)


def _scores(data: bytes) -> Iterator[tuple[float, str]]:
    """Rate `data` in each encoding, from 0 to 1, by the share of usual text that results."""
    for name, codec, usual in _ENCODINGS:
        text = _decoded(data, codec)
        if text is not None:
            known = "".join(re.findall(usual, text))
            yield _foreign(known.encode()) / max(_foreign(text.encode()), 1), name
