"""The main loop of the warm process: it accepts calls in a single thread, with a fork for each."""

import errno
import fcntl
import os
import select
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from hello_llm.warm.fork import NO_CALL, Figures, Program, answer
from hello_llm.warm.low_level import peer
from hello_llm.warm.messages import DECLINED, ENDED
from hello_llm.warm.place import (
    UNHEARD_ENDING,
    address,
    folder_path,
    make_folder,
    open_folder,
    remove_stale,
    socket_name,
)
from hello_llm.warm.spare import Spare, connection, stand_by

IDLE_S = 15 * 60.0
"""Seconds without a call after which the warm process ends."""

_BACKLOG = 128
_FULL = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
_BREATHER_S = 0.1
_QUIET_S = 0.05
"""Seconds without a call or the end of one after which a spare is made: it takes nobody's time."""


class TakenError(Exception):
    """This user already has another warm process."""


class Holder:
    """The warm process: keeps the imported modules and shares them with its forks."""

    def __init__(self, idle_s: float = IDLE_S) -> None:
        """Become this user's only warm process, and remove the sockets of killed ones.

        Args:
            idle_s: seconds without a call after which :meth:`serve` returns.

        Raises:
            TakenError: there is another warm process.
            NoPlaceError: the socket folder is not the user's own.
            OSError: the folder cannot be created.
        """
        self._idle_s = idle_s
        self._folder = _take_folder()
        remove_stale(self._folder)
        self._name = socket_name()
        self._calls = 0
        self._running: dict[int, socket.socket] = {}
        self._spare: Spare | None = None
        self._spare_wanted = True
        self._stopping = False
        self._began = self._last_use = time.monotonic()
        # Through its end of this pipe, a fork notices that this process is gone.
        self._alive, self._life = os.pipe()
        self._wakeup, self._wake = socket.socketpair()
        for end in (self._wakeup, self._wake):
            end.setblocking(False)

    def serve(self, program: Program, on_ready: Callable[[], None]) -> None:
        """Answer calls until the idle time or SIGTERM ends it, then clean up.

        Args:
            program: the program that the forks run.
            on_ready: called as soon as calls are accepted.
        """
        for number in (signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake.fileno())
        with _listening(self._folder, self._name) as listener:
            on_ready()
            self._began = self._last_use = time.monotonic()
            while not self._stopping and self._wait(listener, program):
                self._accept(listener, program)
        if self._spare:
            self._spare.end()
            self._spare = None
        _leave_folder(self._folder, self._name)
        while self._running:
            select.select([self._wakeup], [], [])
            self._reap()

    def _stop(self, *_: object) -> None:
        self._stopping = True

    def _wait(self, listener: socket.socket, program: Program) -> bool:
        """Wait for a call or a signal, and make a spare; return False if the idle time is over."""
        rest = None if self._running else self._last_use + self._idle_s - time.monotonic()
        if rest is not None and rest <= 0:
            return False
        lacking = self._spare_wanted and self._spare is None
        if lacking:
            rest = _QUIET_S if rest is None else min(rest, _QUIET_S)
        ready, _, _ = select.select([listener, self._wakeup], [], [], rest)
        if self._wakeup in ready:
            self._reap()
        if lacking and not ready:
            self._make_spare(listener, program)
        return True

    def _reap(self) -> None:
        with suppress(BlockingIOError):
            self._wakeup.recv(4096)
        for pid in tuple(self._running):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                self._end(self._running.pop(pid), os.waitstatus_to_exitcode(status))
        if self._spare and os.waitpid(self._spare.pid, os.WNOHANG)[0]:
            self._spare.close()
            self._spare = None

    def _end(self, channel: socket.socket, code: int) -> None:
        """Tell the client how its fork ended, if the fork could not, unless a signal killed it."""
        if code != NO_CALL:
            self._calls += 1
            self._last_use = time.monotonic()
        last = DECLINED + b"its fork failed" if code == NO_CALL else ENDED + bytes([max(code, 0)])
        with channel, suppress(OSError):
            if code >= 0:
                channel.send(last, socket.MSG_DONTWAIT)

    def _accept(self, listener: socket.socket, program: Program) -> None:
        """Accept the next call, if there is one, and fork for it."""
        try:
            channel, _ = listener.accept()
        except OSError as error:
            if error.errno in _FULL:  # wait until a call has ended
                select.select([self._wakeup], [], [], _BREATHER_S)
            return
        if peer(channel)[1] != os.geteuid():
            channel.close()
            return
        spare = self._spare
        if spare and spare.hand_over(channel, self._figures()):
            spare.close()
            self._running[spare.pid], self._spare = channel, None
        else:
            self._fork(channel, listener, program)
        self._spare_wanted = True

    def _make_spare(self, listener: socket.socket, program: Program) -> None:
        """Fork a spare for the next call; if it fails, or dies, not again before that call."""
        self._spare_wanted = False
        try:
            ours, theirs = connection()
        except OSError:  # too many files are open
            return
        with theirs:
            try:
                pid = os.fork()
            except OSError:  # out of memory or processes
                ours.close()
                return
            if pid:
                self._spare = Spare(pid, ours)
                return
            ours.close()
            self._release(listener)
            stand_by(theirs, self._alive, program)

    def _fork(self, channel: socket.socket, listener: socket.socket, program: Program) -> None:
        try:
            pid = os.fork()
        except OSError as error:  # out of memory or processes
            with channel, suppress(OSError):
                channel.send(DECLINED + f"no fork: {error.strerror}".encode(), socket.MSG_DONTWAIT)
            return
        if pid:
            self._running[pid] = channel
            return
        figures = self._figures()
        self._release(listener)
        answer(channel, self._alive, program, figures)

    def _figures(self) -> Figures:
        age = time.monotonic() - self._began
        return {"age_s": age, "calls": self._calls, "under_way": len(self._running)}

    def _release(self, listener: socket.socket) -> None:
        """Release the resources of the loop, in a fork."""
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        for end in (listener, self._wakeup, self._wake, *self._running.values()):
            end.close()
        if self._spare:
            self._spare.close()
        os.close(self._life)
        os.close(self._folder)


def _take_folder() -> int:
    """Open the socket folder and lock it for as long as it stays open."""
    while True:
        make_folder()
        folder = open_folder()
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(folder)
            raise TakenError from None
        with suppress(FileNotFoundError):
            if Path(folder_path()).samefile(f"/proc/self/fd/{folder}"):
                return folder
        os.close(folder)  # the previous warm process removed it as it ended


def _listening(folder: int, name: str) -> socket.socket:
    """Return a listening socket; it gets its `name` only once it accepts connections."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address(folder, name + UNHEARD_ENDING))
    listener.listen(_BACKLOG)
    listener.setblocking(False)
    os.rename(name + UNHEARD_ENDING, name, src_dir_fd=folder, dst_dir_fd=folder)
    return listener


def _leave_folder(folder: int, name: str) -> None:
    with suppress(OSError):
        os.unlink(name, dir_fd=folder)
    with suppress(OSError):  # it contains other files, or is gone
        Path(folder_path()).rmdir()
    os.close(folder)
