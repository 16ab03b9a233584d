"""A client that compares nothing: ``lie.py WITNESS ARGUMENTS…``.

It hands over the file WITNESS as if that showed what it may do, or the true one for ``TRUE``.
"""

import os
import socket
import sys
from typing import Any

from hello_llm import __main__
from hello_llm.warm import client, confinement


def main(shown: str, arguments: list[str]) -> None:
    """Make a call."""

    def witness(channel: socket.socket, number: int) -> int:
        if shown == "TRUE":
            return confinement.witness(channel, number)
        return os.open(shown, os.O_RDONLY)

    lying: Any = client
    lying.differences = lambda _channel: []
    lying.may_look_into = lambda *_: True
    lying.witness = witness
    sys.argv[1:] = arguments
    __main__.main()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
