"""Every command of ``docs/install.md`` works as typed, from the installation to the removal."""

import json
import re

import pytest

from tests.architecture.lock import pins
from tests.architecture.sources import ROOT
from tests.documented.blocks import sections, table
from tests.install.person import Person

PAGE = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
BLOCKS = {heading: [one.text for one in blocks] for heading, blocks in sections(PAGE).items()}
TOOLS = ("uv", "pipx", "pip")
INSTALL = {tool: BLOCKS[f"With {tool}"][0] for tool in TOOLS}
*_local, ASK_LOCAL = BLOCKS["Local models"]
EXTEND = dict(zip(TOOLS, _local, strict=True))
(VERIFIED,) = BLOCKS["With every hash verified"]
(COMPLETION,) = BLOCKS["Shell completion"]
LATER = {
    row[0]: [cell.strip("`") for cell in row[1:]] for row in table(PAGE, "Upgrade and uninstall")
}
GREETING = "Hello! You said: hi\n"
NEXT_VERSION = "99.0"


def activate_new_environment(person: Person) -> None:
    person.types("python3 -m venv ~/mine")
    person.active = person.home / "mine"


def follow_hint(person: Person) -> None:
    """Type what the program says is missing for a local model."""
    document = person.tries("hello-llm doctor --model local/smollm2 --json").stdout
    findings = json.loads(document)["findings"]
    (hint,) = [one["repair"] for one in findings if one["name"] == "local"]
    person.types(hint)


def publish_next_version(person: Person) -> None:
    module = person.clone / "src" / "hello_llm" / "__init__.py"
    text = module.read_text(encoding="utf-8")
    changed = re.sub(r'__version__ = ".*"', f'__version__ = "{NEXT_VERSION}"', text, count=1)
    module.write_text(changed, encoding="utf-8")


def test_every_section_with_commands_is_tried():
    others = {"Try it in the clone", "With every hash verified", "Local models", "Shell completion"}
    assert BLOCKS.keys() == others | {f"With {tool}" for tool in TOOLS}


@pytest.mark.parametrize("tool", TOOLS)
def test_the_program_is_installed_extended_upgraded_and_uninstalled(person, tool):
    if tool == "pip":
        activate_new_environment(person)
    else:
        assert person.has(tool), f"{tool} is not installed; sudo apt-get install {tool}"
    upgrade, uninstall = LATER[tool]
    assert person.types(INSTALL[tool]).endswith(GREETING)
    follow_hint(person)  # about the extra
    follow_hint(person)  # about the weights
    person.types("hello-llm doctor --model local/smollm2")
    person.types(EXTEND[tool])
    person.types("hello-llm doctor --model local/smollm2")
    publish_next_version(person)
    person.types(upgrade)
    assert person.types("hello-llm --version") == f"hello-llm {NEXT_VERSION}\n"
    person.types(uninstall)
    assert not person.has("hello-llm")


def test_an_installed_local_model_answers(person):
    person.types(EXTEND["uv"])
    assert person.types(ASK_LOCAL).strip()


def test_uv_pip_does_the_same_as_pip(person):
    install = INSTALL["pip"]
    assert f"`uv {install.splitlines()[0]}` does the same." in PAGE
    activate_new_environment(person)
    assert person.types(f"uv {install}").endswith(GREETING)


def test_an_installation_with_verified_hashes_holds_what_is_locked(person):
    assert person.types(VERIFIED).endswith(GREETING)
    person.types(COMPLETION)
    python = person.home / ".local" / "opt" / "hello-llm"
    installed = person.types(f"uv pip freeze --python {python}").splitlines()
    person.types(f"uv pip check --python {python}")
    assert locked(person, "requirements.lock").issuperset(packages(installed))
    person.types(LATER["every hash verified"][1])
    assert not person.has("hello-llm")


def test_a_package_with_another_hash_is_refused(person):
    lock = person.clone / "requirements.lock"
    text = lock.read_text(encoding="utf-8")
    lock.write_text(re.sub(r"(?<=sha256:)\w{8}", "0" * 8, text), encoding="utf-8")
    ended = person.tries(VERIFIED)
    assert ended.returncode != 0
    assert "hash" in ended.stderr.lower()


def test_the_lock_as_a_constraint_installs_the_locked_versions_without_the_tools(person):
    (command,) = re.findall(r"`(uv tool install -c .*)`", PAGE)
    person.types(command)
    installed = person.types('uv pip freeze --python "$(uv tool dir)/hello-llm"').splitlines()
    assert locked(person, "requirements.lock") > packages(installed)
    assert "pytest" not in {name.partition("==")[0] for name in installed}


def locked(person: Person, lock: str) -> set[str]:
    text = (person.clone / lock).read_text(encoding="utf-8")
    return {f"{pin.name}=={pin.version}" for pin in pins(text)}


def packages(installed: list[str]) -> set[str]:
    """Return the lines of ``pip freeze`` that are not of the program itself."""
    return {line for line in installed if not line.startswith("hello-llm ")}
