"""A fork of the warm process: receives a client's call, runs it and reports the exit code."""

import json
import os
import select
import signal
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import NoReturn

from hello_llm.machine.last_words import say
from hello_llm.warm import DeclinedError
from hello_llm.warm.adoption import (
    ClientCall,
    adopt,
    hear_signals,
    hold_signals,
    ignore_signals,
    share_processors,
)
from hello_llm.warm.confinement import (
    HIDDEN,
    differences,
    differing,
    in_words,
    loading,
    may_look_into,
    witness,
)
from hello_llm.warm.low_level import peer
from hello_llm.warm.messages import (
    DECLINED,
    ENDED,
    read,
    receive,
    receive_number,
    send_forked,
)
from hello_llm.warm.place import fingerprint

NO_CALL = 75
"""Exit code of a fork that made no call: it sent the status, or left the call to its client."""

_TIMEOUT_S = 5.0
_TIDY_S = 2.0

Figures = Mapping[str, float]
"""The status of the warm process, as far as only it knows it."""


@dataclass(frozen=True, slots=True)
class Program:
    """The program that a fork runs."""

    run: Callable[[Sequence[str]], int]
    """Runs a command line and returns the exit code; may raise :class:`DeclinedError`."""
    explain: Callable[[str], None]
    """Called with the reason for the SIGTERM that is about to be sent."""
    rehearse: Callable[[], None]
    """Does what a call does, without any effect; leaves no thread running."""


def answer(channel: socket.socket, alive: int, program: Program, figures: Figures) -> NoReturn:
    """Answer the client on `channel` in this fork, then exit.

    Args:
        channel: the connection to the client.
        alive: the read end of a pipe that closes when the warm process ends.
        program: the program to run.
        figures: the figures for a client that asks for the status of the warm process.
    """
    try:
        _answer(channel, alive, program, figures)
    finally:
        os._exit(NO_CALL)


def _answer(channel: socket.socket, alive: int, program: Program, figures: Figures) -> None:
    channel.settimeout(_TIMEOUT_S)
    hold_signals()
    _report(channel, alive)
    data, descriptors = receive(channel)
    if not data:
        _say_last(channel, json.dumps(dict(figures)).encode())
        return
    folder, shown, *others = descriptors
    try:
        _admit(channel, shown, alive)
        call = _understood(data)
        share_processors(peer(channel)[0])
    except DeclinedError as declined:
        _say_last(channel, DECLINED + str(declined).encode())
        return
    os.close(shown)
    _run(call, [folder, *others], channel.detach(), alive, program)


def _report(channel: socket.socket, own: int) -> None:
    """Announce this fork to the client, with proof that it may inspect the client."""
    number = receive_number(channel)
    try:
        shown = [witness(channel, number)]
    except OSError:  # without the proof, the client makes the call itself
        shown = []
    send_forked(channel, own, shown)
    for descriptor in shown:
        os.close(descriptor)


def _admit(channel: socket.socket, shown: int, own: int) -> None:
    """Check that the client may do everything that this fork may.

    Args:
        channel: the connection to the client.
        shown: the descriptor that it sent to prove that it may inspect the warm process.
        own: the descriptor that `shown` must match.

    Raises:
        DeclinedError: it may not, or this cannot be determined.
        OSError: the client is gone.
    """
    found = differences(channel)
    if not found and not may_look_into(shown, own):
        found = [HIDDEN]
    if found:
        raise DeclinedError(in_words(found))


def _understood(data: bytes) -> ClientCall:
    """Parse a call, and check that the client's Python is like this one.

    Raises:
        DeclinedError: it differs.
    """
    call = ClientCall.of(read(data))
    if call.fingerprint != fingerprint():
        raise DeclinedError("it was started by another Python, or with other options")
    found = differing(loading(), call.loading)
    if found:
        raise DeclinedError(in_words(found))
    return call


def _run(
    call: ClientCall, descriptors: list[int], channel: int, alive: int, program: Program
) -> None:
    channel, alive = adopt(call, descriptors, [channel, alive])
    client = socket.socket(fileno=channel)

    def leave(code: int) -> NoReturn:
        ignore_signals()  # the client exits next, which must not stop this fork
        with suppress(OSError):  # the client is gone
            client.sendall(ENDED + bytes([code]))
        os._exit(code)

    def interrupted(number: int) -> None:
        if number == signal.SIGINT:
            os.write(2, b"error: interrupted\n")
        leave(128 + number)

    hear_signals(call, interrupted)
    threading.Thread(target=_watch, args=(channel, alive, program), daemon=True).start()
    try:
        leave(program.run(call.arguments))
    except DeclinedError as declined:
        ignore_signals()
        _say_last(client, DECLINED + str(declined).encode())
    except KeyboardInterrupt:  # it came after the program had finished
        leave(128 + signal.SIGINT)
    except Exception as error:  # noqa: BLE001 - nothing above can say it any more
        leave(say(error))
    except BaseException:  # noqa: BLE001 - SIGTERM came after all was said
        leave(128 + signal.SIGTERM)


def _say_last(channel: socket.socket, data: bytes) -> None:
    channel.sendall(data)
    channel.shutdown(socket.SHUT_RDWR)  # closing is not enough: the warm process has it open too


def _watch(channel: int, alive: int, program: Program) -> NoReturn:
    """Terminate this fork when its client or the warm process is gone."""
    waiting = select.poll()
    for end in (channel, alive):
        waiting.register(end, select.POLLIN)
    gone = {number for number, _ in waiting.poll()}
    program.explain("the warm process was killed" if alive in gone else "the caller has ended")
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_TIDY_S)
    os._exit(128 + signal.SIGTERM)
