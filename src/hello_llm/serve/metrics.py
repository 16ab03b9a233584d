"""What the server has done, as Prometheus reads it (text format 0.0.4)."""

from collections import Counter
from collections.abc import Iterator, Mapping
from threading import Lock

from hello_llm.contract import ExitCode, HelloLLMError, LLMReply

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BUCKETS_S = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0)
_NANO = 1e9

Labels = tuple[tuple[str, str], ...]


class Metrics:
    """Counts requests and calls; calls are counted by their threads."""

    def __init__(self) -> None:
        """Start with nothing counted."""
        self._lock = Lock()
        self._requests: Counter[Labels] = Counter()
        self._calls: Counter[Labels] = Counter()
        self._tokens: Counter[Labels] = Counter()
        self._nano_usd: Counter[Labels] = Counter()
        self._unpriced: Counter[Labels] = Counter()
        self._seconds: dict[str, _Histogram] = {}
        self._first_token: dict[str, _Histogram] = {}

    def request_ended(self, route: str, status: int) -> None:
        """Count a request for `route`, a path of the server's own or ``other``."""
        with self._lock:
            self._requests[("route", route), ("status", str(status))] += 1

    def call_ended(self, model: str, outcome: LLMReply | HelloLLMError, seconds: float) -> None:
        """Count a call.

        Args:
            model: the name or pattern by which the model is served.
            outcome: the reply, or the error that ended the call.
            seconds: how long the call took.
        """
        failed = isinstance(outcome, HelloLLMError)
        code = outcome.exit_code if isinstance(outcome, HelloLLMError) else ExitCode.OK
        reply = outcome.partial if isinstance(outcome, HelloLLMError) else outcome
        of_model = ("model", model)
        with self._lock:
            self._calls[of_model, ("code", code.name)] += 1
            self._seconds.setdefault(model, _Histogram()).add(seconds)
            if reply is None:
                return
            usage = reply.usage
            self._tokens[of_model, ("direction", "in")] += usage.tokens_in or 0
            self._tokens[of_model, ("direction", "out")] += usage.tokens_out or 0
            self._nano_usd[of_model,] += usage.usd_nanos or 0
            self._unpriced[of_model,] += usage.usd_nanos is None and not failed
            if usage.first_token_ms is not None:
                first = self._first_token.setdefault(model, _Histogram())
                first.add(usage.first_token_ms / 1000)

    def text(self, running: int) -> str:
        """Return everything in the text format; `running` calls are in progress."""
        with self._lock:
            return "".join(f"{line}\n" for line in self._lines(running))

    def _lines(self, running: int) -> Iterator[str]:
        yield from _counter("requests", "Requests, by route and HTTP status.", self._requests)
        yield from _counter("calls", "Calls that ended, by model and exit code.", self._calls)
        yield from _counter("tokens", "Tokens, as servers counted them.", self._tokens)
        spent = {labels: nanos / _NANO for labels, nanos in self._nano_usd.items()}
        yield from _counter("cost_usd", "US dollars that calls of known price cost.", spent)
        yield from _counter("unpriced_calls", "Calls whose price is not known.", self._unpriced)
        yield from _head("calls_running", "Calls in progress.", "gauge")
        yield f"hello_llm_calls_running {running}"
        yield from _histograms("call_seconds", "Time of whole calls.", self._seconds)
        yield from _histograms("first_token_seconds", "Time to first token.", self._first_token)


class _Histogram:
    """How many values are at most as large as each bound."""

    def __init__(self) -> None:
        self.counts = [0] * len(_BUCKETS_S)
        self.count = 0
        self.sum = 0.0

    def add(self, value: float) -> None:
        self.count += 1
        self.sum += value
        for index, bound in enumerate(_BUCKETS_S):
            self.counts[index] += value <= bound


def _counter(name: str, help_text: str, values: Mapping[Labels, float]) -> Iterator[str]:
    yield from _head(f"{name}_total", help_text, "counter")
    for labels, value in sorted(values.items()):
        yield f"hello_llm_{name}_total{_braces(labels)} {value}"


def _histograms(name: str, help_text: str, found: Mapping[str, _Histogram]) -> Iterator[str]:
    yield from _head(name, help_text, "histogram")
    for model, one in sorted(found.items()):
        label = ("model", model)
        bounds = zip((f"{bound:g}" for bound in _BUCKETS_S), one.counts, strict=True)
        for bound, count in (*bounds, ("+Inf", one.count)):
            yield f"hello_llm_{name}_bucket{_braces((label, ('le', bound)))} {count}"
        yield f"hello_llm_{name}_sum{_braces((label,))} {one.sum}"
        yield f"hello_llm_{name}_count{_braces((label,))} {one.count}"


def _head(name: str, help_text: str, kind: str) -> Iterator[str]:
    yield f"# HELP hello_llm_{name} {help_text}"
    yield f"# TYPE hello_llm_{name} {kind}"


def _braces(labels: Labels) -> str:
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
