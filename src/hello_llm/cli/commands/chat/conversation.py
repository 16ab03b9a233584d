"""A conversation on a terminal: each line is a turn, and the model sees all turns so far."""

import sys

from hello_llm.calls.turns import TurnFactory
from hello_llm.cli.commands.chat.delivery import deliver
from hello_llm.cli.display import Display
from hello_llm.cli.exits import report
from hello_llm.cli.signals import STOP, TerminatedError
from hello_llm.contract import (
    HelloLLMError,
    InterruptError,
    LLMReply,
    Message,
    StoppedError,
)
from hello_llm.engine import Turn
from hello_llm.rendering.terminal import Terminal

_PROMPT = "> "
_LEAVE = "/exit"


def converse(make: TurnFactory, display: Display) -> None:
    """Read the user's turns and show the answers until ``/exit`` or Ctrl-D.

    Ctrl-C stops an answer, not the conversation; the part that arrived stays in the
    conversation. A turn that failed is left out of it.

    Raises:
        StoppedError: SIGTERM arrived, or the reader closed the output.
    """
    display.messages.note(f"{_LEAVE} or Ctrl-D leaves, Ctrl-C stops an answer")
    turns: tuple[Message, ...] = ()
    while (line := _next_line(display)) is not None:
        asked = (*turns, Message("user", line))
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


def _next_line(display: Display) -> str | None:
    """Return the next line that is not blank, or ``None`` at the end."""
    while True:
        try:
            line = _read_line(display.terminal).strip()
            line.encode()
        except EOFError:
            display.terminal.write_stderr(b"\n")
            return None
        except KeyboardInterrupt:
            STOP.resume()
            display.terminal.write_stderr(b"\n")
            continue
        except TerminatedError:
            display.terminal.write_stderr(b"\n")
            raise
        except UnicodeError:
            display.messages.warning("that was not UTF-8 text, and was not sent")
            continue
        if line == _LEAVE:
            return None
        if line:
            return line


def _read_line(terminal: Terminal) -> str:
    """Read a line, with line editing on a terminal; the prompt is never mixed into the answers."""
    if terminal.stdout_is_tty:
        import readline  # noqa: F401 - gives input() its line editing

        return input(_PROMPT)
    terminal.write_stderr(_PROMPT.encode())
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line
