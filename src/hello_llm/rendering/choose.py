"""Chooses the renderer for each call."""

from dataclasses import dataclass
from typing import Literal

from hello_llm.rendering.console import ColorChoice
from hello_llm.rendering.interface import Renderer
from hello_llm.rendering.messages import Messages
from hello_llm.rendering.plain import PlainRenderer
from hello_llm.rendering.terminal import Terminal

OutputName = Literal["auto", "rich", "plain", "json", "ndjson"]


@dataclass(frozen=True, slots=True)
class View:
    """How to show a reply."""

    output: OutputName = "auto"
    """The output format; ``auto`` means rich on a terminal and plain elsewhere."""
    stream: bool = True
    """Whether the reply is streamed."""
    usage: bool | None = None
    """Whether to write the usage table to standard error; ``None`` does so for rich output only."""
    color: ColorChoice = "auto"
    """When to use colour."""
    quiet: bool = False
    """Whether to write nothing but errors to standard error."""
    verbose: bool = False
    """Whether to write details to standard error."""
    provider: str | None = None
    """The provider to name in JSON if the call fails before it starts."""
    model: str | None = None
    """The model to name, likewise."""


def choose_renderer(view: View, terminal: Terminal, messages: Messages) -> Renderer:
    """Return a renderer that shows one reply on `terminal` in the way that `view` describes."""
    output = view.output
    if output == "auto":
        output = "rich" if terminal.stdout_is_tty else "plain"
    usage = bool(view.usage) and not view.quiet
    match output:
        case "rich":
            from hello_llm.rendering.rich_view import RichRenderer

            return RichRenderer(
                terminal,
                messages,
                color=view.color,
                live=view.stream and terminal.stdout_is_tty and not terminal.dumb,
                quiet=view.quiet,
                usage=view.usage is not False and not view.quiet,
            )
        case "plain":
            return PlainRenderer(terminal, messages, usage=usage)
        case "json" | "ndjson":
            return _json_renderer(view, terminal, messages, usage=usage)


def _json_renderer(view: View, terminal: Terminal, messages: Messages, *, usage: bool) -> Renderer:
    from hello_llm.rendering.json.document import JsonRenderer, Progress
    from hello_llm.rendering.json.ndjson import NdjsonRenderer

    renderer = NdjsonRenderer if view.output == "ndjson" else JsonRenderer
    return renderer(terminal, messages, Progress(view.provider, view.model), usage=usage)
