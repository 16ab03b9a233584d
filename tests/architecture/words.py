"""Names and calls that have one place, and comments and texts that have one form."""

import ast
import re

from tests.architecture.sources import Module

TERMINAL = "hello_llm.rendering.terminal"
CONSOLE = "hello_llm.rendering.console"
ENVIRONMENT_READERS = (
    TERMINAL,  # the conventions of terminals
    "hello_llm.machine.environment",  # shields LiteLLM from all but what it needs
    "hello_llm.providers.http.route",  # keys
    "hello_llm.batch.engines.ray_connection",  # the token of a cluster, and what Ray itself reads
    "hello_llm.warm",  # where it is met, and handing all of it over
)
"""What may look at the environment; behaviour comes from flags and the profile."""

_ENVIRONMENT = re.compile(r"os\.(?:environb?|getenvb?)")
_TTY = frozenset({"isatty", "get_terminal_size"})
_VENDORS = "openai|ollama|anthropic|gemini|mistral|groq|cohere|bedrock|vertex|azure|openrouter"
_LEGACY = (
    re.compile(rf"--provider[ =]['\"]?(?:{_VENDORS})\b", re.IGNORECASE),
    re.compile(rf"\bclass\s+\w*(?:{_VENDORS})\w*Provider\b", re.IGNORECASE),
    re.compile(rf"\b(?:{_VENDORS})_provider\b", re.IGNORECASE),
)
_NOQA = re.compile(r"#\s*noqa\b(?P<rest>.*)")
_REASON = re.compile(r": [A-Z]+\d+(?:, [A-Z]+\d+)* - \S")


def _named(node: ast.AST) -> str | None:
    match node:
        case ast.Attribute(_, name) | ast.Name(name) | ast.alias(name):
            return name
    return None


def _uses(module: Module, names: frozenset[str], what: str) -> list[str]:
    return [
        module.finding(node, what.format(name))
        for node in module.nodes(ast.Attribute, ast.Name, ast.alias)
        if (name := _named(node)) in names
    ]


def environment_reads(module: Module) -> list[str]:
    """Find looks at the environment outside the modules that may."""
    if f"{module.name}.".startswith(tuple(f"{reader}." for reader in ENVIRONMENT_READERS)):
        return []
    return [
        module.finding(node, "reads the environment")
        for node in module.nodes(ast.Attribute, ast.ImportFrom, ast.keyword)
        if _reads_environment(node)
    ]


def _reads_environment(node: ast.AST) -> bool:
    match node:
        case ast.ImportFrom("os", names):
            return any(_ENVIRONMENT.fullmatch(f"os.{alias.name}") for alias in names)
        case ast.Attribute():
            return _ENVIRONMENT.fullmatch(ast.unparse(node)) is not None
        case ast.keyword("envvar"):
            return True
    return False


def terminal_questions(module: Module) -> list[str]:
    """Find questions about the terminal outside the one module that asks them."""
    if module.name == TERMINAL:
        return []
    return _uses(module, _TTY, f"asks {{}}, which {TERMINAL} knows")


def _called(module: Module, name: str) -> list[ast.AST]:
    return [
        node
        for node in module.nodes(ast.Call)
        if isinstance(node, ast.Call) and _named(node.func) == name
    ]


def consoles(module: Module) -> list[str]:
    """Find consoles that are made outside the one module that makes them."""
    if module.name == CONSOLE:
        return []
    return [
        module.finding(node, f"makes a Console, as only {CONSOLE} does")
        for node in _called(module, "Console")
    ]


def prints(module: Module) -> list[str]:
    """Find calls of the built-in ``print``."""
    return [
        module.finding(node, "prints past the rendering")
        for node in module.nodes(ast.Call)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
    ]


def unexplained_exceptions(module: Module) -> list[str]:
    """Find lint exceptions without a rule or without a reason."""
    return [
        f"{module.name}:{number}: a lint exception needs its rule and its reason"
        for number, line in enumerate(module.source.splitlines(), 1)
        if (found := _NOQA.search(line)) and not _REASON.match(found["rest"])
    ]


def legacy(name: str, text: str) -> list[str]:
    """Find what is gone for good: vendors as providers of ours."""
    return [
        f"{name}:{number}: {found.group()!r} is gone: a vendor is a model prefix"
        for number, line in enumerate(text.splitlines(), 1)
        for pattern in _LEGACY
        if (found := pattern.search(line))
    ]
