"""Chooses the line editor of a conversation."""

from hello_llm.cli.commands.chat.line_editor import LineEditor
from hello_llm.cli.commands.chat.plain_editor import PlainEditor
from hello_llm.cli.display import Display


def open_editor(display: Display) -> LineEditor:
    """Open the best editor that the terminal of `display` can show."""
    terminal = display.terminal
    if terminal.dumb or not (terminal.stdout_is_tty or terminal.stderr_is_tty):
        return PlainEditor(display)
    # 80 ms, paid by conversations alone.
    from hello_llm.cli.commands.chat.prompt_editor import PromptEditor

    return PromptEditor(display)
