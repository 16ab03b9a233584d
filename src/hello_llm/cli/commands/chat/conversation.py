"""A conversation on a terminal: turn after turn, and the model sees all turns so far."""

from hello_llm.calls.turns import TurnFactory
from hello_llm.cli.commands.chat.delivery import deliver
from hello_llm.cli.commands.chat.line_editor import LineEditor
from hello_llm.cli.commands.chat.slash_commands import Command, command_in, help_text
from hello_llm.cli.display import Display
from hello_llm.cli.exits import report
from hello_llm.cli.signals import STOP
from hello_llm.contract import (
    HelloLLMError,
    InterruptError,
    LLMReply,
    Message,
    StoppedError,
    UsageError,
)
from hello_llm.engine import Turn


def converse(make: TurnFactory, editor: LineEditor, display: Display) -> None:
    """Read the user's turns and show the answers until ``/exit`` or Ctrl-D.

    Ctrl-C stops an answer, not the conversation; the part that arrived stays in the
    conversation. A turn that failed is left out of it.

    Raises:
        StoppedError: SIGTERM arrived, or the reader closed the output.
    """
    display.messages.note("/help for help, /exit leaves, Ctrl-C stops an answer")
    turns: tuple[Message, ...] = ()
    while (text := _next_text(editor, display)) is not None:
        asked = (*turns, Message("user", text))
        answer = _answer(make(asked), display)
        if answer is not None and answer.text:
            turns = (*asked, Message("assistant", answer.text))


def _answer(turn: Turn, display: Display) -> LLMReply | None:
    """Show the answer of `turn` and return the part that arrived; ``None`` if the turn failed."""
    renderer = display.renderer()
    try:
        return deliver(turn, renderer, display.terminal, display.messages)
    except InterruptError as error:
        report(error, renderer, display)
        STOP.resume()
        return error.partial
    except StoppedError:
        raise
    except HelloLLMError as error:
        report(error, renderer, display)
        return None


def _next_text(editor: LineEditor, display: Display) -> str | None:
    """Return the next text that is not blank and not a command, or ``None`` at the end."""
    while True:
        try:
            text = editor.read()
            text.encode()
            command = command_in(text)
        except EOFError:
            return None
        except KeyboardInterrupt:
            STOP.resume()
            continue
        except UnicodeError:
            display.messages.warning("that was not UTF-8 text, and was not sent")
            continue
        except UsageError as error:
            display.messages.error(error)
            continue
        if command is Command.EXIT:
            return None
        if command is Command.HELP:
            display.terminal.write_stderr(f"{help_text(editor.keys)}\n".encode())
        elif text.strip():
            return text
