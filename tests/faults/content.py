"""The table Hostile content: text that would act on a terminal, hide in it, or steal a key."""

from typing import Any

from hello_llm.contract import ExitCode
from tests.faults.exchange import Exchange
from tests.faults.fault import (
    EVERY_FORM,
    EVERYWHERE,
    KEY,
    MAIN,
    Fault,
    Outcome,
    Play,
    Surroundings,
    scripted,
)
from tests.servers import Script

_HOSTILE = (
    "clipboard \x1b]52;c;ZWNobyBvd25lZA==\x07",
    " link \x1b]8;;http://evil.invalid/\x1b\\here",
    " title \x1b]0;owned\x07",
    " clear \x1b[2J\x1b[",
    "6n",
    " dcs \x1bP$q\x1b",
    "\\ c1 \x9b31m \x9d0;x\x9c",
    " return \rover",
    " back \b\b\b\b",
    " bell \x07 shift \x0e\x0f",
    " unfinished \x1b]2;never ends",
)
_NUL_AND_BIDI = (
    "nul \0 bidi \u202egnp.exe\u202c \u2066iso\u2069 ",
    "tags \U000e0041\U000e0042 zero \u200b\u200d\ufeff ",
    "half \ue000 end",
)
_STAND_IN, _LONE_HALF = "\ue000", b"\\ud800"
"""JSON can name half of a surrogate pair; UTF-8 cannot hold it."""
_MARKUP = ("[bold]x[/foo] ", ":smile: ", "{curly} ", "%s %(x)d ", "[link=http://e.invalid]y[/]")
_ESCAPES = "\x1b[2J\x1b]0;owned\x07 \x9b31m"


def _with_half(exchange: Exchange) -> None:
    """Play the text, the stand-in written as half of a surrogate pair."""
    script = Script(chunks=_NUL_AND_BIDI)
    found = _STAND_IN.encode()
    if exchange.stream:
        frames = (frame.replace(found, _LONE_HALF) for frame in exchange.frames(script))
        exchange.play_frames(frames)
        exchange.finish()
    else:
        body = exchange.whole(script).replace(found, _LONE_HALF)
        exchange.respond(200, body, "application/json")


def _echo_key(exchange: Exchange) -> None:
    exchange.refuse(400, f"{_ESCAPES} your key {KEY} is {KEY[:12]}… of length {len(KEY)}\n{KEY}")


def _fault(name: str, meaning: str, play: Play, outcome: Outcome, **more: Any) -> Fault:
    more = {"protocols": MAIN, "forms": EVERY_FORM} | more
    return Fault(name=name, group="content", meaning=meaning, play=play, outcome=outcome, **more)


def _exactly(pieces: tuple[str, ...]) -> Outcome:
    return Outcome(exit_code=ExitCode.OK, kept=("".join(pieces).replace(_STAND_IN, "\ud800"),))


FAULTS = (
    _fault(
        "ansi",
        "escape sequences of every kind, whole, split and unfinished",
        scripted(Script(chunks=_HOSTILE)),
        _exactly(_HOSTILE),
    ),
    _fault(
        "nul-and-bidi",
        "NUL, bidirectional overrides, tag characters, half a surrogate pair",
        _with_half,
        _exactly(_NUL_AND_BIDI),
    ),
    _fault(
        "nul-and-bidi",
        "the same under LANG=C",
        _with_half,
        _exactly(_NUL_AND_BIDI),
        variant="lang-c",
        around=Surroundings(
            env={"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
            cold=True,
        ),
        protocols=("openai",),
        forms=("stream",),
    ),
    _fault(
        "ansi-in-error",
        "an error with escape sequences and the key in it",
        _echo_key,
        Outcome(exit_code=ExitCode.REQUEST, says=("your key",)),
        protocols=EVERYWHERE,
    ),
    _fault(
        "markup",
        "what Rich and Python would format",
        scripted(Script(chunks=_MARKUP)),
        _exactly(_MARKUP),
    ),
)
