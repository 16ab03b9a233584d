"""The rules about imports: down the table of rooms, in no circle, and heavy packages late."""

import ast
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from importlib.util import resolve_name
from itertools import takewhile

from tests.architecture.rooms import ROOMS, room_of
from tests.architecture.sources import Module

THEIRS: dict[str, frozenset[str]] = {
    "hello_llm.settings": frozenset({"platformdirs", "tomli_w", "tomlkit"}),
    "hello_llm.providers.http": frozenset({"h11", "httpcore", "httpx", "openai"}),
    "hello_llm.providers.litellm": frozenset({"httpx", "litellm", "openai"}),
    "hello_llm.rendering": frozenset({"markdown_it", "rich"}),
    "hello_llm.judge": frozenset({"jsonschema", "referencing"}),
    "hello_llm.batch": frozenset({"fsspec"}),
    "hello_llm.batch.engines": frozenset({"modal", "ray"}),
    "hello_llm.serve": frozenset({"h11", "starlette", "uvicorn"}),
    "hello_llm.local": frozenset({"xllamacpp"}),
    "hello_llm.cli": frozenset({"prompt_toolkit", "rich", "typer"}),
}
"""For each package, what it may import beside the standard library; the rest may nothing."""

LATE = frozenset(
    {
        *(
            f"hello_llm.providers.http.client.{name}"
            for name in ("http11", "streams", "tunnel", "wire")
        ),
        *(
            f"hello_llm.serve.{name}"
            for name in ("app", "completions", "events", "exchange", "gate", "server")
        ),
        "hello_llm.cli.commands.chat.prompt_editor",
        "hello_llm.cli.commands.serve.run",
    }
)
"""Modules that import heavy packages at once, and are imported inside functions only."""
HEAVY = frozenset(
    {
        "fsspec",
        "h11",
        "httpcore",
        "httpx",
        "litellm",
        "modal",
        "openai",
        "prompt_toolkit",
        "ray",
        "starlette",
        "uvicorn",
        "websockets",
        "xllamacpp",
        *LATE,
    }
)
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
    """Find imports from rooms of ours that the table does not allow."""
    room = room_of(module.name)
    if not room and module.name.count("."):
        return [module.finding(module.tree, f"{module.name} is in no room of the table")]
    allowed = ROOMS[room] | {room}
    return [
        module.finding(found.node, f"{room or 'hello_llm'} imports {found.target}")
        for found in imports(module)
        if found.top == "hello_llm" and room_of(found.target) not in allowed
    ]


def circles(modules: Sequence[Module]) -> list[str]:
    """Find modules, and folders side by side, that import each other, be it in functions.

    In a folder, a folder below it counts as one with all that it holds.
    """
    names = {module.name for module in modules}
    found: dict[str, dict[str, set[str]]] = {}
    for module in modules:
        for imported in imports(module):
            target = imported.target
            while target not in names and "." in target:
                target = target.rpartition(".")[0]
            if target in names:
                for place, here, there in _side_by_side(module.name, target):
                    found.setdefault(place, {}).setdefault(here, set()).add(there)
    return [
        f"in {place}: {' imports '.join(reversed(circle))}"
        for place, graph in found.items()
        for circle in _circle(graph)
    ]


def _side_by_side(importer: str, imported: str) -> Iterator[tuple[str, str, str]]:
    """Yield the folder in which two modules part, and the two parts of it."""
    here, there = importer.split("."), imported.split(".")
    common = list(takewhile(lambda pair: pair[0] == pair[1], zip(here, there, strict=False)))
    depth = len(common)
    if depth < min(len(here), len(there)):
        yield ".".join(here[:depth]), here[depth], there[depth]


def _circle(graph: Mapping[str, set[str]]) -> Iterator[list[str]]:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        yield error.args[1]


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
    """Find heavy packages and late modules that are imported together with the module."""
    if module.name in LATE:
        return []
    return [
        module.finding(found.node, f"{found.target} is imported outside a function")
        for found in imports(module)
        if not found.deferred and not HEAVY.isdisjoint(_with_parents(found.target))
    ]


def _with_parents(name: str) -> list[str]:
    """Return the dotted `name`, and those of the packages around it."""
    parts = name.split(".")
    return [".".join(parts[:length]) for length in range(1, len(parts) + 1)]
