"""Answers in the shapes that servers give them: each as a stream and in one piece."""

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.faults.exchange import Exchange
from tests.faults.fault import Play
from tests.servers import Script

Json = dict[str, Any]
Change = Callable[[Json, str], Any]
"""Changes a value of an answer in place; also given the name of its protocol."""

_CALLS = [
    {"index": 0, "id": call_id, "function": {"name": name, "arguments": {}}}
    for call_id, name in (("a", "one"), ("b", 2))
]
SLOTS = ("content", "text")
"""The keys under which the protocols hold text."""


@dataclass(frozen=True, slots=True)
class Body:
    """How values are written."""

    by_lines: bool
    """True for a JSON object on each line, False for server-sent events."""

    def written(self, values: list[Json], *, done: bool) -> list[bytes]:
        """Return the frames of a stream of `values`."""
        if self.by_lines:
            return [json.dumps(value).encode() + b"\n" for value in values]
        frames = [b"data: " + json.dumps(value).encode() + b"\n\n" for value in values]
        return frames + [b"data: [DONE]\n\n"] * done


def parsed(frames: Iterator[bytes]) -> tuple[list[Json], bool]:
    """Return the values of the frames of a dialect, and whether ``[DONE]`` ended them."""
    lines = [line.removeprefix(b"data: ") for frame in frames for line in frame.splitlines()]
    values = [json.loads(line) for line in lines if line.startswith(b"{")]
    return values, b"[DONE]" in lines


def changed(change: Change, script: Script | None = None, *, slots: bool = False) -> Play:
    """Return the play of an answer whose values `change` has changed.

    Args:
        change: changes each value; or with `slots` each text, and is given the text's object.
        script: what is answered.
        slots: whether only places of text are changed.
    """

    def play(exchange: Exchange) -> None:
        said, name = script or Script(), exchange.protocol.name
        if exchange.stream:
            values, done = parsed(exchange.frames(said))
            body = Body(by_lines=name == "ollama")
            for value in values:
                _apply(change, value, name, slots=slots)
            exchange.play_frames(iter(body.written(values, done=done)))
            exchange.finish()
        else:
            value = json.loads(exchange.whole(said))
            _apply(change, value, name, slots=slots)
            exchange.respond(200, json.dumps(value).encode(), "application/json")

    return play


def _apply(change: Change, value: Json, name: str, *, slots: bool) -> None:
    for place in list(holders(value)) if slots else [value]:
        change(place, name)


def holders(value: Any) -> Iterator[Json]:
    """Yield the objects in `value` that hold a text of the answer."""
    if isinstance(value, list):
        for item in value:
            yield from holders(item)
    elif isinstance(value, dict):
        if any(isinstance(value.get(slot), str) and value[slot] for slot in SLOTS):
            yield value
        for item in value.values():
            yield from holders(item)


def texts_become(shape: Callable[[str], Any]) -> Change:
    """Return the change that puts ``shape(text)`` where a text stands."""

    def change(place: Json, _: str) -> None:
        for slot in SLOTS:
            if isinstance(place.get(slot), str) and place[slot]:
                place[slot] = shape(place[slot])

    return change


def reason_becomes(reason: Any) -> Change:
    """Return the change that gives `reason` as the reason for the end."""

    def change(value: Json, _: str) -> None:
        for place in (value, value.get("delta"), *_alternatives(value)):
            for key in ("finish_reason", "stop_reason", "done_reason", "finishReason"):
                if isinstance(place, dict) and place.get(key):
                    place[key] = reason
        change_end(value, "incomplete", {"reason": reason})

    return change


def status_becomes(status: str) -> Change:
    """Return the change that lets a response of the Responses API end with `status`."""
    return lambda value, _: change_end(value, status, None)


def change_end(value: Json, status: str, details: Json | None) -> None:
    """Let a response, or the event of its end, say `status` in place of ``completed``."""
    response = value.get("response", value)
    if response.get("object") == "response" and response.get("status") == "completed":
        response |= {"status": status, "incomplete_details": details}
        if response is not value:
            value["type"] = f"response.{status}"


def misnumbered(number: int) -> Change:
    """Return the change that gives a piece of the answer the `number` of another choice."""

    def change(value: Json, _: str) -> None:
        for key in ("choices", "candidates"):
            for choice in value.get(key) or ():
                if "world" in str(choice):
                    choice["index"] = number

    return change


def done_early(value: Json, _: str) -> None:
    """Say with the first text that it was the last."""
    if "Hello" in str(value.get("message")):
        value["done"] = True


def misplaced(value: Json, _: str) -> None:
    """Put each text into a list, below a key that nobody knows."""
    for choice in value.get("choices") or ():
        for key in ("delta", "message"):
            if choice.get(key, {}).get("content"):
                choice[key] = {"x": {"content": [choice[key]["content"]]}}


def two_calls(value: Json, _: str) -> None:
    """Add two calls that both have the number 0, the second named by a number."""
    for choice in value.get("choices") or ():
        for key in ("delta", "message"):
            if "Hello" in str(choice.get(key)):
                choice[key]["tool_calls"] = _CALLS


def counts_become(counts: Callable[[Json], Any]) -> Change:
    """Return the change that replaces the object of counts."""

    def change(value: Json, name: str) -> None:
        if name == "ollama" and "eval_count" in value:
            found = {key: value.pop(key) for key in ("prompt_eval_count", "eval_count")}
            new = counts(found)
            value.update(new if isinstance(new, dict) else {"eval_count": new})
        for place in (value, value.get("message")):
            for key in ("usage", "usageMetadata"):
                if isinstance(place, dict) and place.get(key):
                    place[key] = counts(copy.deepcopy(place[key]))

    return change


def _alternatives(value: Json) -> list[Any]:
    return [*(value.get("choices") or ()), *(value.get("candidates") or ())]
