"""What can be expected of the figures of an answer, and what a program may say of it."""

import subprocess
from collections.abc import Sequence

from hello_llm.checks.evidence import Evidence, Shortfall, excerpt

_UNMEASURED = "nothing: it was not measured"


def finish_reason(wanted: str, evidence: Evidence) -> Shortfall | None:
    """The model stopped for this reason."""
    got = evidence.reply.finish_reason
    return None if got == wanted else Shortfall(wanted, got or "none")


def max_latency(seconds: float, evidence: Evidence) -> Shortfall | None:
    """The whole answer took at most so many seconds."""
    return _in_time(seconds, evidence.reply.usage.latency_ms)


def max_first_token(seconds: float, evidence: Evidence) -> Shortfall | None:
    """The first piece of the answer came within so many seconds."""
    return _in_time(seconds, evidence.reply.usage.first_token_ms)


def max_tokens_out(most: int, evidence: Evidence) -> Shortfall | None:
    """The answer has at most so many tokens."""
    got = evidence.reply.usage.tokens_out
    if got is not None and got <= most:
        return None
    return Shortfall(
        f"at most {most} tokens", "nothing: they were not counted" if got is None else str(got)
    )


def max_cost(dollars: float, evidence: Evidence) -> Shortfall | None:
    """The call cost at most so many US dollars."""
    micros = evidence.reply.usage.usd_micros
    if micros is not None and micros <= dollars * 1e6:
        return None
    got = "nothing: the price is not known" if micros is None else f"{micros / 1e6:.6f} USD"
    return Shortfall(f"at most {dollars:g} USD", got)


def accepted(command: Sequence[str], evidence: Evidence) -> Shortfall | None:
    """This program, with the answer on its standard input, ends with 0.

    It starts in the folder of the suite, and may take as long as the check's ``timeout``.
    """
    expected = f"exit code 0 of {' '.join(command)}"
    try:
        ended = subprocess.run(  # noqa: S603 - the suite names the program
            command,
            input=evidence.text.encode(errors="replace"),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=evidence.folder,
            timeout=evidence.patience_s or None,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Shortfall(expected, f"no end within {evidence.patience_s:g} s")
    except OSError as error:
        return Shortfall(expected, f"it cannot be started: {error.strerror}")
    if ended.returncode == 0:
        return None
    said = ended.stdout.decode(errors="replace").strip()
    return Shortfall(
        expected, f"exit code {ended.returncode}" + (f": {excerpt(said)}" if said else "")
    )


def _in_time(seconds: float, took_ms: int | None) -> Shortfall | None:
    if took_ms is not None and took_ms <= seconds * 1000:
        return None
    got = _UNMEASURED if took_ms is None else f"{took_ms / 1000:.3f} s"
    return Shortfall(f"at most {seconds:g} s", got)
