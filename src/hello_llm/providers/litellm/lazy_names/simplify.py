"""Removes from a module what only type checkers use, and gives each import one name."""

import __future__

import ast
from collections.abc import Iterable, Iterator


def future_annotations(module: ast.Module) -> int:
    """Return the compiler's flag if the module says that its annotations are text, or else 0."""
    for statement in module.body:
        match statement:
            case ast.ImportFrom("__future__", names) if "annotations" in {n.name for n in names}:
                return __future__.annotations.compiler_flag
    return 0


class Untyped(ast.NodeTransformer):
    """Turns annotations of parameters and results into text, and ``typing.cast`` into its value."""

    def __init__(self, *, annotations_are_text: bool) -> None:
        """Leave annotations as they are if they are text already."""
        self._as_they_are = annotations_are_text

    def visit_arg(self, node: ast.arg) -> ast.arg:
        """Change the annotation of a parameter."""
        node.annotation = self._text(node.annotation)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Change the annotation of the result, and what is in the function."""
        node.returns = self._text(node.returns)
        return self.generic_visit(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        """Do the same for an asynchronous function."""
        node.returns = self._text(node.returns)
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Change a call of ``cast``."""
        self.generic_visit(node)
        match node:
            case ast.Call(ast.Name("cast"), [_, value], []):
                return value
        return node

    def _text(self, annotation: ast.expr | None) -> ast.expr | None:
        if annotation is None or self._as_they_are:
            return annotation
        return ast.copy_location(ast.Constant(ast.unparse(annotation)), annotation)


def single(statements: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements that are executed; an import of several names as one for each."""
    for statement in statements:
        match statement:
            case ast.ImportFrom("__future__"):
                continue
            case ast.If(ast.Name("TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING")):
                yield from single(statement.orelse)
            case ast.Import(names):
                for name in names:
                    yield ast.copy_location(ast.Import([name]), statement)
            case ast.ImportFrom(module, names, level):
                for name in names:
                    yield ast.copy_location(ast.ImportFrom(module, [name], level), statement)
            case _:
                yield statement
