"""How long files and functions may be, and what each file says of itself."""

import ast
from collections import Counter
from collections.abc import Sequence

from tests.architecture.sources import Module

FILE_LINES = 300
FUNCTION_LINES = 45
FOLDER_MODULES = 15
EMPTY_WORDS = frozenset({"common", "helper", "helpers", "misc", "util", "utils"})

_Documented = ast.FunctionDef | ast.AsyncFunctionDef


def long_files(module: Module) -> list[str]:
    """Find a file that is too long."""
    lines = module.source.count("\n")
    if lines <= FILE_LINES:
        return []
    return [module.finding(module.tree, f"{lines} lines, and {FILE_LINES} are allowed")]


def long_functions(module: Module) -> list[str]:
    """Find functions that are too long; their docstrings don't count."""
    return [
        module.finding(node, f"{node.name} has {length} lines, and {FUNCTION_LINES} are allowed")
        for node in module.nodes(ast.FunctionDef, ast.AsyncFunctionDef)
        if isinstance(node, _Documented) and (length := _length(node)) > FUNCTION_LINES
    ]


def _length(function: _Documented) -> int:
    docstring = 0
    if ast.get_docstring(function, clean=False) is not None:
        docstring = _lines(function.body[0])
    return _lines(function) - docstring


def _lines(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def crowded_folders(modules: Sequence[Module]) -> list[str]:
    """Find packages with too many modules."""
    counts = Counter(module.name.rpartition(".")[0] for module in modules if not module.is_package)
    return [
        f"{folder} has {count} modules, and {FOLDER_MODULES} are allowed"
        for folder, count in counts.items()
        if count > FOLDER_MODULES
    ]


def undocumented(module: Module) -> list[str]:
    """Find a module without a docstring."""
    if ast.get_docstring(module.tree):
        return []
    return [module.finding(module.tree, "no docstring says what the module is for")]


def empty_names(module: Module) -> list[str]:
    """Find module names that say nothing."""
    words = EMPTY_WORDS.intersection(
        word for part in module.name.split(".") for word in part.split("_")
    )
    return [module.finding(module.tree, f"the name {word!r} says nothing") for word in words]
