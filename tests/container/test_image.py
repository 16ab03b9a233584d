"""What is in the image, and what is not."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from packaging.markers import Marker
from packaging.utils import canonicalize_name

import hello_llm
from tests.architecture.lock import pins
from tests.architecture.sources import ROOT
from tests.container.engine import Engine
from tests.container.package_index import MARK, package_index
from tests.container.running import HARDENED, TOKEN_VARIABLE
from tests.networks.programs import find

_COMPILERS = "cc gcc g++ c++ clang tcc ld as make rustc go".split()
_ROOT_USER = ("--user=0", "--cap-add=DAC_READ_SEARCH")
"""Sees everything, and may change nothing."""
_WRITABLE = {"/tmp", "/var/tmp", "/var/lib/hello-llm", "/run/lock"}
_CACHE = "/var/cache/hello-llm"
"""What belongs to the user, but cannot be written to in a file system that is read-only."""


@pytest.fixture(scope="module")
def about(engine: Engine, image: str) -> dict[str, Any]:
    """What ``podman inspect`` says of the image."""
    (found,) = json.loads(engine.output("image", "inspect", image))
    return dict(found)


@pytest.fixture
def shell(engine: Engine, image: str):
    """Runs a line of shell in a container, and returns what it prints."""

    def run(line: str, *words: str) -> str:
        words = (*HARDENED, *words, "--entrypoint=sh")
        return engine.output("run", "--rm", *words, image, "-c", line)

    return run


@pytest.fixture
def python(engine: Engine, image: str):
    """Runs the program's Python in a container, and returns what it prints."""

    def run(text: str) -> str:
        return engine.output("run", "--rm", *HARDENED, "--entrypoint=python", image, "-c", text)

    return run


def test_the_image_says_how_it_is_run(about):
    config = about["Config"]
    assert config["User"] == "10001:10001"
    assert config["Entrypoint"] == ["hello-llm"]
    assert config["Cmd"] == ["serve", "--host", "0.0.0.0", "--token-env", TOKEN_VARIABLE]
    assert config["ExposedPorts"] == {"8642/tcp": {}}
    assert config["StopSignal"] == "SIGTERM"
    assert list(config["Volumes"]) == ["/var/lib/hello-llm"]
    assert about["Labels"]["org.opencontainers.image.title"] == "hello-llm"
    assert about["Healthcheck"]["Test"][:2] == ["CMD", "/opt/hello-llm/bin/python"]


def test_the_program_runs_without_rights(engine: Engine, image: str):
    said = engine.output("run", "--rm", *HARDENED, image, "--version")
    assert said == f"hello-llm {hello_llm.__version__}\n"
    said = engine.output("run", "--rm", *HARDENED, image, "chat", "hi")
    assert said == "Hello! You said: hi\n"


def test_any_other_user_can_run_it(engine: Engine, image: str):
    said = engine.output("run", "--rm", *HARDENED, "--user=20000", image, "chat", "hi")
    assert said == "Hello! You said: hi\n"


def test_the_user_is_not_root_and_has_no_capability(shell):
    assert shell("id -u; id -g").split() == ["10001", "10001"]
    status = dict(line.split(":\t") for line in shell("cat /proc/self/status").splitlines())
    assert {status[name] for name in ("CapEff", "CapPrm", "CapBnd")} == {"0" * 16}
    assert status["NoNewPrivs"] == "1"


def test_the_root_file_system_is_read_only(shell):
    assert shell("touch /var/cache/hello-llm/a 2>&1; touch /tmp/a; ls /tmp").splitlines() == [
        "touch: cannot touch '/var/cache/hello-llm/a': Read-only file system",
        "a",
    ]


def test_the_user_owns_nothing_else(engine: Engine, image: str):
    """Not even where the root file system is not read-only."""
    line = f"find / -xdev -path {_CACHE} -prune -o -writable ! -type l -print 2>/dev/null; true"
    found = engine.output("run", "--rm", "--entrypoint=sh", image, "-c", line).split()
    assert {one for one in found if not one.startswith(("/proc", "/dev"))} <= _WRITABLE


