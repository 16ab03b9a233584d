"""Turns every way in which a run can end into an error, and an error into an exit code."""

from collections.abc import Callable, Iterator
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
    from hello_llm.rendering.interface import Renderer

Partial = Callable[[], LLMReply | None]
"""Returns the reply as far as it came."""


def _nothing() -> None:
    return None


@contextmanager
def endings(partial: Partial = _nothing) -> Iterator[None]:
    """Turn Ctrl-C, SIGTERM and what nobody expected into errors that carry `partial`.

    Raises:
        StoppedError: somebody ended the call.
        BugError: an exception that is none of ours; the machine may explain it.
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
        # Extensions in Rust panic with a class of their own that is no Exception.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise _unexpected(error, partial) from error


def _unexpected(error: BaseException, partial: Partial) -> BugError:
    return BugError(*(explain(error) or unexpected(error)), partial=partial())


def writing(partial: Partial = _nothing) -> AbstractContextManager[None]:
    """Turn a broken or full place of the answer into errors that carry `partial`.

    Raises:
        PipeClosedError: the reader went away.
        OutputError: the answer cannot be written.
    """
    hint = "free some space, or choose another place with --out FILE"
    return _output("the answer", "cannot write the answer", hint, partial)


def printing() -> AbstractContextManager[None]:
    """Turn a broken or full standard output into errors, where what is written is no answer.

    Raises:
        PipeClosedError: the reader went away.
        OutputError: standard output cannot be written.
    """
    hint = "free some space, or send it elsewhere"
    return _output("standard output", "cannot write to standard output", hint, _nothing)


@contextmanager
def _output(what: str, failed: str, hint: str, partial: Partial) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise PipeClosedError(f"the reader of {what} went away", partial=partial()) from None
    except OSError as error:
        if error.filename is not None or limits.explain(error) is not None:
            raise  # it is not about the output, or need not be
        raise OutputError(f"{failed}: {error.strerror}", hint, partial=partial()) from error


def report(error: HelloLLMError, renderer: "Renderer", display: "Display") -> ExitCode:
    """Show `error` and return its exit code; where nobody reads any more, show nothing."""
    if isinstance(error, PipeClosedError):
        return error.exit_code
    if isinstance(error, BugError) and display.debug:
        display.show_traceback(error)
    try:
        renderer.fail(error)
    except OSError as failure:
        # The place of the answer is full or gone; the prose on stderr was written before.
        if isinstance(error, StoppedError):
            return error.exit_code
        return ExitCode.PIPE if isinstance(failure, BrokenPipeError) else ExitCode.IO
    return error.exit_code
