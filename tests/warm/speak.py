"""Says to the warm process at the socket NAME in FOLDER what is no call: ``speak.py FOLDER NAME``.

It prints the answer.
"""

import os
import socket
import sys


def main(folder: str, name: str) -> None:
    """Have something read that cannot be read, if anything is read at all."""
    os.chdir(folder)
    with socket.socket(socket.AF_UNIX) as channel:
        channel.connect(name)
        channel.sendall(b"\0\0\0\1")
        channel.recv(5, socket.MSG_WAITALL)
        socket.send_fds(channel, [b"\0\0\0\4"], [0, 1, 2])
        channel.sendall(b"\xff\xff\xff\xff")
        while said := channel.recv(1000):
            sys.stdout.write(said.decode())


if __name__ == "__main__":
    main(*sys.argv[1:])
