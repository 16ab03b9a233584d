"""Entry point of ``hello-llm`` and ``python -m hello_llm``."""

import os
import sys

_WARM = "chat"
"""The only command that the warm process runs; the others do not need LiteLLM."""


def main() -> None:
    """Run the program with the process's arguments, then exit at once with all output written.

    Does not wait for LiteLLM's threads or for the interpreter's shutdown, during which our signal
    handlers would no longer be in place.
    """
    try:
        _take_standard_descriptors()
        code = _run(sys.argv[1:])
    except KeyboardInterrupt:
        try:
            os.write(2, b"error: interrupted\n")
        finally:
            os._exit(130)
    except BaseException as error:  # noqa: BLE001 - nothing above can say it any more
        code = _give_up(error)
    os._exit(code)


def _give_up(error: BaseException) -> int:
    """Report why the program cannot run, and return the exit code."""
    try:
        from hello_llm.machine.last_words import say

        return say(error)
    except BaseException:  # noqa: BLE001 - not even that can be imported
        little = isinstance(error, MemoryError) or "map segment" in str(error)
        reason = "there is not enough memory (ulimit -v)" if little else repr(error)
        os.write(2, f"error: hello-llm cannot start: {reason}\n".encode(errors="replace"))
        return 70


def _take_standard_descriptors() -> None:
    """Open the null device in place of each standard stream that was closed.

    Otherwise the next file or socket would get its descriptor, and anything that a library prints.
    """
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(descriptor)


def _run(arguments: list[str]) -> int:
    if arguments[:1] != [_WARM] or sys.platform != "linux":
        return _run_cold(arguments)
    from hello_llm.warm import place

    if place.is_missing():
        return _run_cold(arguments, place.NONE_RUNNING, absent=True)
    from hello_llm.warm.client import ColdError, LostError, hand_over

    try:
        return hand_over(arguments)
    except ColdError as error:
        reason, absent = str(error), error.absent
    except LostError:
        return _lost()
    return _run_cold(arguments, reason, absent=absent)


def _lost() -> int:
    from hello_llm.contract import ExitCode
    from hello_llm.rendering.terminal import put_back

    put_back()
    os.write(2, b"error: the warm process was killed during this call\n")
    return ExitCode.BROKEN_REPLY


def _run_cold(
    arguments: list[str], cold_because: str | None = None, *, absent: bool = False
) -> int:
    from hello_llm.cli.app import run
    from hello_llm.cli.startup import Startup

    return run(arguments, Startup(cold_because=cold_because, absent=absent))


if __name__ == "__main__":
    main()
