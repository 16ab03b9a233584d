"""Splits a module into what runs when it is imported and definitions that wait for their first use.

A definition is a top-level statement that only binds a name: an import, a function, a class, or the
assignment of a value that is made without side effects. Everything else runs at once, in order.
"""

import ast
import marshal
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.util import decode_source, find_spec
from types import CodeType

from hello_llm.providers.litellm.lazy_names.compiled import STAR, Compiled
from hello_llm.providers.litellm.lazy_names.simplify import Untyped, future_annotations, single

_CHANGEABLE = re.compile("env|secret|time|now|random|uuid|open|load|register")
"""Part of the name of a function whose result depends on when it is called."""

_LOOKED_UP = frozenset({"dataclasses", "typing", "typing_extensions"})
"""Modules whose names the standard library looks up among those that a module has defined."""

_LISTING = frozenset({"dir", "globals", "locals", "vars"})
"""Functions that list the names that are defined so far."""


def compile_lazily(source: bytes, path: str) -> Compiled:
    """Compile the module `source`, which was read from the file `path`.

    Annotations of parameters and results become text, and ``typing.cast`` becomes its value, since
    both would use names that nothing else needs.

    Raises:
        SyntaxError: it is not valid Python.
        ValueError: it contains null bytes.
    """
    module = ast.parse(decode_source(source), path)
    flags = future_annotations(module)
    module = Untyped(annotations_are_text=bool(flags)).visit(module)
    statements = list(single(module.body))
    lists_names = any(map(_lists_names, statements))
    waiting = {} if lists_names else _waiting(statements)

    def code(part: Sequence[ast.stmt]) -> CodeType:
        tree = ast.fix_missing_locations(ast.Module(list(part), []))
        compiled: CodeType = compile(tree, path, "exec", flags, dont_inherit=True)
        return compiled

    at_once = list(_at_once(statements, waiting, complete=lists_names))
    return Compiled(
        code(at_once), {name: marshal.dumps(code(part)) for name, part in waiting.items()}
    )


def _at_once(
    statements: Sequence[ast.stmt], waiting: Mapping[str, Sequence[ast.stmt]], *, complete: bool
) -> Iterator[ast.stmt]:
    """Yield the statements that do not wait, with calls of :data:`STAR` for imports of ``*``."""
    put_off = {id(statement) for definition in waiting.values() for statement in definition}
    for place, statement in enumerate(statements):
        match statement:
            case _ if id(statement) in put_off:
                continue
            case ast.ImportFrom(names=[ast.alias("*")]):
                later = _defined_in(waiting, statements[place:])
                yield _call_of_star(statement, later, complete=complete)
            case _:
                yield statement


def _waiting(statements: Sequence[ast.stmt]) -> dict[str, list[ast.stmt]]:
    """Return the names that can wait, each with the statements that define it, in their order."""
    definitions: dict[str, list[ast.stmt]] = defaultdict(list)
    for statement in statements:
        for name in _names(statement):
            definitions[name].append(statement)
    again = {name for name, definition in definitions.items() if not _is_one(definition)}
    unsettled = again.union(*map(_changed, statements))
    return {
        name: definition
        for name, definition in definitions.items()
        if name not in again
        and not name.startswith("__")
        and _can_wait(definition)
        and unsettled.isdisjoint(_used(ast.Module(definition, [])))
    }


def _is_one(definition: Sequence[ast.stmt]) -> bool:
    """Return whether a name is bound only once, or each time to the same import."""
    bound = [statement for statement in definition if not _completes(statement)]
    return len(bound) == 1 or len(set(map(_imported, bound))) == 1


def _imported(statement: ast.stmt) -> str:
    """Return a text that is the same for all imports of one object, and only for them."""
    match statement:
        case ast.Import([ast.alias(name, None)]):
            return name.partition(".")[0]
        case ast.Import() | ast.ImportFrom():
            return ast.dump(statement)
    return ast.dump(statement, include_attributes=True)


