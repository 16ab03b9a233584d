"""Joins a character that a server split over two JSON strings, half a surrogate pair in each."""


class SurrogateJoiner:
    """Passes text on, holding back half a pair until the other half comes."""

    def __init__(self) -> None:
        """Hold nothing back yet."""
        self._held = ""

    def feed(self, text: str) -> str:
        """Return what can be passed on now."""
        text, self._held = self._held + text, ""
        if text and "\ud800" <= text[-1] <= "\udbff":
            text, self._held = text[:-1], text[-1]
        if text.isascii():
            return text
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")

    def close(self) -> str:
        """Return what is still held back: half a pair whose other half never came."""
        held, self._held = self._held, ""
        return held
