"""Decodes bytes from outside, or raises an error with a command that converts them.

The one decoder for everything that the program reads as text: standard input, files, arguments.
"""

_UTF_8_MARK = b"\xef\xbb\xbf"


class NotTextError(Exception):
    """Some bytes are not UTF-8 text; the message describes them and fits after their name."""

    def __init__(self, reason: str, remedy: str | None) -> None:
        """Store the `reason` and, as `remedy`, a filter command that converts the bytes to text."""
        super().__init__(reason)
        self.remedy = remedy

    @property
    def hint(self) -> str:
        """What to do about it; ends with the command, ready to copy."""
        if self.remedy is None:
            return "only text can be sent: is it the right file?"
        return f"pipe it through {self.remedy}"


def decode_text(data: bytes | bytearray) -> str:
    """Decode `data` as UTF-8, dropping the byte order mark that Windows puts first.

    Raises:
        NotTextError: `data` is not UTF-8, or contains NULs.
    """
    if b"\0" not in data:
        try:
            return data.removeprefix(_UTF_8_MARK).decode()
        except UnicodeDecodeError:
            pass
    from hello_llm.text.encodings import explain

    raise NotTextError(*explain(bytes(data)))


def check_typed(text: str) -> None:
    """Make sure that a command-line argument is text.

    Raises:
        NotTextError: it contains bytes that are not UTF-8, a NUL, or half a surrogate pair.
    """
    if text.isascii() and "\0" not in text:
        return
    try:
        decode_text(text.encode(errors="surrogateescape"))
    except UnicodeEncodeError:  # half a surrogate pair, which no bytes encode
        raise NotTextError("is not text: it contains half of a surrogate pair", None) from None
