"""``hello-llm schema``: prints the JSON Schemas of the program's output."""

from typing import Annotated, get_args

import typer

from hello_llm.contract import UsageError
from hello_llm.rendering.json.schemas import SchemaName, load_schema

NAMES: tuple[SchemaName, ...] = get_args(SchemaName)


def schema(
    name: Annotated[str, typer.Argument(metavar="NAME", help=f"One of: {', '.join(NAMES)}.")],
) -> None:
    """Print the JSON Schema of a document that the program writes."""
    import json

    for known in NAMES:
        if name == known:
            typer.echo(json.dumps(load_schema(known), ensure_ascii=False, indent=2))
            return
    raise UsageError(f"there is no schema {name!r}", f"schemas: {', '.join(NAMES)}")
