"""Runs a command under a confinement that no tool of the system sets: ``confine.py KIND COMMAND…``.

It stands alone, so that any Python can run it by its path.
"""

import ctypes
import os
import struct
import sys
from collections.abc import Callable
from pathlib import Path

_LIBC = ctypes.CDLL(None, use_errno=True)
_CREATE_RULESET, _RESTRICT_SELF, _MAY_MAKE_DEVICES = 444, 446, 1 << 6
_SET_SECCOMP, _FILTER_MODE = 22, 2
_ALLOW, _REFUSE_WITH_EPERM = 0x7FFF0000, 0x00050001
_RETURN, _LOAD, _JUMP_IF_EQUAL = 0x06, 0x20, 0x15
_ACCT = 163
_UNAVAILABLE = 125


def main(kind: str, command: list[str]) -> None:
    """Confine this process and become `command`; exit with 125 where that is impossible."""
    try:
        _KINDS[kind]()
    except OSError as error:
        sys.stderr.write(f"{kind}: {error.strerror}\n")
        sys.exit(_UNAVAILABLE)
    os.execvp(command[0], command)


def _landlock() -> None:
    """Forbid to make devices, by a Landlock domain; nothing else tells it from no confinement."""
    handled = ctypes.create_string_buffer(struct.pack("Q", _MAY_MAKE_DEVICES))
    rules = _checked(_LIBC.syscall(_CREATE_RULESET, handled, 8, 0))
    _checked(_LIBC.syscall(_RESTRICT_SELF, rules, 0))
    os.close(rules)


def _seccomp() -> None:
    """Refuse one system call that nobody makes."""
    steps = [
        (_LOAD, 0, 0, 0),
        (_JUMP_IF_EQUAL, 0, 1, _ACCT),
        (_RETURN, 0, 0, _REFUSE_WITH_EPERM),
        (_RETURN, 0, 0, _ALLOW),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = ctypes.create_string_buffer(
        struct.pack("HxxxxxxP", len(steps), ctypes.addressof(code))
    )
    _checked(_LIBC.prctl(_SET_SECCOMP, _FILTER_MODE, program, 0, 0))


def _cgroup() -> None:
    """Move into the control group whose folder the environment names."""
    Path(os.environ["CONTROL_GROUP"], "cgroup.procs").write_text(str(os.getpid()))


def _checked(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


_KINDS: dict[str, Callable[[], None]] = {
    "landlock": _landlock,
    "seccomp": _seccomp,
    "cgroup": _cgroup,
}

if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
