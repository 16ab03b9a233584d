"""Diagnoses the installed versions, read from metadata without importing the packages."""

import platform
import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version

import hello_llm
from hello_llm.contract import BugError
from hello_llm.contract.diagnosis import Diagnosis
from hello_llm.machine.installation import find_fault, reinstall

_NEEDED = ("litellm", "openai", "httpx", "pydantic")
"""The packages that every call to a model needs."""


def diagnose_versions() -> Iterator[Diagnosis]:
    """Yield the diagnosis of the versions of the program, LiteLLM, Python and the system."""
    wrong = next(filter(None, map(find_fault, _NEEDED)), None)
    if wrong is not None:
        yield Diagnosis.failure("versions", BugError(*wrong))
        return
    found = _litellms()
    words = (
        f"hello-llm {hello_llm.__version__}, litellm {found},"
        f" Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    )
    wanted = _pinned()
    if wanted is None or wanted == found:
        yield Diagnosis.ok("versions", words)
    else:
        yield Diagnosis.warning("versions", f"{words}; made for litellm {wanted}", reinstall())


def _litellms() -> str:
    """Return the version of LiteLLM, or a placeholder if its metadata is missing."""
    try:
        return version("litellm")
    except PackageNotFoundError:
        return "of unknown version"


def _pinned() -> str | None:
    """Return the version of LiteLLM that the program pins, if its metadata says so."""
    try:
        needed = requires("hello-llm") or ()
    except PackageNotFoundError:
        return None
    pins = (re.match(r"litellm *== *([\w.]+)", one) for one in needed)
    return next((pin[1] for pin in pins if pin), None)
