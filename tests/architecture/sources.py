"""The project's modules as text and as syntax trees."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Module:
    """One Python file."""

    name: str
    """Its dotted name; a package goes by its own name, without ``__init__``."""
    source: str
    """Its text."""
    is_package: bool = False
    """Whether it is the ``__init__`` of a package."""

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax tree."""
        return ast.parse(self.source)

    @property
    def package(self) -> str:
        """The package or top-level module of ours that it belongs to; empty for the root."""
        parts = self.name.split(".")
        return parts[1] if len(parts) > 1 else ""

    def nodes(self, *kinds: type[ast.AST]) -> Iterator[ast.AST]:
        """Yield every node of these kinds."""
        return (node for node in ast.walk(self.tree) if isinstance(node, kinds))

    def finding(self, node: ast.AST, what: str) -> str:
        """Return a sentence about `node`, with its place."""
        return f"{self.name}:{getattr(node, 'lineno', 1)}: {what}"


@cache
def modules(folder: str) -> tuple[Module, ...]:
    """Return the modules below ``src`` or ``tests``; each is parsed once for all rules."""
    base = ROOT if folder == "tests" else ROOT / folder
    return tuple(_module(path, base) for path in sorted((ROOT / folder).rglob("*.py")))


def findings(rule: Callable[[Module], list[str]], *folders: str) -> list[str]:
    """Return all that `rule` finds in the modules of `folders`."""
    return [finding for folder in folders for module in modules(folder) for finding in rule(module)]


def _module(path: Path, base: Path) -> Module:
    parts = path.relative_to(base).with_suffix("").parts
    is_package = parts[-1] == "__init__"
    name = ".".join(parts[:-1] if is_package else parts)
    return Module(name, path.read_text(encoding="utf-8"), is_package)
