"""Bytes from outside become text, or an error with the command that converts them.

One decoder for everything that the program reads as text: standard input, files, typed words.
"""

_UTF_8_MARK = b"\xef\xbb\xbf"


class NotTextError(Exception):
    """Some bytes are not UTF-8 text; the message says what they are, fit to follow their name."""

    def __init__(self, reason: str, remedy: str | None) -> None:
        """Keep the `reason`, and as `remedy` a command that reads the bytes and writes the text."""
        super().__init__(reason)
        self.remedy = remedy

    @property
    def hint(self) -> str:
        """What to do about it; the command stands at the end, ready to be copied."""
        if self.remedy is None:
            return "only text can be sent: is it the right file?"
        return f"pipe it through {self.remedy}"


def decode_text(data: bytes | bytearray) -> str:
    """Return the text that is written in `data`, without the mark that Windows puts before it.

    Raises:
        NotTextError: they are not UTF-8, or hold NULs.
    """
    if b"\0" not in data:
        try:
            return data.removeprefix(_UTF_8_MARK).decode()
        except UnicodeDecodeError:
            pass
    from hello_llm.text.encodings import explain

    raise NotTextError(*explain(bytes(data)))


def check_typed(text: str) -> None:
    """Make sure that a word of the command line is text.

    Raises:
        NotTextError: it holds bytes that are not UTF-8, or a NUL.
    """
    if text.isascii() and "\0" not in text:
        return
    try:
        decode_text(text.encode(errors="surrogateescape"))
    except UnicodeEncodeError:  # half a surrogate pair, which no bytes stand for
        raise NotTextError("is not text: it holds half of a surrogate pair", None) from None
