"""Writes the frame of the answer on a terminal: rules above and below, reasoning, tool calls."""

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from hello_llm.contract import ToolCall
from hello_llm.rendering.console import ColorChoice, make_console
from hello_llm.rendering.sanitize import Sanitizer, inert, sanitize
from hello_llm.rendering.terminal import Terminal
from hello_llm.rendering.tool_calls import describe


class AnswerFrame:
    """Writes to standard error: the rules only if it is a terminal, nothing if `quiet`."""

    def __init__(self, terminal: Terminal, *, color: ColorChoice, quiet: bool) -> None:
        """Write to `terminal`."""
        self._terminal = terminal
        self._color = color
        self._quiet = quiet
        self._sanitizer = Sanitizer()
        self._reasoning_end = ""

    def top(self, provider: str, model: str) -> None:
        """Write the upper rule, which names the model and the provider."""
        title = Text.assemble((inert(model), "not dim bold"), " · ", sanitize(provider))
        self._rule(_panel(title=title), 0)

    def bottom(self, *, incomplete: bool) -> None:
        """Write the lower rule, which marks an incomplete answer."""
        mark = Text("incomplete", "not dim bold red") if incomplete else None
        self._rule(_panel(subtitle=mark), -1)

    @property
    def row_begun(self) -> bool:
        """Whether the reasoning written so far ends in the middle of a row."""
        return self._reasoning_end not in {"", "\n"}

    def reasoning(self, text: str) -> None:
        """Write a piece of the reasoning."""
        self._reason(self._sanitizer.feed(text))

    def end_reasoning(self) -> None:
        """Write a blank row after the reasoning, if there was any."""
        self._reason(self._sanitizer.close())
        if self._reasoning_end:
            self._write("\n" if self._reasoning_end == "\n" else "\n\n")
        self._sanitizer, self._reasoning_end = Sanitizer(), ""

    def tool_call(self, call: ToolCall) -> None:
        """Write a tool call that the model requests."""
        if not self._quiet:
            self._write(self._styled(Text(inert(describe(call)), "cyan")) + "\n")

    def _reason(self, text: str) -> None:
        if text and not self._quiet:
            self._reasoning_end = text[-1]
            self._write(self._styled(Text(text, "dim")))

    def _rule(self, panel: Panel, line: int) -> None:
        if self._terminal.stderr_is_tty and not self._quiet:
            segments = self._console().render_lines(panel)[line]
            rule = Text.assemble(*((segment.text, segment.style or "") for segment in segments))
            rule.rstrip()
            self._write(self._styled(rule[1:]) + "\n")

    def _styled(self, text: Text) -> str:
        console = self._console()
        with console.capture() as capture:
            console.print(text, soft_wrap=True, end="")
        return capture.get()

    def _console(self) -> Console:
        return make_console(self._terminal, "stderr", self._color)

    def _write(self, text: str) -> None:
        self._terminal.write_stderr(text.encode())


def _panel(title: Text | None = None, subtitle: Text | None = None) -> Panel:
    """Return a panel without sides, which survives a resize and copies cleanly."""
    from rich import box

    return Panel(
        "",
        box=box.HORIZONTALS,
        title=title,
        subtitle=subtitle,
        title_align="left",
        subtitle_align="left",
        border_style="dim",
    )
