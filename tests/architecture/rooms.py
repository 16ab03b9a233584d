"""The rooms of the program: which folder may import which, from the bottom up."""

import importlib

ROOMS: dict[str, frozenset[str]] = {
    "": frozenset(),
    "contract": frozenset(),
    "machine": frozenset({""}),
    "secrets": frozenset(),
    "text": frozenset({"secrets"}),
    "files": frozenset(),
    "toml_file": frozenset({"text", "contract", "secrets", "files"}),
    "judge": frozenset({"contract"}),
    "settings": frozenset({"text", "contract", "secrets", "files", "toml_file"}),
    "prices": frozenset({"contract"}),
    "ledger": frozenset({"text", "contract", "secrets"}),
    "providers.http": frozenset({"", "contract", "files"}),
    "providers.litellm": frozenset({"text", "contract", "machine", "prices", "providers.http"}),
    "providers.mock": frozenset(
        {"text", "contract", "machine", "files", "toml_file", "judge", "providers.http"}
    ),
    "providers": frozenset({"contract", "providers.litellm", "providers.mock"}),
    "engine": frozenset({"text", "contract"}),
    "recording": frozenset({"contract", "files"}),
    "local": frozenset({"contract", "machine"}),
    "warm": frozenset({"", "machine"}),
    "rendering": frozenset({"text", "contract", "secrets", "prices", "ledger"}),
    "calls": frozenset(
        {
            "text",
            "contract",
            "files",
            "toml_file",
            "settings",
            "prices",
            "ledger",
            "providers",
            "providers.http",
            "providers.litellm",
            "providers.mock",
            "engine",
            "recording",
            "local",
        }
    ),
    "checks": frozenset({"text", "contract", "files", "toml_file", "judge", "settings", "engine"}),
    "batch": frozenset(
        {
            "",
            "text",
            "contract",
            "machine",
            "secrets",
            "settings",
            "providers.mock",
            "engine",
            "recording",
            "rendering",
            "calls",
        }
    ),
    "serve": frozenset(
        {
            "text",
            "contract",
            "machine",
            "secrets",
            "settings",
            "providers.litellm",
            "providers.mock",
            "engine",
            "rendering",
            "calls",
        }
    ),
    "doctor": frozenset(
        {
            "",
            "text",
            "contract",
            "machine",
            "toml_file",
            "settings",
            "prices",
            "providers.http",
            "local",
            "warm",
        }
    ),
    "cli": frozenset(
        {
            "",
            "text",
            "contract",
            "machine",
            "secrets",
            "files",
            "toml_file",
            "judge",
            "settings",
            "prices",
            "ledger",
            "providers.http",
            "providers.litellm",
            "engine",
            "rendering",
            "local",
            "warm",
            "calls",
            "checks",
            "batch",
            "serve",
            "doctor",
        }
    ),
    "__main__": frozenset({"contract", "machine", "warm", "rendering", "cli"}),
}
"""For each room, those above it in this table that it may import; the package itself is ``""``."""


def room_of(name: str) -> str:
    """Return the room that the dotted `name` of a module, or of something in one, belongs to."""
    parts = name.split(".")[1:]
    heads = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((head for head in heads if head in ROOMS), "")


def table() -> str:
    """Return the rooms as a table in Markdown, what each holds in the words of its docstring."""
    rows = [
        f"| `{room}` | {_purpose(room)} | {_listed(allowed)} |"
        for room, allowed in ROOMS.items()
        if room not in {"", "__main__"}
    ]
    return "\n".join(
        ["| room | what it holds | what it may import |", "| --- | --- | --- |", *rows]
    )


def _purpose(room: str) -> str:
    docstring = importlib.import_module(f"hello_llm.{room}").__doc__ or ""
    return docstring.partition("\n")[0].removesuffix(".").replace("|", "\\|")


def _listed(rooms: frozenset[str]) -> str:
    return ", ".join(f"`{room or 'hello_llm'}`" for room in ROOMS if room in rooms) or "-"
