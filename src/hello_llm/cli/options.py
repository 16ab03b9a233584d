"""The flags of ``chat``, each named once.

Numbers are typed as text: the settings read them, and say in one voice what is wrong with a value.
"""

from pathlib import Path
from typing import Annotated

import typer

_ASKING, _SAMPLING = "What is asked", "How it is sampled"
_OUTPUT, _LIMITS, _SETTINGS = "What is shown", "Limits", "Where settings come from"
_RECORDING = "Record and replay"

Prompt = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[PROMPT]...",
        help="What to ask; several words need no quotes. A last - requires standard input.",
    ),
]
PromptFlag = Annotated[
    str | None,
    typer.Option(
        "--prompt", metavar="TEXT", help="What to ask, as a flag.", rich_help_panel=_ASKING
    ),
]
System = Annotated[
    str | None,
    typer.Option(
        metavar="TEXT", help="Instructions before the conversation.", rich_help_panel=_ASKING
    ),
]
Provider = Annotated[
    str | None,
    typer.Option(
        metavar="[mock|litellm]", help="Who answers. (default: mock)", rich_help_panel=_ASKING
    ),
]
Model = Annotated[
    str | None,
    typer.Option(
        metavar="VENDOR/MODEL",
        help="The model: openai/gpt-4o-mini, ollama/qwen2.5:0.5b, local/smollm2.",
        rich_help_panel=_ASKING,
    ),
]
Fallback = Annotated[
    list[str] | None,
    typer.Option(
        metavar="VENDOR/MODEL",
        help="Asked if the one before is unavailable; can be repeated.",
        rich_help_panel=_ASKING,
    ),
]
ApiBase = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="The server's address, if not the vendor's own.",
        rich_help_panel=_ASKING,
    ),
]
ApiKeyEnv = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="The environment variable that holds the key.",
        rich_help_panel=_ASKING,
    ),
]
Script = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="What the mock answers, and how it fails.",
        rich_help_panel=_ASKING,
    ),
]
NoStdin = Annotated[
    bool,
    typer.Option("--no-stdin", help="Never read standard input.", rich_help_panel=_ASKING),
]
Stream = Annotated[
    bool | None,
    typer.Option(
        "--stream/--no-stream",
        help="Show the answer while it is written. (default: no-stream)",
        rich_help_panel=_OUTPUT,
    ),
]
Temperature = Annotated[
    str | None,
    typer.Option(metavar="NUMBER", help="Randomness, 0 to 2.", rich_help_panel=_SAMPLING),
]
TopP = Annotated[
    str | None,
    typer.Option(
        metavar="NUMBER",
        help="Share of the probability mass to draw from, 0 to 1.",
        rich_help_panel=_SAMPLING,
    ),
]
MaxTokens = Annotated[
    str | None,
    typer.Option(
        metavar="COUNT", help="Largest number of tokens in the answer.", rich_help_panel=_SAMPLING
    ),
]
Seed = Annotated[
    str | None,
    typer.Option(metavar="NUMBER", help="Seed for repeatable answers.", rich_help_panel=_SAMPLING),
]
Stop = Annotated[
    list[str] | None,
    typer.Option(
        metavar="TEXT", help="Ends the answer where it would appear.", rich_help_panel=_SAMPLING
    ),
]
ConnectTimeout = Annotated[
    str | None,
    typer.Option(metavar="SEC", help="Time to connect. (default: 10)", rich_help_panel=_LIMITS),
]
FirstTokenTimeout = Annotated[
    str | None,
    typer.Option(
        metavar="SEC",
        help="Time for the first piece of a streamed answer. (default: 120)",
        rich_help_panel=_LIMITS,
    ),
]
IdleTimeout = Annotated[
    str | None,
    typer.Option(
        metavar="SEC",
        help="Time from one piece of a streamed answer to the next. (default: 60)",
        rich_help_panel=_LIMITS,
    ),
]
Timeout = Annotated[
    str | None,
    typer.Option(
        metavar="SEC",
        help="Time for the whole call; 0 turns a limit off. (default: 600)",
        rich_help_panel=_LIMITS,
    ),
]
Retries = Annotated[
    str | None,
    typer.Option(
        metavar="COUNT",
        help="More tries after a failure that may pass. (default: 2)",
        rich_help_panel=_LIMITS,
    ),
]
MaxWait = Annotated[
    str | None,
    typer.Option(
        metavar="SEC",
        help="Longest wait that a server may ask for. (default: 60)",
        rich_help_panel=_LIMITS,
    ),
]
FailOnLength = Annotated[
    bool | None,
    typer.Option(
        "--fail-on-length",
        help="Take an answer that reached --max-tokens as broken.",
        rich_help_panel=_LIMITS,
    ),
]
Output = Annotated[
    str | None,
    typer.Option(
        metavar="FORM",
        help="rich, plain, json, ndjson, or auto: rich on a terminal. (default: auto)",
        rich_help_panel=_OUTPUT,
    ),
]
Json = Annotated[
    bool,
    typer.Option(
        "--json", help="Short for --output json, with --stream ndjson.", rich_help_panel=_OUTPUT
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Write the answer to FILE, once it is complete.",
        rich_help_panel=_OUTPUT,
    ),
]
KeepPartial = Annotated[
    bool,
    typer.Option(
        "--keep-partial",
        help="With --out: leave what came of a broken answer in FILE.partial.",
        rich_help_panel=_OUTPUT,
    ),
]
Usage = Annotated[
    bool | None,
    typer.Option(
        "--usage/--no-usage",
        help="Show tokens, time and cost on stderr. (default: on a terminal)",
        rich_help_panel=_OUTPUT,
    ),
]
Color = Annotated[
    str | None,
    typer.Option(
        metavar="WHEN",
        help="Colour: auto, always or never. (default: auto)",
        rich_help_panel=_OUTPUT,
    ),
]
Warm = Annotated[
    bool | None,
    typer.Option(
        "--warm/--no-warm",
        help="Let the warm process answer. (default: if one runs)",
        rich_help_panel=_SETTINGS,
    ),
]
Quiet = Annotated[
    bool | None,
    typer.Option("--quiet", help="Only the answer and errors.", rich_help_panel=_OUTPUT),
]
Verbose = Annotated[
    bool | None,
    typer.Option("--verbose", help="Say on stderr what is done.", rich_help_panel=_OUTPUT),
]
Debug = Annotated[
    bool,
    typer.Option(
        "--debug", help="Show the traceback of an unexpected error.", rich_help_panel=_OUTPUT
    ),
]
DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run",
        help="Print the request and where each setting came from; send nothing.",
        rich_help_panel=_SETTINGS,
    ),
]
Profile = Annotated[
    str | None,
    typer.Option(
        metavar="NAME", help="The profile in the configuration file.", rich_help_panel=_SETTINGS
    ),
]
ConfigFile = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="The configuration file. (default: the user's)",
        rich_help_panel=_SETTINGS,
    ),
]
Record = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Add each exchange to FILE.", rich_help_panel=_RECORDING),
]
Replay = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="With the mock: answer from the exchanges in FILE.",
        rich_help_panel=_RECORDING,
    ),
]
ReplayTiming = Annotated[
    str | None,
    typer.Option(
        metavar="WHEN",
        help="recorded: replay each piece at its time; none: at once. (default: none)",
        rich_help_panel=_RECORDING,
    ),
]
