"""The table Local: what a user, a terminal or a machine does to the program."""

import signal
from collections.abc import Iterator
from itertools import cycle
from typing import Any

from hello_llm.contract import ExitCode
from tests.faults.connect import PROXIES
from tests.faults.exchange import Exchange
from tests.faults.fault import (
    EVERY_FORM,
    FIRST_LINE,
    MAIN,
    STREAMED,
    TEXT,
    Fault,
    Outcome,
    Play,
    Strike,
    Surroundings,
    scripted,
)
from tests.faults.stream import closing, opening, text_frames
from tests.servers import Script

_LINE_S = 0.02
_LONG = "x" * 79 + "\n"
_LONG_LINES = 200
_FILE_LIMIT = 4096
_CONNECTING_AFTER_S = 0.8
_IMPORTING_AFTER_S = 0.8
_ANSWER = "answer.txt"
_CONFIG = "hello.toml"
_NONSENSE = "http://127.0.0.1:9/nonsense"
_ENDPOINTS = """
    OPENAI_BASE_URL OPENAI_API_BASE OLLAMA_API_BASE OLLAMA_HOST ANTHROPIC_API_BASE
    ANTHROPIC_BASE_URL GEMINI_API_BASE MISTRAL_API_BASE LITELLM_MODEL_COST_MAP_URL
""".split()
_SETTINGS = """
    OPENAI_ORGANIZATION OPENAI_PROJECT OR_SITE_URL OR_APP_NAME SSL_VERIFY SSL_CERT_FILE
    SSL_CERT_DIR SSL_CERTIFICATE SSL_SECURITY_LEVEL SSL_ECDH_CURVE REQUESTS_CA_BUNDLE
    CURL_CA_BUNDLE LITELLM_HTTP2 LITELLM_USER_AGENT AIOHTTP_TRUST_ENV
    DISABLE_AIOHTTP_TRANSPORT LITELLM_DROP_PARAMS LITELLM_MODIFY_PARAMS LITELLM_LOG
    LITELLM_ROUTE_ALL_CHAT_OPENAI_TO_RESPONSES JSON_LOGS
    LITELLM_ENABLE_ANTHROPIC_PROMPT_CACHING LITELLM_MODE LITELLM_LOCAL_MODEL_COST_MAP LITELLM_RUST
    LITELLM_DISABLE_LAZY_LOADING DEFER_PYDANTIC_BUILD ANTHROPIC_AUTH_TOKEN OPENAI_CUSTOM_HEADERS
""".split()
_NUMBERS = """
    REQUEST_TIMEOUT DEFAULT_MAX_RETRIES INITIAL_RETRY_DELAY MAX_RETRY_DELAY JITTER
    REPEATED_STREAMING_CHUNK_LIMIT LITELLM_MAX_STREAMING_DURATION_SECONDS DEFAULT_MAX_TOKENS
    DEFAULT_ANTHROPIC_CHAT_MAX_TOKENS
""".split()
_HOSTILE = (
    dict.fromkeys(_ENDPOINTS, _NONSENSE)
    | dict.fromkeys(_SETTINGS, "nonsense")
    | dict.fromkeys(_NUMBERS, "1")
    | PROXIES
)
_DOT_ENV = "OPENAI_BASE_URL=http://127.0.0.1:9/dotenv\nFAULTS_API_KEY=from-dotenv\n"


def _lines(exchange: Exchange) -> None:
    """Stream short lines without end."""

    def frames() -> Iterator[bytes]:
        yield from opening(exchange)
        yield from text_frames(exchange, f"{FIRST_LINE}\n")
        yield from cycle(text_frames(exchange, "and more\n"))

    exchange.play_frames(frames(), _LINE_S)


def _long_answer(exchange: Exchange) -> None:
    if exchange.stream:
        lines = text_frames(exchange, *(_LONG,) * _LONG_LINES)
        exchange.play_frames(iter([*opening(exchange), *lines, *closing(exchange)]))
        exchange.finish()
    else:
        exchange.play(Script(chunks=(_LONG,) * _LONG_LINES))


def _back_in_a_while(exchange: Exchange) -> None:
    exchange.refuse(503, "try later", (("Retry-After", "30"),))
    exchange.reached.set()


_STALL = scripted(Script(end="stall"))
_INT, _TERM = signal.SIGINT, signal.SIGTERM


def _stopped(code: ExitCode = ExitCode.INT, **more: Any) -> Outcome:
    return Outcome(exit_code=code, **({"leaves_within_s": 1.0} | more))


def _ok(**more: Any) -> Outcome:
    return Outcome(exit_code=ExitCode.OK, **({"kept": (TEXT,)} | more))


def _bad_config(*says: str) -> Outcome:
    return Outcome(exit_code=ExitCode.USAGE, attempts=0, says=says)


