"""The table Lost or altered, with exit 0: answers in shapes that lose something on the way."""

import json
from typing import Any

from hello_llm.contract import ExitCode
from tests.faults.exchange import Exchange
from tests.faults.fault import (
    EVERY_FORM,
    EVERYWHERE,
    STREAMED,
    TEXT,
    Fault,
    Outcome,
    Play,
    Surroundings,
)
from tests.faults.odd_answers import (
    Body,
    Json,
    changed,
    counts_become,
    done_early,
    misnumbered,
    misplaced,
    parsed,
    reason_becomes,
    texts_become,
    two_calls,
)
from tests.servers import Script

_COMPLETIONS = ("openai", "mistral")
_THOUGHT = "2 + 2"
_THINKING = Script(chunks=(" \n<th", "ink>2 +", " 2</thi", "nk>Four <think>.", "</think>"))
_FOUR = "Four <think>.</think>"
_LATER_S = 1.2


def _part(text: str) -> list[Json]:
    return [{"type": "text", "text": text}]


def _image(text: str) -> list[Json]:
    return [{"type": "image_url", "image_url": {"url": f"data:,{text}"}}]


def _early(exchange: Exchange, *, stay_open: bool = False) -> None:
    """Say with the first piece that it ended, and go on later."""
    name = exchange.protocol.name
    values, _ = parsed(exchange.frames(Script(usage=None, done=False)))
    if name != "ollama":  # whose last line is left out with its mark of the end
        values.pop()
    first = next(place for place, value in enumerate(values) if b"Hello" in _raw(value))
    _finish_in(values[first], name)
    body = Body(by_lines=name == "ollama")
    exchange.play_frames(iter(body.written(values[: first + 1], done=False)))
    exchange.peer.pause(_LATER_S)
    for frame in body.written(values[first + 1 :], done=False):
        exchange.send(frame)
    if stay_open:
        exchange.stall()
    exchange.finish()


def _early_and_open(exchange: Exchange) -> None:
    _early(exchange, stay_open=True)


def _raw(value: Json) -> bytes:
    return json.dumps(value).encode()


def _finish_in(value: Json, name: str) -> None:
    match name:
        case "ollama":
            value["done_reason"] = "stop"
        case "gemini":
            value["candidates"][0]["finishReason"] = "STOP"
        case _:
            value["choices"][0]["finish_reason"] = "stop"


def _another_first(value: Json, _: str) -> None:
    for key, text_key in (("choices", "delta"), ("choices", "message"), ("candidates", "content")):
        if value.get(key) and text_key in value[key][0]:
            another = json.loads(json.dumps(value[key][0]).replace("Hello", "Another"))
            value[key] = [another | {"index": 1}, *value[key]]


def _unnumbered(value: Json, _: str) -> None:
    for key in ("choices", "candidates"):
        for choice in value.get(key) or ():
            choice.pop("index", None)


def _numbered_by_text(value: Json, _: str) -> None:
    for key in ("choices", "candidates"):
        for choice in value.get(key) or ():
            choice["index"] = "0"


def _without_total(counts: Json) -> Json:
    return {key: count for key, count in counts.items() if "total" not in key.lower()}


def _odd_counts(counts: Json) -> Json:
    odd = iter([12.5, -1, "12", float("nan"), {"of": 3}, 10**30])
    return {key: next(odd, None) for key in counts}


