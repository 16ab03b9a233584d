"""Detects from an error that a package is missing, damaged or shadowed by another file."""

import os
import sys

import hello_llm
from hello_llm.machine.limits import Explanation

_OURS = "hello_llm"


def explain(error: BaseException) -> Explanation | None:
    """Explain `error` if a package is at fault; return ``None`` otherwise."""
    name = _module_at_fault(error)
    if name is None:
        return None
    package = name.partition(".")[0]
    for suspect in (package, *_in_traceback(error)):
        hidden = _hidden_by(suspect)
        if hidden is not None:
            return _hidden(suspect, hidden)
    if package in sys.stdlib_module_names:
        what = f"Python's own {package} cannot be imported ({_reason(error)})"
        return what, f"reinstall Python, or use another one: this is {sys.executable}"
    if isinstance(error, ModuleNotFoundError) and error.name in (name, package):
        shown, needed = (
            ("hello-llm", "") if package == _OURS else (package, " that hello-llm needs")
        )
        part = "" if name == package else f": its {name} is missing"
        state = "is damaged" if part else "is missing"
        return f"the package {shown}{needed} {state}{part}", reinstall()
    shown = "hello-llm" if package == _OURS else f"{package} that hello-llm needs"
    return f"the package {shown} is damaged ({_reason(error)})", reinstall()


def find_fault(package: str) -> Explanation | None:
    """Look for a fault of `package` without importing it; ``None`` if there is none."""
    hidden = _hidden_by(package)
    if hidden is not None:
        return _hidden(package, hidden)
    if _find(package, sys.path) is None:
        return f"the package {package} that hello-llm needs is missing", reinstall()
    return None


def reinstall() -> str:
    """Return the command that reinstalls the program and its dependencies."""
    again = "--reinstall" if _find("pip", sys.path) is None else "--force-reinstall"
    return f"{installer()} {again} {_source()}"


def install_extra(extra: str) -> str:
    """Return the command that installs the dependencies of `extra`."""
    return f"{installer()} {_source(f'[{extra}]')}"


def installer() -> str:
    """Return the beginning of a command that installs something beside the program."""
    if _find("pip", sys.path) is None:
        return f"uv pip install --python {sys.executable}"
    return f"{sys.executable} -m pip install"


def _source(extra: str = "") -> str:
    """Return the place that the program was installed from, or else its release.

    Installers note it as PEP 610 says. No JSON parser reads it, as that may be what is damaged.
    """
    try:
        from urllib.parse import unquote

        origin = _origin().replace(" ", "")
        place = unquote(origin.partition('"url":"')[2].partition('"')[0])
    except Exception:  # noqa: BLE001 - nothing may fail here
        origin = place = ""
    if not place:
        return f"'hello-llm{extra}=={hello_llm.__version__}'"
    editable = "--editable " if '"editable":true' in origin else ""
    return f"{editable}'{place.removeprefix('file://')}{extra}'"


def _origin() -> str:
    """Return the note about the origin of the package; empty if there is none."""
    for folder in sys.path:
        note = f"{folder}/{_OURS}-{hello_llm.__version__}.dist-info/direct_url.json"
        if os.path.exists(note):  # noqa: PTH110 - pathlib may be damaged
            with open(note, encoding="utf-8") as file:  # noqa: PTH123 - likewise
                return file.read()
    return ""


def _module_at_fault(error: BaseException) -> str | None:
    """Return the module that cannot be imported, or lacks something it should have."""
    if isinstance(error, ImportError) and error.name:
        return error.name
    owner = getattr(error, "obj", None) if isinstance(error, AttributeError) else None
    if isinstance(owner, type(sys)):
        return owner.__name__
    if isinstance(error, SyntaxError):
        return _module_of(error.filename)
    return _importing(error)


def _importing(error: BaseException) -> str | None:
    """Return the innermost module that was being imported when `error` was raised, if any."""
    found, step = None, error.__traceback__
    while step is not None:
        frame = step.tb_frame
        name = frame.f_globals.get("__name__", "")
        if frame.f_code.co_name == "<module>" and name != "__main__":
            found = name
        elif name == "importlib._bootstrap" and "spec" in frame.f_locals:
            found = getattr(frame.f_locals["spec"], "name", found)
        step = step.tb_next
    return found


def _in_traceback(error: BaseException) -> list[str]:
    """Return the packages in the traceback of `error`, innermost first."""
    found: list[str] = []
    step = error.__traceback__
    while step is not None:
        found.insert(0, str(step.tb_frame.f_globals.get("__name__", "")).partition(".")[0])
        step = step.tb_next
    return [name for name in dict.fromkeys(found) if name]


def _module_of(file: str | None) -> str | None:
    """Return the package that `file` belongs to."""
    folders = sorted(filter(None, sys.path), key=len, reverse=True)
    for folder in folders:
        if file and file.startswith(f"{folder}{os.sep}"):
            return file[len(folder) + 1 :].partition(os.sep)[0].partition(".")[0]
    return None


def _hidden_by(package: str) -> str | None:
    """Return the file that shadows `package`, if another folder on ``sys.path`` has it too."""
    for position, folder in enumerate(sys.path):
        file = _find(package, [folder])
        if file is not None:
            others = [other for other in sys.path[position + 1 :] if other != folder]
            return file if _find(package, others) is not None else None
    return None


def _find(package: str, folders: list[str]) -> str | None:
    """Return the file of `package` in `folders`."""
    try:
        from importlib.machinery import PathFinder

        spec = PathFinder.find_spec(package, [folder or "." for folder in folders])
    except Exception:  # noqa: BLE001 - nothing may fail here
        return None
    return spec.origin if spec is not None and spec.origin else None


def _hidden(package: str, file: str) -> Explanation:
    kind = "Python's own" if package in sys.stdlib_module_names else "the package"
    return (
        f"{file} is imported instead of {kind} {package}, and hello-llm cannot work with it",
        f"rename it, or remove its folder from PYTHONPATH; if that does not help: {reinstall()}",
    )


def _reason(error: BaseException) -> str:
    """Format `error` on one line."""
    if isinstance(error, SyntaxError):
        return f"{error.filename}, line {error.lineno}: {error.msg}"
    said = str(error).strip().partition("\n")[0]
    return f"{type(error).__name__}: {said}" if said else type(error).__name__
