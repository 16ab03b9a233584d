"""Plain output: only the answer, exact in a pipe; sanitized, between words, on a terminal."""

from hello_llm.contract import Finished, HelloLLMError, LLMReply, Retrying, StreamEvent, TextDelta
from hello_llm.rendering.messages import Messages
from hello_llm.rendering.sanitize import Sanitizer
from hello_llm.rendering.terminal import Terminal
from hello_llm.rendering.tool_calls import describe
from hello_llm.rendering.usage_table import write_usage
from hello_llm.rendering.word_wrap import WordWrap
from hello_llm.text.surrogates import SurrogateJoiner


class PlainRenderer:
    """Writes each piece of the answer as it arrives; half a character waits for the other half."""

    def __init__(self, terminal: Terminal, messages: Messages, *, usage: bool) -> None:
        """Write to the standard output of `terminal`; `usage` adds a table on standard error."""
        self._terminal = terminal
        self._messages = messages
        self._usage = usage
        self._text = Sanitizer() if terminal.stdout_is_tty else SurrogateJoiner(replace=True)
        self._wrap = WordWrap(self._columns) if terminal.stdout_is_tty else None
        self._streamed = False
        self._last = ""

    def show(self, event: StreamEvent) -> None:
        """Show `event`."""
        match event:
            case TextDelta(text):
                self._streamed = True
                self._write(self._text.feed(text))
            case Retrying():
                self._messages.retrying(event)
            case Finished(reply):
                self._finish(reply)

    def refresh(self) -> None:
        """Write the last word, if no more of it has come for a while."""
        if self._wrap is not None:
            self._put(self._wrap.pause())

    def fail(self, error: HelloLLMError) -> None:
        """End the current line, and report `error`."""
        try:
            self._close()
            if self._last not in {"", "\n"}:
                self._put("\n")
        finally:
            self._messages.clear_echo(error)
            self._messages.error(error)

    def _finish(self, reply: LLMReply) -> None:
        if not self._streamed:
            self._write(self._text.feed(reply.text))
        self._close()
        if self._last != "\n":
            self._put("\n")
        for call in reply.tool_calls:
            self._messages.note(describe(call))
        if self._usage:
            write_usage(self._terminal, self._messages, reply)

    def _columns(self) -> int:
        return self._terminal.size()[0]

    def _close(self) -> None:
        self._write(self._text.close())
        if self._wrap is not None:
            self._put(self._wrap.close())

    def _write(self, text: str) -> None:
        self._put(text if self._wrap is None else self._wrap.feed(text))

    def _put(self, text: str) -> None:
        if text:
            self._terminal.write_stdout(text.encode())
            self._last = text[-1]