def _half(exchange: Exchange) -> None:
    body = exchange.whole(Script())
    exchange.begin("application/json")
    exchange.send(body[: len(body) // 2])
    exchange.finish()


def _fault(name: str, meaning: str, play: Play, outcome: Outcome, **more: Any) -> Fault:
    more = {"protocols": EVERYWHERE, "forms": EVERY_FORM} | more
    return Fault(name=name, group="altered", meaning=meaning, play=play, outcome=outcome, **more)


def _ok(*kept: str, **more: Any) -> Outcome:
    return Outcome(exit_code=ExitCode.OK, kept=kept or (TEXT,), **more)


def _parts(shape: Any) -> Play:
    return changed(texts_become(shape), slots=True)


_BROKEN = Outcome(exit_code=ExitCode.BROKEN_REPLY)
_EARLY = ("openai", "mistral", "gemini", "ollama")
_SAID_ONCE = tuple(name for name in EVERYWHERE if name != "responses")
"""The Responses API repeats its text, and so nothing is lost."""

FAULTS = (
    _fault("content-parts", "text as a list of parts", _parts(_part), _ok()),
    _fault(
        "content-parts",
        "text as an object",
        _parts(lambda text: _part(text)[0]),
        _ok(),
        variant="object",
    ),
    _fault("content-parts", "text as a list of texts", _parts(list), _ok(), variant="texts"),
    _fault(
        "content-parts",
        "a number for text",
        _parts(len),
        _BROKEN,
        variant="number",
        protocols=_SAID_ONCE,
    ),
    _fault(
        "content-parts",
        "an image for text",
        _parts(_image),
        _BROKEN,
        variant="image",
        protocols=_SAID_ONCE,
    ),
    _fault(
        "content-parts",
        "texts below a key that nobody knows",
        changed(misplaced),
        _BROKEN,
        variant="misplaced",
        protocols=_COMPLETIONS,
    ),
    _fault(
        "early-finish",
        "a reason for the end with the first text, more follows",
        _early,
        _ok(),
        protocols=_EARLY,
        forms=STREAMED,
    ),
    _fault(
        "early-finish",
        "the word for the end with the first text, more follows",
        changed(done_early),
        _ok(),
        variant="done",
        protocols=("ollama",),
    ),
    _fault(
        "early-finish",
        "the same, and the connection stays open",
        _early_and_open,
        _ok(says=("note:",), held_s=(2.5, 6.0)),
        variant="open",
        around=Surroundings(argv=("--idle-timeout", "2")),
        protocols=_EARLY,
        forms=STREAMED,
    ),
    _fault(
        "choice-order",
        "choice 1 before choice 0",
        changed(_another_first),
        _ok(),
        protocols=(*_COMPLETIONS, "gemini"),
    ),
    _fault(
        "choice-order",
        "choices without a number",
        changed(_unnumbered),
        _ok(),
        variant="unnumbered",
        protocols=(*_COMPLETIONS, "gemini"),
    ),
    _fault(
        "choice-order",
        "choices whose number is a text",
        changed(_numbered_by_text),
        _ok(),
        variant="text",
        protocols=(*_COMPLETIONS, "gemini"),
    ),
    _fault(
        "choice-order",
        "a piece with a number that no choice has",
        changed(misnumbered(-1)),
        _ok(),
        variant="misnumbered",
        protocols=(*_COMPLETIONS, "gemini"),
    ),
    _fault(
        "choice-order",
        "a piece with the number of a choice that never ends",
        changed(misnumbered(3)),
        Outcome(exit_code=ExitCode.BROKEN_REPLY, kept=None),
        variant="unended",
        protocols=(*_COMPLETIONS, "gemini"),
        forms=STREAMED,
    ),
    _fault(
        "choice-order",
        "two calls that both have the number 0",
        changed(two_calls),
        _ok(finish_reason="tool_calls"),
        variant="calls",
        protocols=_COMPLETIONS,
    ),
    _fault(
        "think-tags",
        "reasoning in tags at the start of the text",
        changed(lambda *_: None, _THINKING),
        _ok(_FOUR),
    ),
    _fault(
        "odd-finish",
        'the reason "sensitive"',
        changed(reason_becomes("sensitive")),
        Outcome(exit_code=ExitCode.FILTERED, kept=(TEXT,), finish_reason="content_filter"),
    ),
    _fault(
        "odd-finish",
        'the reason "max_tokens"',
        changed(reason_becomes("max_tokens")),
        _ok(finish_reason="length"),
        variant="length",
    ),
    _fault(
        "odd-finish",
        'the reason "cancelled"',
        changed(reason_becomes("cancelled")),
        Outcome(exit_code=ExitCode.BROKEN_REPLY, kept=(TEXT,)),
        variant="cancelled",
    ),
    _fault(
        "odd-finish",
        'the reason "eos"',
        changed(reason_becomes("eos")),
        _ok(finish_reason="stop"),
        variant="eos",
    ),
    _fault("odd-usage", "counts without a total", changed(counts_become(_without_total)), _ok()),
    _fault(
        "odd-usage",
        "counts that are none",
        changed(counts_become(_odd_counts)),
        _ok(),
        variant="none",
    ),
    _fault(
        "odd-usage",
        "a list for the counts",
        changed(counts_become(lambda _: [1, 2])),
        _ok(),
        variant="list",
    ),
    _fault(
        "whole-cut",
        "half of a reply in one piece",
        _half,
        Outcome(exit_code=ExitCode.BROKEN_REPLY, hides=("is kept",)),
        forms=("whole",),
    ),
)
