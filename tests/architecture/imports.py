"""Which package may import what: the table of design, and the rules that read it."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import resolve_name

from tests.architecture.sources import Module

OURS: dict[str, frozenset[str]] = {
    "": frozenset({"contract", "providers"}),
    "machine": frozenset({""}),
    "contract": frozenset(),
    "secrets": frozenset(),
    "files": frozenset(),
    "toml_file": frozenset(),
    "judge": frozenset({"contract"}),
    "settings": frozenset({"contract", "secrets", "toml_file", "files"}),
    "providers": frozenset({"machine", "contract", "toml_file", "files", "judge"}),
    "engine": frozenset({"contract"}),
    "rendering": frozenset({"contract", "secrets"}),
    "recording": frozenset({"contract", "files"}),
    "checks": frozenset({"contract", "engine", "settings", "toml_file", "files", "judge"}),
    "local": frozenset({"contract", "engine", "settings"}),
    "warm": frozenset({"", "machine"}),
    "doctor": frozenset({"", "machine", "contract", "settings", "providers", "local", "warm"}),
    "cli": frozenset(
        {
            "",
            "machine",
            "contract",
            "secrets",
            "files",
            "judge",
            "settings",
            "providers",
            "engine",
            "rendering",
            "recording",
            "checks",
            "local",
            "warm",
            "doctor",
        }
    ),
    "__main__": frozenset({"cli", "contract", "machine", "rendering", "warm"}),
}
"""For each package, the others of ours that it may import; the root goes by the empty name."""

THEIRS: dict[str, frozenset[str]] = {
    "hello_llm.settings": frozenset({"platformdirs", "tomli_w", "tomlkit"}),
    "hello_llm.providers.litellm": frozenset({"httpx", "litellm", "openai"}),
    "hello_llm.rendering": frozenset({"markdown_it", "rich"}),
    "hello_llm.judge": frozenset({"jsonschema", "referencing"}),
    "hello_llm.local": frozenset({"xllamacpp"}),
    "hello_llm.cli": frozenset({"rich", "typer"}),
}
"""For each package, what it may import beside the standard library; the rest may nothing."""

HEAVY = frozenset({"httpx", "litellm", "openai", "xllamacpp"})
"""What is imported inside functions only, because its import takes tenths of a second."""


@dataclass(frozen=True, slots=True)
class Import:
    """One name that a module imports."""

    target: str
    """The dotted name."""
    node: ast.AST
    """The statement."""
    deferred: bool
    """Whether importing the module leaves it alone: it stands in a function or is for types."""

    @property
    def top(self) -> str:
        """The top-level package."""
        return self.target.split(".")[0]


def imports(module: Module) -> Iterator[Import]:
    """Yield everything that `module` imports."""
    return _imports_below(module, module.tree, deferred=False)


def _imports_below(module: Module, node: ast.AST, *, deferred: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        for target in _targets(module, child):
            yield Import(target, child, deferred)
        lazy = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) or _is_for_types(child)
        yield from _imports_below(module, child, deferred=deferred or lazy)


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def _targets(module: Module, node: ast.AST) -> list[str]:
    match node:
        case ast.Import(names):
            return [alias.name for alias in names]
        case ast.ImportFrom(base, names, level):
            here = module.name if module.is_package else module.name.rpartition(".")[0]
            origin = resolve_name("." * (level or 0) + (base or ""), here)
            return [f"{origin}.{alias.name}" for alias in names]
    return []


def wrong_directions(module: Module) -> list[str]:
    """Find imports from packages of ours that the table does not allow."""
    if module.package not in OURS:
        return [module.finding(module.tree, f"package {module.package!r} is not in the table")]
    allowed = OURS[module.package] | {module.package}
    return [
        module.finding(found.node, f"{module.package or 'hello_llm'} imports {found.target}")
        for found in imports(module)
        if found.top == "hello_llm" and _package_of(found.target) not in allowed
    ]


def _package_of(target: str) -> str:
    part = target.split(".")[1] if "." in target else ""
    return part if part in OURS else ""


def foreign_packages(module: Module) -> list[str]:
    """Find imports from outside that the table does not allow in this place."""
    owners = [owner for owner in THEIRS if f"{module.name}.".startswith(f"{owner}.")]
    allowed = frozenset[str]().union(*(THEIRS[owner] for owner in owners))
    known = allowed | sys.stdlib_module_names | {"hello_llm"}
    return [
        module.finding(found.node, f"{found.target} may not be imported here")
        for found in imports(module)
        if found.top not in known
    ]


def eager_imports(module: Module) -> list[str]:
    """Find heavy packages that are imported together with the module."""
    return [
        module.finding(found.node, f"{found.target} is imported outside a function")
        for found in imports(module)
        if found.top in HEAVY and not found.deferred
    ]
