"""Runs a server in the foreground: says where it is, shows its log, and ends it with a signal."""

import gc
import logging
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from logging.handlers import QueueHandler, QueueListener
from queue import SimpleQueue

from hello_llm.cli.display import Display
from hello_llm.cli.exits import print_lines
from hello_llm.cli.signals import STOP, TerminatedError
from hello_llm.contract import BugError, ExitCode
from hello_llm.rendering.sanitize import inert
from hello_llm.serve.app import App
from hello_llm.serve.listening import url_of
from hello_llm.serve.log import LOG
from hello_llm.serve.server import Server
from hello_llm.serve.settings import ServeSettings
from hello_llm.settings.file import ConfigFile
from hello_llm.text import phrases

_COLLECT_AFTER = (10_000, 3, 3)
"""How many objects may be made before the collections of garbage.

Each call leaves some 600 objects, 100 KB, in cycles that have grown old. By Python's usual numbers
they would wait for a million more.
"""
_MOST_NAMED = 5
_MOST_LINES_WAITING = 10_000


def serve_until_told(
    settings: ServeSettings,
    config: ConfigFile | None,
    sockets: Sequence[socket.socket],
    grace_s: float,
    display: Display,
) -> ExitCode:
    """Serve until a signal arrives, and return the exit code: 0 if no call had to be cut off.

    Args:
        settings: what to serve, to whom, and within which bounds.
        config: the configuration, if there is one.
        sockets: where to listen.
        grace_s: seconds that calls in progress may take after the signal.
        display: where the log is shown.

    Raises:
        HelloLLMError: the server cannot start.
    """
    app = App(settings, config)
    app.preload()
    gc.set_threshold(*_COLLECT_AFTER)
    for name in app.models.unnamed:
        display.messages.warning(
            f"the profile {phrases.name(name)} is not served: it names no model"
        )
    with _logging(display), Server(app, settings, sockets) as server:
        try:
            print_lines(_greeting(app, sockets), display)
            server.wait()
        except (KeyboardInterrupt, TerminatedError) as told:
            STOP.resume()
            return _stop(server, app, grace_s, told, display)
    return ExitCode.BUG


def _stop(
    server: Server, app: App, grace_s: float, told: BaseException, display: Display
) -> ExitCode:
    """End the server; a second signal cuts off the calls that the first one let finish."""
    running = app.calls.running
    if running:
        calls = "1 call" if running == 1 else f"{running} calls"
        again = "Ctrl-C" if isinstance(told, KeyboardInterrupt) else "the signal"
        display.messages.note(
            f"{calls} in progress may take {grace_s:g} s; {again} again cuts them off"
        )
    try:
        cut = server.stop(grace_s)
    except (KeyboardInterrupt, TerminatedError) as again:
        STOP.resume()
        told, cut = again, server.stop(0.0)
    if not cut:
        return ExitCode.OK
    display.messages.warning(f"{cut} of them did not finish, and their clients were told")
    return ExitCode.INT if isinstance(told, KeyboardInterrupt) else ExitCode.TERM


def _greeting(app: App, sockets: Sequence[socket.socket]) -> Iterator[str]:
    names = app.models.names
    more = f" and {len(names) - _MOST_NAMED} more" if names[_MOST_NAMED:] else ""
    shown = ", ".join(names[:_MOST_NAMED]) or "the allowed models"
    yield f"serving {shown}{more} at {' and '.join(map(url_of, sockets))}"
    yield "press Ctrl-C to stop"


@contextmanager
def _logging(display: Display) -> Iterator[None]:
    """Show the log of the server, in a thread: a standard error that blocks holds up no call."""
    waiting: SimpleQueue[logging.LogRecord] = SimpleQueue()
    handler, listener = _Bounded(waiting), QueueListener(waiting, _OnStderr(display))
    LOG.addHandler(handler)
    LOG.propagate = False
    LOG.setLevel(logging.WARNING if display.view.quiet else logging.INFO)
    logging.getLogger("uvicorn").addHandler(logging.NullHandler())
    logging.getLogger("uvicorn").propagate = False
    listener.start()
    try:
        yield
    finally:
        LOG.removeHandler(handler)
        listener.stop()


class _Bounded(QueueHandler):
    """Passes records on, but none to a reader who has fallen far behind."""

    queue: "SimpleQueue[logging.LogRecord]"

    def enqueue(self, record: logging.LogRecord) -> None:
        if self.queue.qsize() < _MOST_LINES_WAITING:
            self.queue.put_nowait(record)


class _OnStderr(logging.Handler):
    """Writes each record as a line."""

    def __init__(self, display: Display) -> None:
        super().__init__()
        self._display = display
        self.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.ERROR:
            self._display.messages.error(BugError(record.getMessage()))
        elif record.levelno >= logging.WARNING:
            self._display.messages.warning(record.getMessage())
        else:
            line = inert(self._display.messages.redact(self.format(record)))
            self._display.terminal.write_stderr(f"{line}\n".encode(errors="replace"))
