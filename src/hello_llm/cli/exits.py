"""Turns every way in which a run can end into an error, and an error into an exit code."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

from hello_llm.cli.signals import TerminatedError
from hello_llm.contract import (
    BugError,
    ExitCode,
    HelloLLMError,
    InterruptError,
    LLMReply,
    OutputError,
    PipeClosedError,
    StoppedError,
    TerminateError,
)
from hello_llm.machine import limits
from hello_llm.machine.last_words import explain, unexpected

if TYPE_CHECKING:
    from hello_llm.cli.display import Display
    from hello_llm.rendering.interface import FailureView

Partial = Callable[[], LLMReply | None]
"""Returns the part of the reply that has arrived."""


def _nothing() -> None:
    return None


@contextmanager
def endings(partial: Partial = _nothing) -> Iterator[None]:
    """Turn Ctrl-C, SIGTERM and unexpected exceptions into errors that carry `partial`.

    Raises:
        StoppedError: the call was stopped.
        BugError: an exception other than ours was raised; a fault of the machine may explain it.
    """
    try:
        yield
    except KeyboardInterrupt:
        raise InterruptError("interrupted", partial=partial()) from None
    except TerminatedError as stop:
        raise TerminateError(str(stop), partial=partial()) from None
    except HelloLLMError:
        raise
    except BaseException as error:
        # Extensions in Rust panic with a class of their own that is not an Exception.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise _unexpected(error, partial) from error


def _unexpected(error: BaseException, partial: Partial) -> BugError:
    return BugError(*(explain(error) or unexpected(error)), partial=partial())


def writing(partial: Partial = _nothing) -> AbstractContextManager[None]:
    """Turn failures to write the answer into errors that carry `partial`.

    Raises:
        PipeClosedError: the reader closed the output.
        OutputError: the answer cannot be written.
    """
    hint = "free some space, or choose another place with --out FILE"
    return _output("the answer", "cannot write the answer", hint, partial)


def printing() -> AbstractContextManager[None]:
    """Turn failures to write to standard output into errors, for output that is not an answer.

    Raises:
        PipeClosedError: the reader closed the output.
        OutputError: standard output cannot be written.
    """
    hint = "free some space, or send it elsewhere"
    return _output("standard output", "cannot write to standard output", hint, _nothing)


@contextmanager
def _output(what: str, failed: str, hint: str, partial: Partial) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise PipeClosedError(f"the reader closed {what}", partial=partial()) from None
    except OSError as error:
        if error.filename is not None or limits.explain(error) is not None:
            raise  # it is not, or may not be, about the output
        raise OutputError(f"{failed}: {error.strerror}", hint, partial=partial()) from error


def print_lines(lines: Iterable[str], display: "Display") -> None:
    """Write `lines` to standard output, without secrets and harmless to a terminal.

    Raises:
        PipeClosedError: the reader closed the output.
        OutputError: standard output cannot be written.
    """
    from hello_llm.rendering.sanitize import inert

    text = "".join(f"{inert(display.messages.redact(line))}\n" for line in lines)
    with printing():
        display.terminal.write_stdout(text.encode(errors="replace"))


def report(error: HelloLLMError, view: "FailureView", display: "Display") -> ExitCode:
    """Show `error` and return its exit code; show nothing if the reader closed the output."""
    if isinstance(error, PipeClosedError):
        return error.exit_code
    if isinstance(error, BugError) and display.debug:
        display.show_traceback(error)
    try:
        view.fail(error)
    except OSError as failure:
        # The destination of the answer is full or gone; the text on stderr is already written.
        if isinstance(error, StoppedError):
            return error.exit_code
        return ExitCode.PIPE if isinstance(failure, BrokenPipeError) else ExitCode.IO
    return error.exit_code