def test_no_program_gives_rights(shell):
    assert shell("find / -xdev -type f -perm /6000", *_ROOT_USER) == ""


def test_there_is_no_compiler_and_no_pip_beside_the_program(shell):
    assert shell(f"for one in {' '.join(_COMPILERS)}; do command -v $one; done; true") == ""
    assert shell("ls /opt/hello-llm/bin | grep -i -e pip -e flit; true") == ""


def test_the_packages_are_those_that_are_locked(python):
    said = json.loads(
        python(
            "import json\n"
            "from importlib.metadata import distributions\n"
            "from packaging.markers import default_environment\n"
            "found = [f'{one.name}=={one.version}' for one in distributions()]\n"
            "print(json.dumps([found, default_environment()]))"
        )
    )
    found = {(canonicalize_name(one), version) for one, version in map(_pinned, said[0])}
    locked = {
        (pin.name, pin.version)
        for pin in pins((ROOT / "container.lock").read_text(encoding="utf-8"))
        if pin.marker is None or Marker(pin.marker).evaluate(said[1])
    }
    assert {name for name, _ in locked - found} == {"flit-core"}
    assert found - locked == {("hello-llm", hello_llm.__version__)}


def _pinned(text: str) -> tuple[str, str]:
    name, _, version = text.partition("==")
    return name, version


def test_litellm_is_compiled_already(python):
    said = python(
        "from hello_llm.calls.opening import compile_litellm\n"
        "from hello_llm.providers.litellm import loader\n"
        "compile_litellm()\n"
        "print(loader.why_not_lazily(), loader.is_compiling())"
    )
    assert said == "None False\n"


def test_every_module_has_its_bytecode(shell):
    line = (
        "cd /opt/hello-llm/lib/python3*/site-packages && find hello_llm litellm openai -name '*.py'"
        " | while read -r one; do ls ${one%/*}/__pycache__/$(basename $one .py).*.pyc >/dev/null"
        " 2>&1 || echo $one; done"
    )
    assert shell(line) == ""


def test_the_environment_has_only_what_the_image_needs(about, shell):
    names = {line.partition("=")[0] for line in about["Config"]["Env"]}
    of_python = {"LANG", "GPG_KEY", "PYTHON_VERSION", "PYTHON_SHA256"}
    folders = {"XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"}
    assert names - of_python == {"PATH", "PYTHONDONTWRITEBYTECODE", *folders}


def test_nothing_of_the_build_is_left(shell):
    found = shell(
        "ls -d /build /opt/* /run/secrets /root/.cache /root/.config 2>/dev/null; true", *_ROOT_USER
    )
    assert found.split() == ["/opt/hello-llm"]
    assert shell("find / -xdev -name pip.conf -o -xdev -name .netrc; true", *_ROOT_USER) == ""


def test_no_secret_of_the_build_is_in_any_layer(engine: Engine, image: str, tmp_path: Path):
    """Neither in the layers, nor in the history or the settings, which the archive has as well."""
    index = package_index()
    secrets = [MARK, *(word for value in index.settings.values() for word in value.split())]
    archive = tmp_path / "image.tar"
    engine.output("save", "--format=docker-archive", f"--output={archive}", image)
    assert _lines_with("opt/hello-llm/bin/hello-llm", archive) > 0, "the layers can be searched"
    assert {secret: _lines_with(secret, archive) for secret in secrets} == dict.fromkeys(secrets, 0)
    archive.unlink()


def _lines_with(text: str, file: Path) -> int:
    words = ["--count", "--text", "--fixed-strings", text, str(file)]
    said = subprocess.run([find("grep", "grep"), *words], stdout=subprocess.PIPE, check=False)
    return int(said.stdout)
