"""What a machine or an installation refuses: a sentence and an exit code, never a traceback."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT
from tests.cli.program import COMMAND, Ended, child, shell
from tests.servers import ScriptedServer

CHAT = ("chat", "hi")
MODEL = ("--provider", "litellm", "--model", "openai/x", "--retries", "0", "--timeout", "240")
NOWHERE = ("--api-base", "http://127.0.0.1:9/v1")
NOBODY = 65534


def explained(ended: Ended, *words: str) -> None:
    """Make sure that a run ended as one that cannot run where it is, with `words` on stderr."""
    assert ended.code == 70, ended.stderr
    assert "Traceback" not in ended.stderr
    assert "please report" not in ended.stderr
    for word in (*words, "hint: "):
        assert word in ended.stderr


def asking(server: ScriptedServer) -> str:
    words = (*CHAT, *MODEL, "--api-base", f"{server.url}/v1", "--api-key-env", "NONE_NEEDED")
    return " ".join(words)


@pytest.mark.parametrize("limit", [5, 6, 8, 12, 20])
def test_few_descriptors(openai_server, limit):
    ended = shell(
        f'ulimit -n {limit}; "$@" {asking(openai_server)}', NONE_NEEDED="k", XDG_RUNTIME_DIR=""
    )
    assert "Traceback" not in ended.stderr
    if ended.code:
        explained(ended, "too many files are open", f"allows {limit} (ulimit -n)", "ulimit -n 1024")
    else:
        assert ended.text


# Near the limit of one command, CPython 3.11 itself may abort, or loop where it cannot allocate
# the number of a line while it unwinds: 30_000 does that to doctor once in ten runs.
@pytest.mark.parametrize("limit_kib", [18_000, 21_000, 24_000])
@pytest.mark.parametrize("command", ["chat hi", "config show", "doctor"])
def test_little_memory(limit_kib, command):
    ended = shell(f'ulimit -v {limit_kib}; "$@" {command}')
    assert "Traceback" not in ended.stderr
    assert ended.code == 0 or (ended.code == 70 and "there is not enough memory" in ended.stderr)


@pytest.mark.parametrize("limit_kib", [60_000, 120_000, 180_000, 200_000])
def test_too_little_memory_for_litellm(limit_kib):
    ended = shell(
        f'ulimit -v {limit_kib}; "$@" chat hi {" ".join(MODEL + NOWHERE)} --json',
        OPENAI_API_KEY="k",
    )
    explained(ended, f"allows {limit_kib // 1024} MiB (ulimit -v)", "ulimit -v unlimited")
    assert json.loads(ended.stdout)["exit_code"] == 70


BROKEN = {
    "empty": "",
    "no Python": "def (",
    "of another version": "__version__ = '0.0.1'\nclass Client: ...\n",
    "that raises": "raise ValueError('no')\n",
}


@pytest.mark.parametrize("code", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("package", ["typer", "platformdirs", "typing", "dataclasses"])
def test_damaged_install_replaced_by_a_file(package, code, tmp_path):
    file = tmp_path / f"{package}.py"
    file.write_text(code)
    ended = child(*CHAT, PYTHONPATH=str(tmp_path))
    explained(ended, str(file), package, "PYTHONPATH", f"--force-reinstall --editable '{ROOT}'")


@pytest.mark.parametrize("package", ["litellm", "httpx", "openai", "pydantic", "json"])
@pytest.mark.parametrize("stream", ["--stream", "--no-stream"])
def test_damaged_install_found_in_the_thread_of_an_attempt(package, stream, tmp_path):
    file = tmp_path / f"{package}.py"
    file.touch()
    ended = child(*CHAT, *MODEL, *NOWHERE, stream, PYTHONPATH=str(tmp_path), OPENAI_API_KEY="k")
    explained(ended, str(file), "PYTHONPATH")


@pytest.fixture
def packages(tmp_path):
    """A copy of the installed packages, of links, in which some can be removed or broken."""
    folder = tmp_path / "packages"
    folder.mkdir()
    import typer

    for found in Path(typer.__file__).parents[1].iterdir():
        if found.suffix != ".pth":
            (folder / found.name).symlink_to(found)
    return folder


def installed(packages: Path, *arguments: str) -> Ended:
    """Run the program with those packages and no others."""
    source = Path(sys.modules["hello_llm"].__path__[0]).parent
    command = [sys.executable, "-S", "-m", "hello_llm", *arguments]
    environ = os.environ | {
        "PYTHONPATH": f"{packages}{os.pathsep}{source}",
        "OPENAI_API_KEY": "k",
    }
    ended = subprocess.run(
        command, capture_output=True, check=False, env=environ, stdin=subprocess.DEVNULL
    )
    return Ended(ended.returncode, ended.stdout, ended.stderr.decode())


@pytest.mark.parametrize("package", ["typer", "platformdirs", "litellm", "pydantic_core"])
def test_damaged_install_without_a_package(packages, package):
    (packages / package).unlink()
    explained(
        installed(packages, *CHAT, *MODEL, *NOWHERE),
        f"the package {package} that hello-llm needs is",
    )


@pytest.mark.parametrize("package", ["typer", "platformdirs", "litellm", "httpx"])
def test_damaged_install_with_a_package_that_is_no_python(packages, package):
    (packages / package).unlink()
    (packages / package).mkdir()
    (packages / package / "__init__.py").write_text("def (")
    explained(
        installed(packages, *CHAT, *MODEL, *NOWHERE),
        f"the package {package} that hello-llm needs is damaged",
        "__init__.py, line 1",
    )


@pytest.mark.parametrize("package", ["litellm", "httpx"])
def test_damaged_install_is_what_doctor_finds(packages, package):
    (packages / package).unlink()
    ended = installed(packages, "doctor", *MODEL[:4])
    assert ended.code == 70
    assert f"the package {package} that hello-llm needs is missing" in ended.text


@pytest.mark.skipif(sys.platform != "linux", reason="a warm process needs Linux")
def test_damaged_install_keeps_a_warm_process_from_coming_up(tmp_path):
    (tmp_path / "httpx.py").touch()
    ended = child("warm", "start", PYTHONPATH=str(tmp_path))
    explained(ended, str(tmp_path / "httpx.py"))


def as_nobody(command: str, **environ: str) -> Ended:
    """Run `command` by the shell as a user without any rights, where that can be done."""
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("only root can become somebody else")
    who = f"setpriv --reuid {NOBODY} --regid {NOBODY} --clear-groups"
    try_it = subprocess.run([*who.split(), *COMMAND, "--version"], capture_output=True, check=False)
    if try_it.returncode:
        pytest.skip("another user cannot run this Python")
    return shell(f"exec {who} {command}", **environ)


@pytest.mark.parametrize("variable", ["HOME", "XDG_CONFIG_HOME"])
def test_unreadable_home(tmp_path, variable):
    home = tmp_path / "home"
    (home / ".config" / "hello-llm").mkdir(parents=True)
    (home / ".config" / "hello-llm" / "config.toml").write_text("nonsense")
    home.chmod(0o700)
    place = {"HOME": str(home), "XDG_CONFIG_HOME": ""}
    if variable == "XDG_CONFIG_HOME":
        place = {"HOME": "/", "XDG_CONFIG_HOME": str(home / ".config")}
    ended = as_nobody('"$@" chat hi', **place)
    assert (ended.code, ended.text) == (0, "Hello! You said: hi\n")
    assert ended.stderr.startswith("warning: cannot look for ")
    assert ended.stderr.endswith("Permission denied; continuing without a configuration\n")


def test_a_configuration_that_can_be_seen_but_not_read_is_an_error(tmp_path):
    for folder in (tmp_path, *tmp_path.parents[:-2]):
        folder.chmod(0o755)
    file = tmp_path / "hello-llm" / "config.toml"
    file.parent.mkdir()
    file.touch(mode=0o600)
    ended = as_nobody('"$@" chat hi', XDG_CONFIG_HOME=str(tmp_path))
    assert (ended.code, ended.stdout) == (2, b"")
    assert "Permission denied" in ended.stderr


@pytest.mark.parametrize("place", ["", "/dev/null", "/proc/1/nothing", "x" * 5000, "/" + "x" * 300])
@pytest.mark.parametrize("variable", ["HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"])
def test_a_home_that_is_none_does_not_stop_a_call(place, variable):
    ended = child(*CHAT, **{variable: place})
    assert (ended.code, ended.text) == (0, "Hello! You said: hi\n")


def test_a_home_that_is_a_circle_does_not_stop_a_call(tmp_path):
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    ended = child(*CHAT, XDG_CONFIG_HOME=str(tmp_path / "circle"))
    assert (ended.code, ended.text) == (0, "Hello! You said: hi\n")
    assert "symbolic links; continuing without a configuration" in ended.stderr


def test_a_profile_cannot_be_in_a_configuration_that_nobody_sees(tmp_path):
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    ended = child(*CHAT, "--profile", "ci", XDG_CONFIG_HOME=str(tmp_path / "circle"))
    assert ended.code == 2
    assert ended.stderr.startswith('error: there is no profile "ci": cannot look for ')
