"""The table The wrong model: a server that says that another model answers, or none."""

from typing import Any

from hello_llm.contract import ExitCode
from tests.faults.exchange import Exchange
from tests.faults.fault import EVERYWHERE, STREAMED, TEXT, Fault, Outcome, Play, Surroundings
from tests.faults.odd_answers import Body, Change, Json, changed, parsed
from tests.servers import Script

ANOTHER = "another-model-2025-01-01"
"""The model that answers in place of the one that was asked for."""
_PINNED = Surroundings(argv=("--require-model", "pinned-*"))


def _named(name: str | None) -> Change:
    """Return the change that names `name` as the model that answers, or no model."""

    def change(value: Json, _: str) -> None:
        for place in (value, value.get("response"), value.get("message")):
            for key in ("model", "modelVersion"):
                if isinstance(place, dict) and key in place:
                    place[key] = name

    return change


def _then_silence(exchange: Exchange) -> None:
    """Send what comes before the text, with another model's name, and nothing more."""
    (value, *_), _ = parsed(exchange.frames(Script()))
    _named(ANOTHER)(value, exchange.protocol.name)
    exchange.play_frames(iter(Body(by_lines=False).written([value], done=False)))
    exchange.stall()


def _fault(name: str, meaning: str, play: Play, *says: str, **more: Any) -> Fault:
    more = {"protocols": EVERYWHERE} | more
    return Fault(
        name=name,
        group="models",
        meaning=meaning,
        play=play,
        outcome=Outcome(
            exit_code=ExitCode.BROKEN_REPLY,
            kept_whole=(TEXT,),
            says=("pinned-*", "--require-model", *says),
            hides=("Hello",),
        ),
        around=_PINNED,
        **more,
    )


FAULTS = (
    _fault(
        "other-model",
        "another model answers, with --require-model",
        changed(_named(ANOTHER)),
        ANOTHER,
    ),
    _fault(
        "other-model",
        "the same, known long before its text",
        _then_silence,
        ANOTHER,
        variant="then-silence",
        forms=STREAMED,
        protocols=("openai", "responses", "anthropic", "mistral"),
    ),
    _fault("no-model", "no model is named, with --require-model", changed(_named(None))),
)
