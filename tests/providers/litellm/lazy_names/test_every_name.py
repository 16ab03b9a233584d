"""Every public name of LiteLLM's modules means what it means if all of LiteLLM is imported."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.providers.litellm.lazy_names.listing import MISSING
from tests.warm.running import GUARD

ROOT = Path(__file__).parents[4]
OTHERWISE = {
    "input_callback": "a cache that Vertex AI's module creates adds itself: here, once it is used",
    "success_callback": "as above",
    "callback_list": "as above",
    "print_verbose": "two modules define it alike, and which one it is depends on the order",
    "files": "this program replaces it while LiteLLM is imported",
    "update_messages_with_model_file_ids": "this program replaces it in one module",
}
"""Names that may have another value, and why."""


def listed(way: str, wanted: object = None) -> dict[str, dict[str, str] | None]:
    """Return what names mean in a process that imports LiteLLM in this `way`."""
    child = subprocess.run(
        [sys.executable, "-m", "tests.providers.litellm.lazy_names.listing", way],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(GUARD), "PYTHONHASHSEED": "0"},
        input=json.dumps(wanted),
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=True,
    )
    found: dict[str, Any] = json.loads(child.stdout)
    return found


def test_every_name_is_what_it_is_without_this():
    modules = dict.fromkeys(listed("lazily"))
    usually = listed("usually", modules)
    lazily = listed("lazily", {name: list(names or ()) for name, names in usually.items()})
    different = {
        (module, name): (ours, value)
        for module, names in usually.items()
        for name, value in (names or {}).items()
        if name not in OTHERWISE
        and (ours := (lazily[module] or {}).get(name)) != value
        # A package holds the modules that anybody has imported, which are fewer here.
        and not (ours == MISSING and value.startswith("module "))
    }
    assert different == {}
    assert len(modules) > 300
    assert sum(len(names or ()) for names in usually.values()) > 10_000
