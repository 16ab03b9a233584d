"""The table Hang, crash, exhaust: what would keep the program busy, or make it obey others."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from hello_llm.contract import ExitCode
from tests.cli.ci_logs import HOSTILE
from tests.faults.exchange import Exchange
from tests.faults.fault import (
    EVERY_FORM,
    EVERYWHERE,
    KEY,
    MAIN,
    STREAMED,
    TEXT,
    Fault,
    Outcome,
    Play,
    Surroundings,
    scripted,
)
from tests.faults.stream import opening, text_frames
from tests.servers import Script

_SIZE = 10**6
_PREFIXES = {
    "jwt": "eyJ-",
    "sk": "sk-",
    "pem": "-----BEGIN ",
    "address": "://a:",
    "bearer": "bearer ",
    "backslashes": "\\",
    "known": f"{KEY[:-1]}\\",
}
"""What the keys that are looked for begin with, and the key of the call without its end."""
_TIMEOUT = Surroundings(argv=("--timeout", "20"))
_RECORDED = Surroundings(argv=("--timeout", "20", "--record", "recording.jsonl"))


def _megabyte(prefix: str) -> str:
    return prefix * (_SIZE // len(prefix))


def _refuses(text: str) -> Play:
    return lambda exchange: exchange.refuse(400, text)


def _says(text: str) -> Play:
    body = text.encode()
    return lambda exchange: exchange.respond(400, body, "text/plain")


def _fails_midway(text: str) -> Play:
    def play(exchange: Exchange) -> None:
        error = json.dumps({"error": {"message": text}}).encode()
        exchange.play_frames(iter([*opening(exchange), *text_frames(exchange, TEXT)]))
        exchange.send(b"data: " + error + b"\n\n")
        exchange.finish()

    return play


def _answers(text: str) -> Play:
    return scripted(Script(chunks=tuple(text[at : at + 1000] for at in range(0, len(text), 1000))))


def _fault(
    name: str, variant: str, meaning: str, play: Play, outcome: Outcome, **more: Any
) -> Fault:
    more = {"protocols": MAIN, "forms": EVERY_FORM} | more
    return Fault(
        name=name,
        variant=variant,
        group="exhaust",
        meaning=meaning,
        play=play,
        outcome=outcome,
        **more,
    )


def _redact_time() -> Iterator[Fault]:
    refused = Outcome(exit_code=ExitCode.REQUEST)
    for variant, prefix in _PREFIXES.items():
        text = _megabyte(prefix)
        shown = f"a megabyte of {prefix!r}" if variant != "known" else "a megabyte of half the key"
        everywhere = EVERYWHERE if variant in {"jwt", "known"} else ("openai",)
        yield _fault(
            "redact-time",
            variant,
            f"{shown} in an error",
            _refuses(text),
            refused,
            around=_TIMEOUT,
            protocols=everywhere,
        )
        yield _fault(
            "redact-time",
            f"{variant}-words",
            f"{shown} in place of an error",
            _says(text),
            refused,
            around=_TIMEOUT,
            protocols=("openai",),
            forms=("stream", "whole"),
        )
        yield _fault(
            "redact-time",
            f"{variant}-recorded",
            f"{shown} in an answer that is recorded",
            _answers(text),
            Outcome(exit_code=ExitCode.OK, kept=(text,)),
            around=_RECORDED,
            protocols=("openai",),
            forms=("stream", "whole"),
        )
    yield _fault(
        "redact-time",
        "midway",
        "a megabyte of 'eyJ-' in an error after some text",
        _fails_midway(_megabyte("eyJ-")),
        Outcome(exit_code=ExitCode.BROKEN_REPLY, kept=(TEXT,)),
        around=_TIMEOUT,
        protocols=("openai",),
        forms=STREAMED,
    )


def _endless_files() -> Iterable[Fault]:
    flags = {"config": ExitCode.USAGE, "record": ExitCode.IO}
    for flag, code in flags.items():
        yield _fault(
            "endless-files",
            flag,
            f"--{flag} /dev/zero",
            Exchange.play,
            Outcome(exit_code=code, attempts=0, says=("/dev/zero",)),
            around=Surroundings(argv=(f"--{flag}", "/dev/zero")),
            protocols=("openai",),
            forms=("stream",),
        )


FAULTS = (
    *_redact_time(),
    *_endless_files(),
    _fault(
        "actions-commands",
        "",
        "commands to a CI system in an answer",
        scripted(Script(chunks=(HOSTILE,))),
        Outcome(exit_code=ExitCode.OK, kept=(HOSTILE,)),
    ),
    _fault(
        "actions-commands",
        "error",
        "commands to a CI system in an error",
        _refuses(HOSTILE),
        Outcome(
            exit_code=ExitCode.REQUEST,
            says=("add-mask",),
            hides=("##[", "##vso[", "##teamcity["),
        ),
        protocols=EVERYWHERE,
    ),
)
