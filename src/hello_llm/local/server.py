"""Serves one GGUF file with llama.cpp on a free loopback port, inside this process."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hello_llm.contract import UsageError
from hello_llm.machine.installation import install_extra

_CONTEXT_TOKENS = 4096
_STOPPING = frozenset({"SIGINT", "SIGTERM", "SIGHUP"})


@contextmanager
def serve(weights: Path, alias: str) -> Iterator[str]:
    """Serve `weights` under the name `alias` and yield the base URL of its OpenAI API.

    The server listens on loopback only, and stops when the block ends.

    Raises:
        UsageError: the extra ``local`` is not installed, or the file cannot be loaded.
    """
    try:
        import xllamacpp
    except ImportError as error:
        raise UsageError("local models need the extra 'local'", install_extra("local")) from error
    params = xllamacpp.CommonParams()
    params.model.path = str(weights)
    params.model_alias = {alias}
    params.n_ctx = _CONTEXT_TOKENS
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.verbosity = -1
    try:
        with _killable():
            server = xllamacpp.Server(params)
    except RuntimeError as error:
        raise UsageError(f"cannot load the model file {weights}: {error}") from error
    try:
        yield f"{server.listening_address}/v1"
    finally:
        del server


@contextmanager
def _killable() -> Iterator[None]:
    """Let Ctrl-C and similar signals end the process in the block, which holds the GIL for seconds.

    No Python handler could run there, and no request has been sent yet that would need to be ended.
    """
    numbers = [number for number in signal.Signals if number.name in _STOPPING]
    if threading.current_thread() is not threading.main_thread():
        numbers = []
    heard = {number: signal.getsignal(number) for number in numbers}
    try:
        for number, handler in heard.items():
            if handler is not signal.SIG_IGN:
                signal.signal(number, signal.SIG_DFL)
        yield
    finally:
        for number, handler in heard.items():
            signal.signal(number, handler)
