"""Results that the tests of this folder share: one of everything, and any text at all."""

from dataclasses import replace
from pathlib import Path

from hypothesis import strategies as st

from hello_llm.checks.assertions.mismatch import Mismatch
from hello_llm.checks.reports.texts import Texts
from hello_llm.checks.results import AttemptResult, CheckResult, SuiteResult, Verdict
from hello_llm.contract import (
    BrokenReplyError,
    ExitCode,
    HelloLLMError,
    LLMReply,
    RateLimitedError,
    RequestError,
    ToolCall,
    Usage,
)
from hello_llm.rendering.json.document import document
from hello_llm.rendering.sanitize import sanitize
from hello_llm.secrets.redactor import Redactor

SECRET = "correct-horse-battery"
TEXTS = Texts(Redactor([SECRET]), sanitize, document)
PLAIN = Texts(str, str, document)
"""Leaves texts as they are, so that a report has to be safe by itself."""

HOSTILE = (
    "</failure>]]>&amp;<script>\x00\x1b[2J\x07\ufffe\ud800 |a|b| `````\n```\n::error::owned\n"
    "##[error]owned\r\nok 99 # TODO \\\n  ...\n1..5\nBail out! % @all #1 https://e.invalid\u2028\u202e"
)
ANYTHING = st.text(
    st.one_of(
        st.characters(codec=None, exclude_categories=()),
        st.sampled_from("`~|\\#%:,&<>]\"'\n\r\t -.@\x00\x1b\x7f\x85\u2028\ud800\udc00\ufffe\uffff"),
    )
)


def reply(text: str, **changes: object) -> LLMReply:
    """A complete reply of the mock with `text`."""
    fields = {
        "usage": Usage(tokens_in=12, tokens_out=40, latency_ms=812, usd_micros=1250),
        "finish_reason": "stop",
        **changes,
    }
    return LLMReply(text, "mock", "mock", **fields)  # type: ignore[arg-type]


def right(text: str = "Yes.") -> AttemptResult:
    """An attempt that passed."""
    return AttemptResult(Verdict.PASS, 0.8, reply(text))


def wrong(text: str = "No.", *findings: Mismatch) -> AttemptResult:
    """An attempt that failed."""
    expected = findings or (Mismatch("equals", "Yes.", text),)
    return AttemptResult(Verdict.FAIL, 0.75, reply(text), expected)


def broken(error: HelloLLMError) -> AttemptResult:
    """An attempt without an answer that could be judged."""
    return AttemptResult(Verdict.ERROR, 0.1, error=error)


def check(name: str, verdict: Verdict, *attempts: AttemptResult, **changes: object) -> CheckResult:
    """A check on the mock with `attempts`."""
    fields: dict[str, object] = {
        "model": "mock",
        "provider": "mock",
        "needed": 1,
        "planned": max(1, len(attempts)),
        "line": 12,
        "replay": f"hello-llm chat --provider mock '{name}'",
        **changes,
    }
    return CheckResult(name=name, verdict=verdict, attempts=attempts, **fields)  # type: ignore[arg-type]


def suite(*checks: CheckResult, exit_code: ExitCode = ExitCode.CHECK_FAILED) -> SuiteResult:
    """A suite with `checks`."""
    return SuiteResult(Path("examples/smoke.toml"), checks, 1_800_000_000.25, 4.5, exit_code)


POEM = "Roses are red,\nviolets are blue,\nsugar is sweet,\nand so are you."
LIMITED = RateLimitedError("too many requests", "wait, or --retries 5", status=429)
CUT = BrokenReplyError(
    "the reply was cut off", partial=reply("Roses are", complete=False, finish_reason=None)
)
REFUSED = RequestError("there is no such model", "hello-llm doctor", status=404)
OTHER = Mismatch("expect_error", "the error AUTH", "REQUEST: there is no such model")
CALL = ToolCall("call_1", "weather", '{"city": "Oslo"}')
GPT = {"model": "openai/gpt-4.1-mini", "provider": "litellm"}

EVERYTHING = suite(
    check("says yes", Verdict.PASS, right()),
    check("says yes", Verdict.PASS, right(), **GPT),
    check(
        "mostly says yes",
        Verdict.PASS,
        *(wrong(), right(), broken(LIMITED), right()),
        needed=2,
        planned=5,
        line=20,
        tags=("fast", "nightly"),
    ),
    check(
        "writes a poem",
        Verdict.FAIL,
        wrong(
            POEM,
            Mismatch("equals", POEM.replace("blue", "violet"), POEM),
            Mismatch("max_latency", "at most 500 ms", "812 ms"),
        ),
        line=31,
    ),
    check(
        "calls a tool",
        Verdict.PASS,
        AttemptResult(Verdict.PASS, 1.0, reply("", tool_calls=(CALL,))),
    ),
    check("is limited", Verdict.ERROR, broken(LIMITED), broken(LIMITED), **GPT),
    check("is cut off", Verdict.ERROR, broken(CUT), line=44),
    check("is known to fail", Verdict.FAIL, wrong(), quarantined=True, line=50),
    check("was fixed", Verdict.PASS, right(), quarantined=True, line=55),
    check(
        "refuses a wrong key",
        Verdict.FAIL,
        AttemptResult(Verdict.FAIL, 0.2, mismatches=(OTHER,), error=REFUSED),
        line=58,
    ),
    check("came too late", Verdict.SKIPPED, line=60, skipped_because="the budget is spent"),
    check(
        "came half",
        Verdict.SKIPPED,
        *(right(), wrong()),
        needed=4,
        planned=5,
        line=65,
        skipped_because=f"{HOSTILE} {SECRET} came first, and --fail-fast is set",
    ),
    check(
        f"is hostile: {HOSTILE}",
        Verdict.FAIL,
        wrong(f"{HOSTILE} {SECRET}", Mismatch("contains", HOSTILE, f"{HOSTILE} {SECRET}")),
        tags=(HOSTILE,),
        replay=f"hello-llm chat '{HOSTILE}'",
    ),
)
EMPTY = suite(exit_code=ExitCode.OK)


@st.composite
def hostile_suites(draw) -> SuiteResult:
    """Suites of up to four checks in which each text is any text."""
    checks = []
    for verdict in draw(st.lists(st.sampled_from(Verdict), max_size=4)):
        error = RateLimitedError(draw(ANYTHING), draw(ANYTHING), partial=reply(draw(ANYTHING)))
        mismatch = Mismatch(draw(ANYTHING), draw(ANYTHING), draw(ANYTHING))
        attempts = [
            right(draw(ANYTHING)),
            wrong(draw(ANYTHING), mismatch),
            broken(error),
            AttemptResult(Verdict.FAIL, 0.2, mismatches=(mismatch,), error=error),
        ]
        fields = {
            "tags": tuple(draw(st.lists(ANYTHING, max_size=2))),
            "replay": draw(ANYTHING),
            "model": draw(ANYTHING),
            "planned": draw(st.integers(1, 3)),
            "skipped_because": draw(ANYTHING),
            "quarantined": draw(st.booleans()),
        }
        chosen = draw(st.lists(st.sampled_from(attempts), max_size=3))
        checks.append(check(draw(ANYTHING), verdict, *chosen, **fields))
    return replace(suite(*checks), suite=Path(draw(ANYTHING)))
