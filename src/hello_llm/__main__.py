"""Runs the program: ``hello-llm`` and ``python -m hello_llm``."""

import os
import sys


def main() -> None:
    """Run with the process's arguments and exit at once: everything is written by then.

    Neither LiteLLM's threads nor the end of the interpreter is waited for, in which a signal
    would have no handler of ours.
    """
    try:
        _take_standard_descriptors()
        from hello_llm.cli.app import run  # noqa: PLC0415 - Ctrl-C may come before it is there

        code = int(run(sys.argv[1:]))
    except KeyboardInterrupt:
        try:
            os.write(2, b"error: interrupted\n")
        finally:
            os._exit(130)
    os._exit(code)


def _take_standard_descriptors() -> None:
    """Open the null device where a standard stream was closed.

    Otherwise the next file or socket got its number, and whatever a library prints.
    """
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(descriptor)


if __name__ == "__main__":
    main()
