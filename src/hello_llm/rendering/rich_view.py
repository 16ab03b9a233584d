"""Rich output: Markdown rendered while it streams, in a panel, with the usage below."""

import time
from collections.abc import Callable

from rich.cells import cell_len

from hello_llm.contract import (
    Finished,
    HelloLLMError,
    LLMReply,
    ReasoningDelta,
    Retrying,
    Started,
    StreamEvent,
    TextDelta,
    ToolCallDelta,
)
from hello_llm.rendering.answer_frame import AnswerFrame
from hello_llm.rendering.console import ColorChoice, make_console
from hello_llm.rendering.live_tail import LiveTail
from hello_llm.rendering.markdown.blocks import BlockLayout, wrap_rows
from hello_llm.rendering.markdown.stream import MarkdownStream
from hello_llm.rendering.messages import Messages
from hello_llm.rendering.sanitize import Sanitizer
from hello_llm.rendering.terminal import Terminal
from hello_llm.rendering.usage_table import write_usage

FRAMES_PER_SECOND = 15
_TALLEST_TAIL = 24
_UNLIMITED = 10**9


class RichRenderer:
    """Writes finished blocks once and, on a capable terminal, redraws the block that grows."""

    def __init__(
        self,
        terminal: Terminal,
        messages: Messages,
        *,
        color: ColorChoice,
        live: bool,
        quiet: bool,
        usage: bool,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Show one reply on `terminal`.

        Args:
            terminal: where to write the answer and its frame.
            messages: where to report errors and retries.
            color: when to use colour.
            live: redraw the block that grows; the terminal must support cursor movement.
            quiet: write nothing around the answer.
            usage: write the usage table below the answer.
            clock: returns monotonic seconds, by which frames are drawn.
        """
        self._terminal = terminal
        self._messages = messages
        self._around = AnswerFrame(terminal, color=color, quiet=quiet)
        self._live = live
        self._usage = usage
        self._clock = clock
        self._next_frame = float("-inf")
        self._sanitizer = Sanitizer()
        self._layout = BlockLayout(make_console(terminal, "stdout", color))
        self._stream = MarkdownStream(self._layout)
        self._tail = LiveTail()
        self._provider = self._model = ""
        self._answered = self._undrawn = False
        self._reasoned = False
        self._late_reasoning = ""

    def show(self, event: StreamEvent) -> None:
        """Show `event`."""
        match event:
            case Started(provider, model):
                self._provider = provider
                self._head(model)
            case TextDelta(text):
                self._answer(text)
            case ReasoningDelta(text):
                self._reason(text)
            case ToolCallDelta():
                pass
            case Retrying(model=model):
                self._messages.retrying(event)
                self._head(model)
            case Finished(reply):
                self._finish(reply)

    def refresh(self) -> None:
        """Draw the text that arrived after the last frame."""
        if self._undrawn:
            self._draw()

    def fail(self, error: HelloLLMError) -> None:
        """Show the rest of the answer so far, mark it as incomplete, and report `error`."""
        if not self._around.row_begun:
            self._messages.clear_echo(error)
        try:
            self._end_answer()
            if self._answered or self._reasoned:
                self._around.bottom(incomplete=True)
        finally:
            self._messages.error(error)

    def _head(self, model: str) -> None:
        """Write the heading, unless it already names `model`."""
        if model != self._model:
            self._around.top(self._provider, model)
        self._model = model

    def _answer(self, text: str) -> None:
        if not self._answered:
            self._around.end_reasoning()
        self._answered = True
        self._stream.feed(self._sanitizer.feed(text))
        now, self._undrawn = self._clock(), True
        if now >= self._next_frame or self._stream.waiting:
            self._draw()
            self._next_frame = now + 1 / FRAMES_PER_SECOND

    def _reason(self, text: str) -> None:
        self._reasoned = True
        if self._answered:
            self._late_reasoning += text
        else:
            self._around.reasoning(text)

    def _finish(self, reply: LLMReply) -> None:
        if reply.reasoning and not self._reasoned:
            self._reason(reply.reasoning)
        if reply.text and not self._answered:
            self._answer(reply.text)
        self._end_answer()
        for call in reply.tool_calls:
            self._around.tool_call(call)
        self._around.bottom(incomplete=False)
        if self._usage:
            write_usage(self._terminal, self._messages, reply)

    def _draw(self) -> None:
        self._undrawn = False
        columns, lines = self._terminal.size()
        # At most half a screen, so that it still fits if the screen becomes half as wide.
        tallest = min((lines - 1) // 2, _TALLEST_TAIL) if self._live else _UNLIMITED
        final = self._stream.advance(columns, max(tallest, 1))
        tail = (
            wrap_rows(self._stream.tail(columns), columns)[-tallest:]
            if self._live and tallest
            else []
        )
        cells = [min(cell_len(row.plain), columns) for row in tail]
        ansi = self._layout.ansi
        self._write(self._tail.frame(columns, ansi(final), ansi(tail), cells))

    def _end_answer(self) -> None:
        """Write the rest of the answer, leaving the cursor at the start of a row."""
        columns, _ = self._terminal.size()
        self._stream.feed(self._sanitizer.close())
        final = self._layout.ansi(self._stream.finish(columns))
        self._write(self._tail.frame(columns, final, [], []))
        if self._late_reasoning:
            self._around.reasoning(self._late_reasoning)
        self._around.end_reasoning()

    def _write(self, text: str) -> None:
        if text:
            self._terminal.write_stdout(text.encode())
