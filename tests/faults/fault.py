"""What a fault is: what a server does, and what the program must make of it."""

import signal
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from hello_llm.contract import ExitCode
from tests.faults.exchange import Exchange
from tests.servers import Connection, Script

Play = Callable[[Exchange], None]
"""Answers one chat request."""
Greeting = Callable[[socket.socket, Connection], socket.socket | None]
"""Meets a new connection; returns the socket to read requests from, or None if it is over."""
Place = Literal["http", "https", "closed", "unresolved", "full"]
"""Where the client is sent: a listening server by either scheme, a closed port, a name that does
not exist, or a port whose backlog is full."""
Form = Literal["stream", "ndjson", "whole"]
"""``--stream`` to a pipe, ``--stream --json``, or ``--no-stream --json``."""
Group = Literal[
    "connect",
    "status",
    "stream",
    "content",
    "local",
    "altered",
    "misreported",
    "tolerance",
    "exhaust",
    "networks",
    "models",
]
Span = tuple[float, float]
"""The least and the greatest number of seconds."""

STREAMED: tuple[Form, ...] = ("stream", "ndjson")
EVERY_FORM: tuple[Form, ...] = (*STREAMED, "whole")
MAIN = ("openai", "responses", "anthropic", "ollama")
SSE = ("openai", "responses", "anthropic", "gemini", "mistral")
EVERYWHERE = (*MAIN, "gemini", "mistral")

KEY_VARIABLE = "FAULTS_API_KEY"
"""The variable that holds the key of every call."""
KEY = "sk-faults-1f0c5Zr8/Qw+planted=7d2e"
"""The key of every call; no output may ever hold it."""
FIRST_LINE = "line 1"
"""What the answer begins with where its reader leaves."""
TEXT = "Hello, world!"
"""What the default script says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the program must do; ``None`` leaves a figure open."""

    exit_code: ExitCode
    """How it ends."""
    or_else: ExitCode | None = None
    """Another exit code that is as right."""
    attempts: int | None = 1
    """Calls made, by the server's count and by the program's own."""
    kept: tuple[str, ...] | None = ("",)
    """The texts of which one must be the answer, exactly."""
    kept_whole: tuple[str, ...] | None = None
    """The same where no stream was asked for, if it differs."""
    says: tuple[str, ...] = ()
    """What standard error must hold."""
    hides: tuple[str, ...] = ()
    """What standard error must not hold."""
    finish_reason: str | None = None
    """The finish reason of the document, where it matters."""
    held_s: Span | None = None
    """How long each answer lasts until it ends or the client leaves."""
    wait_s: Span | None = None
    """How long the client waits between an answer and its next attempt."""
    leaves_within_s: float | None = None
    """How soon program and connection end after the signal, or after the reader has gone."""
    silent: bool = False
    """Whether standard error must be empty."""
    absent: tuple[str, ...] = ()
    """Files that must not be in the working folder afterwards."""
    memory_mib: int | None = None
    """The most memory it may take, in MiB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strike:
    """A signal that hits the program under way."""

    number: signal.Signals
    """The signal."""
    after_s: float | None = None
    """Seconds after the start; ``None`` waits until the server's answer is where it should be."""
    times: int = 1
    """How often, a tenth of a second apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """How the program is started, and what happens to it besides the server."""

    argv: tuple[str, ...] = ()
    """Further arguments."""
    env: Mapping[str, str] = field(default_factory=dict)
    """Variables of its environment."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Files in its working folder, by name; a name may lead upwards."""
    strike: Strike | None = None
    """The signal that hits it."""
    stdin: Literal["null", "closed"] = "null"
    """What its standard input is."""
    stdout: Literal["file", "full", "closed", "head"] = "file"
    """What its standard output is; ``head`` is a pipe whose reader leaves after `FIRST_LINE`."""
    file_limit: int | None = None
    """The most bytes that it may write into a file, as if the disk were full then."""
    cold: bool = False
    """Whether it needs a process that has not imported LiteLLM yet."""
    same_request: bool = False
    """Whether its request must be that of a call without `env` and `files`, byte for byte."""
    clock_jumps: bool = False
    """Whether the wall clock runs backwards in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One row of the catalogue, or one variant of a row."""

    name: str
    """The name in the catalogue."""
    variant: str = ""
    """What tells it from others of the name."""
    group: Group
    """The table it stands in."""
    meaning: str
    """What happens, in a few words."""
    outcome: Outcome
    """What the program must do."""
    but: Mapping[str, Outcome] = field(default_factory=dict)
    """What it must do instead for some protocols."""
    play: Play = Exchange.play
    """Answers each chat request; by default with a friendly reply."""
    greeting: Greeting | None = None
    """Meets each connection, for what happens below HTTP."""
    place: Place = "http"
    """Where the client is sent."""
    protocols: tuple[str, ...] = MAIN
    """The protocols in which it is served."""
    forms: tuple[Form, ...] = EVERY_FORM
    """The ways to ask in which the outcome is this."""
    model: str | None = None
    """The model's name where it matters; by default the fault's."""
    base_ends: Mapping[str, str] = field(default_factory=dict)
    """What stands behind the usual ``--api-base``, by protocol."""
    around: Surroundings = Surroundings()
    """How the program is started, and what happens to it."""

    @property
    def id(self) -> str:
        """The name, with the variant if there is one; also the model's name."""
        return f"{self.name}.{self.variant}" if self.variant else self.name

    def outcome_for(self, protocol: str) -> Outcome:
        """Return what the program must do when it speaks `protocol`."""
        return self.but.get(protocol, self.outcome)


def scripted(script: Script) -> Play:
    """Return the answer that plays `script` each time."""
    return lambda exchange: exchange.play(script)


def then_ok(play: Play) -> Play:
    """Return the answer that is `play` for the first request, and friendly for the next."""
    return lambda exchange: play(exchange) if exchange.attempt % 2 else exchange.play()
