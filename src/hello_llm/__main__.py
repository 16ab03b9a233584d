"""Runs the program: ``hello-llm`` and ``python -m hello_llm``."""

import os
import sys


def main() -> None:
    """Run with the process's arguments and exit; LiteLLM's threads are not waited for."""
    try:
        from hello_llm.cli.app import run  # noqa: PLC0415 - Ctrl-C may come before it is there
    except KeyboardInterrupt:
        os._exit(130)
    code = run(sys.argv[1:])
    if "litellm" in sys.modules:
        os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    main()
