"""How fast a program calls, and passes on what it gets: the server says when it came and went."""

import json
import statistics
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from http.client import HTTPConnection
from urllib.parse import urlsplit

from tests.bench.processes import Command, Cost, FailedRunError, run


def paced(api_base: str, calls: int) -> Callable[[Command], Cost]:
    """Return what runs a command that calls `api_base`, and costs the time from call to call.

    Args:
        api_base: the address of the server that answers at once.
        calls: how many calls the command makes.

    Returns:
        What raises ``FailedRunError`` where the command failed or made another number of calls.
    """

    def once(command: Command) -> Cost:
        arrivals(api_base)
        cost = run(command)
        came = arrivals(api_base)
        if len(came) != calls:
            raise FailedRunError(f"{command.name} made {len(came)} calls of {calls}")
        return replace(cost, each_call_s=(max(came) - min(came)) / (calls - 1))

    return once


def punctual(command: Command) -> Cost:
    """Run `command`, whose answer is a list of times of sending, and see how late each arrives.

    Raises:
        FailedRunError: it failed, or wrote nothing.
    """
    late: list[float] = []

    def hear(data: bytes, at: float) -> None:
        late.extend(at - float(sent) for sent in data.split())

    cost = run(command, hear)
    if not late:
        raise FailedRunError(f"{command.name} wrote nothing")
    return replace(cost, each_piece_s=statistics.median(late))


def arrivals(api_base: str) -> list[float]:
    """Return when each request came since this was last asked, in seconds of the server's clock."""
    place = urlsplit(api_base)
    with closing(HTTPConnection(place.hostname or "", place.port)) as connection:
        connection.request("GET", "/arrivals")
        came: list[float] = json.loads(connection.getresponse().read())
        return came
