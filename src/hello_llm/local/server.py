"""Serves one GGUF file on a free loopback port, inside this process, by llama.cpp."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hello_llm.contract import UsageError

_CONTEXT_TOKENS = 4096


@contextmanager
def serve(weights: Path, alias: str) -> Iterator[str]:
    """Serve `weights` under the name `alias` and yield the base address of its OpenAI API.

    The server listens on loopback only and is gone after the block.

    Raises:
        UsageError: the extra ``local`` is not installed, or the file cannot be loaded.
    """
    try:
        import xllamacpp  # noqa: PLC0415 - only a local model pays for it
    except ImportError as error:
        raise UsageError(
            "local models need the extra 'local'", "pip install 'hello-llm[local]'"
        ) from error
    params = xllamacpp.CommonParams()
    params.model.path = str(weights)
    params.model_alias = {alias}
    params.n_ctx = _CONTEXT_TOKENS
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.verbosity = -1
    try:
        server = xllamacpp.Server(params)
    except RuntimeError as error:
        raise UsageError(f"cannot load the model file {weights}: {error}") from error
    try:
        yield f"{server.listening_address}/v1"
    finally:
        del server