def _fault(
    name: str, meaning: str, outcome: Outcome, play: Play = Exchange.play, **more: Any
) -> Fault:
    place = more.pop("place", "http")
    protocols, forms = more.pop("protocols", ("openai",)), more.pop("forms", STREAMED)
    variant = more.pop("variant", "")
    return Fault(
        name=name,
        variant=variant,
        group="local",
        meaning=meaning,
        outcome=outcome,
        play=play,
        place=place,
        protocols=protocols,
        forms=forms,
        around=Surroundings(**more),
    )


_INTERRUPTS = (
    _fault(
        "sigint-import",
        "Ctrl-C while LiteLLM is imported",
        _stopped(attempts=None),
        strike=Strike(number=_INT, after_s=_IMPORTING_AFTER_S),
        cold=True,
        env={"XDG_CACHE_HOME": "/dev/null"},  # without a cache, all of LiteLLM is imported
    ),
    _fault(
        "sigint-connect",
        "Ctrl-C while the connection is made",
        _stopped(),
        place="full",
        protocols=MAIN,
        strike=Strike(number=_INT, after_s=_CONNECTING_AFTER_S),
    ),
    _fault(
        "sigint-mid",
        "Ctrl-C in the middle of the answer",
        _stopped(kept=(TEXT,)),
        _STALL,
        protocols=MAIN,
        strike=Strike(number=_INT),
    ),
    _fault(
        "sigint-backoff",
        "Ctrl-C while the next attempt is waited for",
        _stopped(),
        _back_in_a_while,
        protocols=MAIN,
        strike=Strike(number=_INT),
    ),
    _fault(
        "sigint-twice",
        "Ctrl-C, and again",
        _stopped(kept=None),
        _STALL,
        protocols=MAIN,
        strike=Strike(number=_INT, times=2),
    ),
    _fault(
        "sigterm-mid",
        "SIGTERM in the middle of the answer",
        _stopped(ExitCode.TERM, kept=(TEXT,)),
        _STALL,
        protocols=MAIN,
        strike=Strike(number=_TERM),
    ),
    _fault(
        "pipe-closed",
        "the reader leaves after one line",
        _stopped(ExitCode.PIPE, kept=None, silent=True),
        _lines,
        protocols=MAIN,
        stdout="head",
    ),
)
_OUTPUTS = (
    _fault(
        "disk-full",
        "standard output is a full disk",
        Outcome(exit_code=ExitCode.IO, attempts=None, kept=None, says=("cannot write",)),
        forms=EVERY_FORM,
        stdout="full",
    ),
    _fault(
        "disk-full",
        "--out FILE on a disk that gets full",
        Outcome(exit_code=ExitCode.IO, kept=None, says=("cannot write",), absent=(_ANSWER,)),
        _long_answer,
        variant="out",
        argv=("--out", _ANSWER),
        file_limit=_FILE_LIMIT,
        forms=("stream",),
    ),
    _fault("stdin-closed", "standard input is closed", _ok(), stdin="closed", cold=True),
    _fault(
        "stdout-closed",
        "standard output is closed",
        Outcome(exit_code=ExitCode.IO, or_else=ExitCode.OK, kept=None, attempts=None),
        stdout="closed",
        cold=True,
        forms=("stream",),
    ),
)
_SETTINGS_AND_CLOCK = (
    _fault("no-home", "the home folder is not there", _ok(), env={"HOME": "/nonexistent/home"}),
    _fault(
        "home-read-only", "nothing can be made in the home folder", _ok(), env={"HOME": "/proc"}
    ),
    _fault(
        "config-bad-toml",
        "the configuration is no TOML",
        _bad_config("line 2", "column"),
        files={_CONFIG: "version = 1\n[profiles.ci\nmodel = 'x'\n"},
        argv=("--config", _CONFIG),
    ),
    _fault(
        "config-unknown-key",
        "a key that does not exist",
        _bad_config("line 3", "temperature"),
        files={_CONFIG: "version = 1\n[defaults]\ntemprature = 1\n"},
        argv=("--config", _CONFIG),
    ),
    _fault(
        "config-unreadable",
        "the configuration is a folder",
        _bad_config("is a folder"),
        argv=("--config", "."),
    ),
    _fault(
        "hostile-env",
        "nonsense in every variable that LiteLLM obeys, and in .env files",
        _ok(attempts=None),
        protocols=MAIN,
        forms=("ndjson",),
        env=_HOSTILE,
        files={".env": _DOT_ENV, "../.env": _DOT_ENV},
        cold=True,
        same_request=True,
    ),
    _fault(
        "clock-jump",
        "the wall clock runs backwards while the server stalls",
        Outcome(
            exit_code=ExitCode.TIMEOUT,
            kept=(TEXT,),
            says=("--idle-timeout",),
            held_s=(0.9, 1.5),
        ),
        _STALL,
        argv=("--idle-timeout", "1"),
        clock_jumps=True,
    ),
)
FAULTS = (*_INTERRUPTS, *_OUTPUTS, *_SETTINGS_AND_CLOCK)
