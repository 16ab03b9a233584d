"""The table The wrong model: a server that says that another model answers, or none."""

from hello_llm.contract import ExitCode
from tests.faults.fault import EVERYWHERE, TEXT, Fault, Outcome, Surroundings
from tests.faults.odd_answers import Change, Json, changed

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


def _fault(name: str, meaning: str, served: str | None, *says: str) -> Fault:
    return Fault(
        name=name,
        group="models",
        meaning=meaning,
        play=changed(_named(served)),
        outcome=Outcome(
            exit_code=ExitCode.BROKEN_REPLY,
            kept_whole=(TEXT,),
            says=("pinned-*", "--require-model", *says),
            hides=("Hello",),
        ),
        protocols=EVERYWHERE,
        around=_PINNED,
    )


FAULTS = (
    _fault("other-model", "another model answers, with --require-model", ANOTHER, ANOTHER),
    _fault("no-model", "no model is named, with --require-model", None),
)
