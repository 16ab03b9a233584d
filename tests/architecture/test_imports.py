"""Imports point downwards, and what is slow to import is imported late."""

import pytest

from tests.architecture import imports
from tests.architecture.rooms import ROOMS, room_of
from tests.architecture.sources import Module, findings, modules


@pytest.mark.parametrize(
    "rule", [imports.wrong_directions, imports.foreign_packages, imports.eager_imports]
)
def test_every_module_keeps_the_rule(rule):
    assert findings(rule, "src") == []


def test_a_room_may_only_import_those_before_it_in_the_table():
    order = list(ROOMS)
    assert all(
        order.index(other) < order.index(room)
        for room, allowed in ROOMS.items()
        for other in allowed
    )


def test_every_room_uses_what_it_may_import():
    used: dict[str, set[str]] = {room: set() for room in ROOMS}
    for module in modules("src"):
        for found in imports.imports(module):
            if found.top == "hello_llm":
                used[room_of(module.name)].add(room_of(found.target))
    assert {room: others - {room} for room, others in used.items()} == ROOMS


def test_nobody_but_the_entry_point_may_import_the_command_line():
    assert [name for name, allowed in ROOMS.items() if "cli" in allowed] == ["__main__"]


def test_no_two_modules_or_folders_import_each_other():
    assert imports.circles(modules("src")) == []


@pytest.mark.parametrize(
    ("sources", "finding"),
    [
        (
            {"a": "from hello_llm import b", "b": "def f():\n import hello_llm.a"},
            "in hello_llm: a imports b imports a",
        ),
        (
            {"a.x": "import hello_llm.b.y", "b.z": "from hello_llm.a.x import f", "b.y": ""},
            "in hello_llm: a imports b imports a",
        ),
        (
            {"a.x": "import hello_llm.a.c.y", "a.c.z": "import hello_llm.a.x", "a.c.y": ""},
            "in hello_llm.a: c imports x imports c",
        ),
    ],
)
def test_a_circle_is_found(sources, finding):
    samples = [Module(f"hello_llm.{name}", source) for name, source in sources.items()]
    (found,) = imports.circles(samples)
    place, _, circle = finding.partition(": ")
    assert found.startswith(f"{place}: ")
    assert set(found.split(": ")[1].split(" imports ")) == set(circle.split(" imports "))


def test_no_circle_is_found_where_all_point_one_way():
    one_way = {"a": "import hello_llm.b.x", "b": "", "b.x": "import hello_llm.b.y", "b.y": ""}
    assert imports.circles([Module(f"hello_llm.{name}", s) for name, s in one_way.items()]) == []


@pytest.mark.parametrize(
    ("name", "source", "finding"),
    [
        ("hello_llm.engine.run", "import hello_llm.cli.app", "engine imports hello_llm.cli.app"),
        (
            "hello_llm.contract.reply",
            "from hello_llm import settings",
            "contract imports hello_llm.settings",
        ),
        (
            "hello_llm.contract.reply",
            "from ..engine import run",
            "contract imports hello_llm.engine.run",
        ),
        (
            "hello_llm.providers.mock.provider",
            "from hello_llm import LLMReply",
            "providers.mock imports hello_llm.LLMReply",
        ),
        (
            "hello_llm.rendering.plain",
            "def f():\n import hello_llm.providers",
            "rendering imports hello_llm.providers",
        ),
        ("hello_llm.toys.ball", "", "hello_llm.toys.ball is in no room of the table"),
    ],
)
def test_an_import_upwards_or_sideways_is_found(name, source, finding):
    (found,) = imports.wrong_directions(Module(name, source))
    assert found.partition(": ")[2] == finding


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("hello_llm.contract.reply", "import rich"),
        ("hello_llm.engine.run", "from typer import Exit"),
        ("hello_llm.cli.app", "def f():\n import litellm"),
        ("hello_llm.providers.factory", "def f():\n from openai import OpenAI"),
        ("hello_llm.providers.litellm_other", "def f():\n import httpx"),
        ("hello_llm.cli.app", "import click"),
    ],
)
def test_a_foreign_package_in_the_wrong_place_is_found(name, source):
    (found,) = imports.foreign_packages(Module(name, source))
    assert found.endswith("may not be imported here")


@pytest.mark.parametrize(
    "source",
    [
        "import litellm",
        "try:\n import httpx\nexcept ImportError: pass",
        "class A:\n from openai import OpenAI",
        "if True:\n import xllamacpp.server",
        "from hello_llm.providers.http.client.wire import WireTransport",
    ],
)
def test_a_heavy_import_outside_a_function_is_found(source):
    (found,) = imports.eager_imports(Module("hello_llm.providers.litellm.adapter", source))
    assert found.endswith("is imported outside a function")


@pytest.mark.parametrize(
    "source",
    [
        "def f():\n import litellm",
        "class A:\n async def f(self):\n  from openai import OpenAI",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n import httpx",
    ],
)
def test_a_heavy_import_inside_a_function_or_for_types_is_allowed(source):
    module = Module("hello_llm.providers.litellm.adapter", source)
    assert imports.eager_imports(module) == imports.foreign_packages(module) == []


def test_a_package_resolves_its_relative_imports_from_itself():
    module = Module("hello_llm.contract", "from .reply import LLMReply", is_package=True)
    assert [found.target for found in imports.imports(module)] == [
        "hello_llm.contract.reply.LLMReply"
    ]
