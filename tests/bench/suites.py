"""The suites: what is measured against what, and the goal that each figure has."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from tests.bench.peers import Peers
from tests.bench.processes import Command, Cost, measure

Unit = Literal["s", "s CPU", "MiB"]
"""What a figure counts: seconds on the clock, seconds of processor time, or memory."""

TOKENS = (1_000, 10_000, 100_000)


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the report: a cost of ours beside another."""

    suite: str
    """Which suite it is of."""
    what: str
    """What was run."""
    unit: Unit
    """What is counted."""
    ours: float
    """The median of the program."""
    against: str
    """What it is compared with."""
    theirs: float
    """The median of that."""
    goal: float
    """The largest ratio that is wanted."""

    @property
    def ratio(self) -> float:
        """How many times as much the program takes."""
        return self.ours / self.theirs

    @property
    def met(self) -> bool:
        """Whether the goal is met."""
        return self.ratio <= self.goal


def start(peers: Peers, runs: int) -> Iterator[Figure]:
    """Measure what is done without LiteLLM."""
    commands = [
        peers.ours("--version", "--version"),
        peers.ours("--help", "--help"),
        peers.ours("config path", "config", "path"),
        peers.ours("chat, mock", "chat", "hi"),
    ]
    costs = measure([*commands, peers.llm("llm --version", "--version")], runs)
    for command in commands:
        yield _figure("start", costs, command.name, "llm --version", 0.25)


def cold(peers: Peers, runs: int) -> Iterator[Figure]:
    """Measure the whole of a first streamed answer of 20 tokens."""
    model, name = "tokens-20", "chat, 20 tokens"
    costs = measure(
        [
            peers.ours_asking(name, model),
            peers.llm_asking("llm", model),
            peers.bare("bare LiteLLM script", model),
            peers.curl("curl", model),
        ],
        runs,
    )
    yield _figure("cold", costs, name, "llm", 1.0)
    yield _figure("cold", costs, name, "bare LiteLLM script", 0.55)


def pipe(peers: Peers, runs: int) -> Iterator[Figure]:
    """Measure the processor time of streams into a pipe."""
    for tokens in TOKENS:
        name, model = f"{tokens:,} tokens", f"tokens-{tokens}"
        costs = measure([peers.ours_asking(name, model), peers.bare("bare loop", model)], runs)
        yield _figure("pipe", costs, name, "bare loop", 1.1, "s CPU")


def terminal(peers: Peers, runs: int) -> Iterator[Figure]:
    """Measure how the processor time on a terminal grows as answers get twice as long."""
    lengths = [TOKENS[-1] // 2**halvings for halvings in (4, 3, 2, 1, 0)]
    commands = [
        peers.ours_asking(f"{tokens:,} tokens", f"tokens-{tokens}", terminal=True)
        for tokens in lengths
    ]
    costs = measure(commands, runs)
    for half, whole in pairwise(commands):
        yield _figure("terminal", costs, whole.name, half.name, 2.2, "s CPU")


def memory(peers: Peers, runs: int) -> Iterator[Figure]:
    """Measure the most memory that is taken."""
    name, mock = "chat, 20 tokens", "chat, mock"
    commands: list[Command] = [
        peers.ours_asking(name, "tokens-20"),
        peers.importing("import litellm"),
        peers.ours(mock, "chat", "hi"),
    ]
    costs = measure(commands, runs)
    yield _figure("memory", costs, name, "import litellm", 1.1, "MiB")
    yield Figure("memory", mock, "MiB", costs[mock].memory_mib, "45 MiB", 45.0, 1.0)


Suite = Callable[[Peers, int], Iterator[Figure]]

SUITES: Mapping[str, Suite] = {
    suite.__name__: suite for suite in (start, cold, pipe, terminal, memory)
}


def _figure(
    suite: str,
    costs: Mapping[str, Cost],
    what: str,
    against: str,
    goal: float,
    unit: Unit = "s",
) -> Figure:
    ours, theirs = _in(unit, costs[what]), _in(unit, costs[against])
    return Figure(suite, what, unit, ours, against, theirs, goal)


def _in(unit: Unit, cost: Cost) -> float:
    match unit:
        case "s":
            return cost.wall_s
        case "s CPU":
            return cost.cpu_s
        case "MiB":
            return cost.memory_mib
