"""The suites: what is measured against what, and the goal that each figure has.

A figure without a goal is for information.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tests.bench import local_model
from tests.bench.figures import Figure, Goal, Measure, taken
from tests.bench.instant import SLOWLY
from tests.bench.pace import paced, punctual
from tests.bench.peers import Peers, Question
from tests.bench.processes import Command, Cost, measure, resident_mib, run
from tests.bench.serving import started
from tests.bench.warmth import kept_warm

TOKENS = (1_000, 10_000, 100_000)
WARM_CALLS = 200
SLOW_TOKENS = 30
CHECKS, LANES = 200, 8
ROWS, BATCH_LANES = 400, 16
FEW_ROWS, MANY_ROWS = 1_000, 100_000

COLD, WARM, MOCK = "chat, cold", "chat, warm", "chat, mock"
LLM, BARE, CURL = "llm", "bare script", "curl"
LOOP = "bare loop"

START, HELP = Goal(times=0.2), Goal(times=0.25)
LIKE_LLM, LIKE_BARE = Goal(times=0.75), Goal(times=0.55)
LIKE_CURL = Goal(plus=0.05)
AS_FAST_AS_LOOP = Goal(times=1 / 0.8)
STREAM, DOUBLING, IMPORT, LEVEL = Goal(1.1), Goal(2.2), Goal(0.65), Goal(1.05)
FLAT = Goal(1.15)
PIPE_S, TERMINAL_S = 4.0, 2.5
PIECE_S = 0.005
MOCK_MIB = 30.0

ON_A_SCREEN = 20_000
"""How many tokens of Markdown the limit of `TERMINAL_S` is for."""
PAUSE_S = 0.2
"""Seconds between the calls of a person, in which a processor may slow down and forget."""

_TOKENS_RUN_OFTEN = 30_000

Costs = Mapping[str, Sequence[Cost]]


@dataclass(frozen=True, slots=True)
class Bench:
    """What a suite measures with."""

    peers: Peers
    """The commands."""
    api_base: str
    """The address of the server that answers at once."""
    runs: int
    """How many runs of each command count."""
    patient: bool = False
    """Whether the longest streams are run that often too, which takes an hour."""

    def question(self, tokens: int) -> Question:
        """Return one whose answer has so many tokens."""
        return Question(f"tokens-{tokens}", self.api_base)

    def stream(self, commands: Sequence[Command], tokens: int) -> Costs:
        """Measure streams of `tokens`: the longer, the fewer, as noise is averaged within them."""
        if self.patient:
            return measure(commands, self.runs)
        runs = max(1, min(self.runs, _TOKENS_RUN_OFTEN // tokens))
        return measure(commands, runs, rehearse=tokens == TOKENS[0])


def start(bench: Bench) -> Iterator[Figure]:
    """Measure what is done without LiteLLM."""
    ours, file = bench.peers.ours, str(bench.peers.config_file)
    tab = ("__complete", "bash", "=:", "hello-llm chat --mo")
    commands = [
        ours("--version", "--version"),
        ours("schema reply", "schema", "reply"),
        ours("config path", "config", "path"),
        ours("config show", "config", "show"),
        ours("config init", "config", "init", "--force", "--config", file),
        ours("completion in bash", *tab),
        ours(MOCK, "chat", "hi"),
    ]
    helping = [
        ours("--help", "--help"),
        ours("chat --help", "chat", "--help"),
        ours("help exit-codes", "help", "exit-codes"),
    ]
    other = "llm --version"
    costs = measure([*commands, *helping, bench.peers.llm(other, "--version")], bench.runs)
    for goal, group in ((START, commands), (HELP, helping)):
        for command in group:
            yield _figure("start", costs, command.name, other, "whole process", goal)


def cold(bench: Bench) -> Iterator[Figure]:
    """Measure a first streamed answer of 20 tokens, which imports LiteLLM."""
    bench.peers.must_be_cold()
    question = bench.question(20)
    costs = measure(
        [bench.peers.ours_asking(COLD, question), *_others(bench, question)], bench.runs
    )
    goals = {LLM: LIKE_LLM, BARE: LIKE_BARE, CURL: None}
    yield from _figures("cold", costs, COLD, "whole process", goals)
    yield from _figures("cold", costs, COLD, "first token", dict.fromkeys(goals))
    yield from _figures("cold", costs, COLD, "CPU", dict.fromkeys((LLM, BARE)))


def warm(bench: Bench) -> Iterator[Figure]:
    """Measure the same answer where a warm process holds the import."""
    question = bench.question(20)
    with kept_warm(bench.peers) as warmth:
        ours = bench.peers.ours_asking(WARM, question, warm=True)
        costs = measure([ours, *_others(bench, question)], bench.runs, pause_s=PAUSE_S)
        warmth.must_have_answered(bench.runs + 1)
    goals = {CURL: LIKE_CURL, LLM: None, BARE: None}
    yield from _figures("warm", costs, WARM, "whole process", goals)
    yield from _figures("warm", costs, WARM, "first token", dict.fromkeys(goals))


def local(bench: Bench) -> Iterator[Figure]:
    """Measure 20 tokens of the local model, cold and warm."""
    bench.peers.must_be_cold()
    with started(local_model) as address, kept_warm(bench.peers) as warmth:
        params = {"max_tokens": 20, "temperature": 0, "seed": 1}
        question = Question(local_model.NAME, address, params)
        ours = [
            bench.peers.ours_asking(COLD, question),
            bench.peers.ours_asking(WARM, question, warm=True),
        ]
        costs = measure([*ours, *_others(bench, question)], bench.runs, pause_s=PAUSE_S)
        warmth.must_have_answered(bench.runs + 1)
    for name, goal in ((COLD, None), (WARM, LIKE_CURL)):
        goals = {CURL: goal, LLM: None, BARE: None}
        yield from _figures("local", costs, name, "whole process", goals)
        yield from _figures("local", costs, name, "first token", dict.fromkeys(goals))


def pipe(bench: Bench) -> Iterator[Figure]:
    """Measure the processor time of streams into a pipe, and how late pieces arrive there."""
    for tokens in TOKENS:
        name, question = f"{tokens:,} tokens", bench.question(tokens)
        commands = [bench.peers.ours_asking(name, question), bench.peers.bare(BARE, question)]
        costs = bench.stream(commands, tokens)
        yield _figure("pipe", costs, name, BARE, "CPU", STREAM)
    yield _within("pipe", costs, name, "CPU", PIPE_S, "s")
    name = "10 tokens per second"
    slowly = bench.peers.ours_asking(name, Question(f"{SLOWLY}-{SLOW_TOKENS}", bench.api_base))
    costs = measure([slowly], bench.runs, once=punctual)
    yield _within("pipe", costs, name, "each piece", PIECE_S, "s")


def terminal(bench: Bench) -> Iterator[Figure]:
    """Measure how the processor time on a terminal grows as answers get twice as long."""
    lengths = [TOKENS[-1] // 2**halvings for halvings in (4, 3, 2, 1, 0)]
    commands = [
        bench.peers.ours_asking(f"{tokens:,} tokens", bench.question(tokens), terminal=True)
        for tokens in lengths
    ]
    costs = bench.stream(commands, lengths[-1])
    name = f"{ON_A_SCREEN:,} tokens"
    few = [bench.peers.ours_asking(name, bench.question(ON_A_SCREEN), terminal=True)]
    yield _within("terminal", bench.stream(few, ON_A_SCREEN), name, "CPU", TERMINAL_S, "s")
    for half, whole in pairwise(commands):
        yield _figure("terminal", costs, whole.name, half.name, "CPU", DOUBLING)


def memory(bench: Bench) -> Iterator[Figure]:
    """Measure the most memory that is taken, and what a warm process holds."""
    other, question = "import litellm", bench.question(20)
    commands = [
        bench.peers.ours_asking(COLD, question),
        bench.peers.ours(MOCK, "chat", "hi"),
        bench.peers.importing(other),
    ]
    costs = measure(commands, bench.runs)
    yield _figure("memory", costs, COLD, other, "memory", IMPORT)
    yield _within("memory", costs, MOCK, "memory", MOCK_MIB, "MiB")
    yield from _holder(bench, costs[other])


def _holder(bench: Bench, importing: Sequence[Cost]) -> Iterator[Figure]:
    client = bench.peers.ours_asking(WARM, bench.question(20), warm=True)
    with kept_warm(bench.peers) as warmth:
        before = resident_mib(warmth.process)
        for _ in range(WARM_CALLS):
            run(client)
        after = resident_mib(warmth.process)
        warmth.must_have_answered(WARM_CALLS)
    name = "warm process"
    imports = taken("memory", importing)
    yield Figure("memory", name, "memory", [before] * len(imports), "import litellm", imports)
    later = f"{name} after {WARM_CALLS} calls"
    yield Figure("memory", later, "memory", [after], "before them", [before], LEVEL)


def checks(bench: Bench) -> Iterator[Figure]:
    """Measure how fast a suite asks beside threads that only call LiteLLM: 80 % of their rate."""
    bench.peers.must_be_cold()
    name, question = f"{CHECKS} checks, -j {LANES}", bench.question(20)
    commands = [
        bench.peers.ours_checking(name, question, CHECKS, lanes=LANES),
        bench.peers.bare_loop(LOOP, question, CHECKS, lanes=LANES),
    ]
    costs = measure(commands, bench.runs, once=paced(bench.api_base, CHECKS))
    yield _figure("checks", costs, name, LOOP, "each call", AS_FAST_AS_LOOP)
    yield _figure("checks", costs, name, LOOP, "whole process", AS_FAST_AS_LOOP)
    yield _figure("checks", costs, name, LOOP, "CPU", None)


def batch(bench: Bench) -> Iterator[Figure]:
    """Measure a batch beside the same threads, and the memory that many rows take."""
    bench.peers.must_be_cold()
    question, out = bench.question(20), bench.peers.batch_file
    name = f"{ROWS} rows, -j {BATCH_LANES}"
    commands = [
        bench.peers.ours_batching(name, question, ROWS, lanes=BATCH_LANES),
        bench.peers.bare_loop(LOOP, question, ROWS, lanes=BATCH_LANES),
    ]

    def once(command: Command) -> Cost:
        out.unlink(missing_ok=True)
        return paced(bench.api_base, ROWS)(command)

    costs = measure(commands, bench.runs, once=once)
    yield _figure("batch", costs, name, LOOP, "each call", AS_FAST_AS_LOOP)
    yield _figure("batch", costs, name, LOOP, "whole process", AS_FAST_AS_LOOP)
    yield _figure("batch", costs, name, LOOP, "CPU", None)
    few, many = (
        bench.peers.ours_batching(f"{rows:,} rows, mock", None, rows, lanes=BATCH_LANES)
        for rows in (FEW_ROWS, MANY_ROWS)
    )

    def anew(command: Command) -> Cost:
        out.unlink(missing_ok=True)
        return run(command)

    costs = measure([few, many], 1, rehearse=False, once=anew)
    yield _figure("batch", costs, many.name, few.name, "memory", FLAT)


Suite = Callable[[Bench], Iterator[Figure]]

SUITES: Mapping[str, Suite] = {
    suite.__name__: suite
    for suite in (start, cold, warm, local, pipe, terminal, memory, checks, batch)
}


def _others(bench: Bench, question: Question) -> list[Command]:
    peers = bench.peers
    return [peers.llm_asking(LLM, question), peers.bare(BARE, question), peers.curl(CURL, question)]


def _figures(
    suite: str, costs: Costs, what: str, measured: Measure, goals: Mapping[str, Goal | None]
) -> Iterator[Figure]:
    for against, goal in goals.items():
        yield _figure(suite, costs, what, against, measured, goal)


def _figure(
    suite: str, costs: Costs, what: str, against: str, measured: Measure, goal: Goal | None
) -> Figure:
    ours, theirs = taken(measured, costs[what]), taken(measured, costs[against])
    return Figure(suite, what, measured, ours, against, theirs, goal)


def _within(
    suite: str, costs: Costs, what: str, measured: Measure, most: float, unit: str
) -> Figure:
    """Return a figure whose goal is a fixed amount."""
    ours = taken(measured, costs[what])
    return Figure(suite, what, measured, ours, f"{most:g} {unit}", [most] * len(ours), Goal())
