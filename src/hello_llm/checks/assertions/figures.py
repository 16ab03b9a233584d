"""Assertions about the figures of an answer: time, tokens and cost."""

from hello_llm.checks.assertions.mismatch import Mismatch
from hello_llm.contract import LLMReply

_UNMEASURED = "unknown: it was not measured"


def finish_reason(wanted: str, reply: LLMReply) -> Mismatch | None:
    """The model stopped for this reason."""
    got = reply.finish_reason
    return None if got == wanted else Mismatch("finish_reason", wanted, got or "none")


def max_latency(seconds: float, reply: LLMReply) -> Mismatch | None:
    """The whole answer took at most this many seconds."""
    return _in_time("max_latency", seconds, reply.usage.latency_ms)


def max_first_token(seconds: float, reply: LLMReply) -> Mismatch | None:
    """The first piece of the answer arrived within this many seconds."""
    return _in_time("max_first_token", seconds, reply.usage.first_token_ms)


def max_tokens_out(most: int, reply: LLMReply) -> Mismatch | None:
    """The answer has at most this many tokens."""
    got = reply.usage.tokens_out
    if got is not None and got <= most:
        return None
    shown = "unknown: they were not counted" if got is None else str(got)
    return Mismatch("max_tokens_out", f"at most {most} tokens", shown)


def max_cost(dollars: float, reply: LLMReply) -> Mismatch | None:
    """The call cost at most this many US dollars."""
    micros = reply.usage.usd_micros
    if micros is not None and micros <= dollars * 1e6:
        return None
    got = "unknown: there is no known price" if micros is None else f"{micros / 1e6:.6f} USD"
    return Mismatch("max_cost", f"at most {dollars:g} USD", got)


def _in_time(name: str, seconds: float, took_ms: int | None) -> Mismatch | None:
    if took_ms is not None and took_ms <= seconds * 1000:
        return None
    got = _UNMEASURED if took_ms is None else f"{took_ms / 1000:.3f} s"
    return Mismatch(name, f"at most {seconds:g} s", got)