def _changed(node: ast.AST) -> Iterator[str]:
    """Yield the names of objects that the top-level code in `node` may change."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.Lambda():
            return
        case ast.Expr(ast.Call(ast.Attribute(ast.Name(name)))):
            yield name
        case ast.Subscript(ast.Name(name), ctx=ast.Store() | ast.Del()):
            yield name
        case ast.Attribute(ast.Name(name), ctx=ast.Del()):
            yield name
    for child in ast.iter_child_nodes(node):
        yield from _changed(child)


def _used(node: ast.AST) -> Iterator[str]:
    """Yield the names whose values `node` uses when it is executed."""
    match node:
        case ast.Name(name, ast.Load()):
            yield name
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            for part in (*node.decorator_list, node.args):
                yield from _used(part)
        case ast.Lambda():
            yield from _used(node.args)
        case _:
            for child in ast.iter_child_nodes(node):
                yield from _used(child)


def _names(node: ast.AST) -> Iterator[str]:
    """Yield the global names that `node` binds, deletes or changes."""
    match node:
        case ast.alias(name, asname):
            yield asname or name.partition(".")[0]
        case ast.Name(name, ast.Store() | ast.Del()):
            yield name
        case ast.FunctionDef(name) | ast.AsyncFunctionDef(name) | ast.ClassDef(name):
            yield name
        case ast.Assign([ast.Attribute(ast.Name(name))]):
            yield name
        case ast.Lambda():
            return
        case ast.comprehension():
            for part in (node.iter, *node.ifs):
                yield from _names(part)
        case _:
            if isinstance(node, ast.ExceptHandler) and node.name:
                yield node.name
            for child in ast.iter_child_nodes(node):
                yield from _names(child)


def _can_wait(definition: Sequence[ast.stmt]) -> bool:
    if not all(map(_only_defines, definition)):
        return False
    completed = any(map(_completes, definition))
    return not completed or all(_completes(one) or _makes(one) for one in definition)


def _completes(statement: ast.stmt) -> bool:
    """Return whether `statement` sets an attribute of what others define."""
    return isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Attribute)


def _makes(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)


def _only_defines(statement: ast.stmt) -> bool:
    match statement:
        case ast.ImportFrom(names=[ast.alias("*")]):
            return False
        case ast.Import([ast.alias(name)]) | ast.ImportFrom(module=str(name)) if name in _LOOKED_UP:
            return False
        case ast.Import([ast.alias(name)]) | ast.ImportFrom(module=str(name), level=0):
            return _is_installed(name.partition(".")[0])
        case ast.ImportFrom():
            return True
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return all(map(_is_pure, statement.decorator_list))
        case ast.Assign([ast.Attribute(ast.Name())], value):
            return not any(isinstance(node, ast.Call) for node in ast.walk(value))
        case ast.Assign([ast.Name()], value) | ast.AnnAssign(ast.Name(), value=ast.expr() as value):
            return not isinstance(value, ast.Constant) and _is_pure(value)
    return False


@cache
def _is_installed(package: str) -> bool:
    """Return whether `package` can be imported; if it cannot, whoever imports it must see that."""
    return find_spec(package) is not None


def _is_pure(node: ast.AST) -> bool:
    """Return whether an expression has the same value later on, as far as its names tell."""
    match node:
        case ast.Lambda(arguments):
            return _is_pure(arguments)
        case ast.Call(ast.Name(name) | ast.Attribute(attr=name)) if not name[:1].isupper():
            pure = not _CHANGEABLE.search(name)
        case ast.Call(function):
            pure = isinstance(function, ast.Name | ast.Attribute)
        case ast.NamedExpr() | ast.Await() | ast.Attribute(attr="environ"):
            pure = False
        case _:
            pure = True
    return pure and all(map(_is_pure, ast.iter_child_nodes(node)))


def _lists_names(node: ast.AST) -> bool:
    """Return whether `node` lists the module's names when it is executed."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.Lambda():
            return False
        case ast.Call(ast.Name(name), []) if name in _LISTING:
            return True
    return any(map(_lists_names, ast.iter_child_nodes(node)))


def _defined_in(
    waiting: Mapping[str, Collection[ast.stmt]], statements: Iterable[ast.stmt]
) -> tuple[str, ...]:
    """Return the names of `waiting` that `statements` define."""
    found = {name for statement in statements for name in _names(statement)}
    return tuple(sorted(found & waiting.keys()))


def _call_of_star(
    statement: ast.ImportFrom, except_for: Iterable[str], *, complete: bool
) -> ast.stmt:
    """Return the call that does what `statement` does, except for some names."""
    names: list[ast.expr] = [ast.Constant(name) for name in except_for]
    source = ast.Constant("." * statement.level + (statement.module or ""))
    arguments = [source, ast.Tuple(names, ast.Load()), ast.Constant(complete)]
    call = ast.Call(ast.Name(STAR, ast.Load()), arguments, [])
    return ast.copy_location(ast.Expr(call), statement)
