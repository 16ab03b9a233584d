"""Calls answer rightly whatever becomes of the cache of compiled modules."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import COMMAND, child
from tests.servers import OpenAI, ScriptedServer

TEXT = "Hello, world!"
PATIENCE_S = 60.0
OTHER_PYTHON = "/usr/bin/python3"
IS_ROOT = os.geteuid() == 0


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """A server that answers every call alike."""
    with ScriptedServer(OpenAI()) as server:
        yield server


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """An empty cache folder."""
    return tmp_path / "cache"


def asking(server: ScriptedServer) -> list[str]:
    """Return the command line of a call to `server`."""
    base = ("--api-base", f"{server.url}/v1", "--api-key-env", "KEY")
    return ["chat", "hi", "--model", "openai/m", *base, "--verbose"]


def answers(server: ScriptedServer, **environ: Any) -> str:
    """Make a call in a process of its own, check its answer, and return what was on stderr."""
    ended = child(*asking(server), KEY="k", **environ)
    assert (ended.code, ended.text) == (0, f"{TEXT}\n")
    assert server.requests[-1].headers["authorization"] == "Bearer k"
    return ended.stderr


def compiled(cache: Path) -> dict[str, int]:
    """Return the compiled modules in `cache`, each with the time at which it was written."""
    files = cache.glob("hello-llm/lazy-names-*/[!.]*")
    return {file.name: file.stat().st_mtime_ns for file in files}


def begin(server: ScriptedServer, cache: Path) -> "subprocess.Popen[str]":
    """Start a call."""
    return subprocess.Popen(
        [*COMMAND, *asking(server)],
        env=os.environ | {"KEY": "k", "XDG_CACHE_HOME": str(cache)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_second_call_compiles_nothing(server: ScriptedServer, cache: Path):
    assert "all of LiteLLM" not in answers(server, XDG_CACHE_HOME=str(cache))
    first = compiled(cache)
    assert {"litellm", "litellm.main", "openai"} <= first.keys()
    answers(server, XDG_CACHE_HOME=str(cache))
    assert first.items() <= compiled(cache).items()


@pytest.mark.parametrize("place", ["/dev/null", "/proc/1/nothing", "/" + "x" * 300])
def test_without_a_place_for_a_cache_all_is_imported(server: ScriptedServer, place: str):
    stderr = answers(server, XDG_CACHE_HOME=place)
    assert "note: all of LiteLLM was imported, which takes longer: failed to open" in stderr


@pytest.mark.skipif(not IS_ROOT, reason="only root can become another user")
def test_a_home_that_is_read_only_costs_only_time(server: ScriptedServer, tmp_path: Path):
    for folder in (tmp_path, *tmp_path.parents[:-2]):
        folder.chmod(0o755)
    ended = subprocess.run(
        [
            "/usr/bin/setpriv",
            "--reuid=65534",
            "--regid=65534",
            "--clear-groups",
            *COMMAND,
            *asking(server),
        ],
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "KEY": "k"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (0, f"{TEXT}\n")
    assert "which takes longer: failed to open" in ended.stderr


def test_others_may_not_write_to_it(server: ScriptedServer, cache: Path):
    answers(server, XDG_CACHE_HOME=str(cache))
    (place,) = cache.glob("hello-llm/lazy-names-*")
    place.chmod(0o777)
    assert "others can write to" in answers(server, XDG_CACHE_HOME=str(cache))


def test_it_can_be_turned_off(server: ScriptedServer, cache: Path, tmp_path: Path):
    config = tmp_path / "config.toml"
    config.write_text("version = 1\n[defaults]\nlazy_imports = false\n", encoding="utf-8")
    ended = child(*asking(server), "--config", config, KEY="k", XDG_CACHE_HOME=str(cache))
    assert (ended.code, ended.text) == (0, f"{TEXT}\n")
    assert not cache.exists()


@pytest.mark.parametrize("number", [1, 150])
def test_a_call_that_is_killed_while_it_writes_leaves_nothing_broken(
    server: ScriptedServer, cache: Path, number: int
):
    with begin(server, cache) as killed:
        ends = time.monotonic() + PATIENCE_S
        while len(compiled(cache)) < number and killed.poll() is None:
            assert time.monotonic() < ends
        killed.send_signal(signal.SIGKILL)
    assert killed.returncode == -signal.SIGKILL
    kept = compiled(cache)
    answers(server, XDG_CACHE_HOME=str(cache))
    assert kept.items() <= compiled(cache).items()


def test_two_first_calls_at_once_both_answer(server: ScriptedServer, cache: Path):
    with begin(server, cache) as one, begin(server, cache) as other:
        for process in (one, other):
            stdout, stderr = process.communicate(timeout=PATIENCE_S)
            assert (process.returncode, stdout) == (0, f"{TEXT}\n"), stderr
    first = compiled(cache)
    answers(server, XDG_CACHE_HOME=str(cache))
    assert first.items() <= compiled(cache).items()


@pytest.mark.parametrize(
    ("limit_kib", "reason"), [(300, "which takes longer: failed to write to"), (1100, "")]
)
def test_a_limit_on_files_costs_only_time(
    server: ScriptedServer, cache: Path, limit_kib: int, reason: str
):
    ended = subprocess.run(
        ["bash", "-c", f'ulimit -f {limit_kib}; exec "$@"', "-", *COMMAND, *asking(server)],
        env=os.environ | {"KEY": "k", "XDG_CACHE_HOME": str(cache)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (0, f"{TEXT}\n")
    assert reason in ended.stderr


@pytest.mark.skipif(not IS_ROOT, reason="only root mounts file systems")
@pytest.mark.parametrize("size_kib", [3000])
def test_a_full_disk_costs_only_time(server: ScriptedServer, cache: Path, size_kib: int):
    cache.mkdir()
    mounted = f'mount -t tmpfs -o size={size_kib}k none "{cache}" && "$@" && exec "$@"'
    ended = subprocess.run(
        ["unshare", "--mount", "bash", "-c", mounted, "-", *COMMAND, *asking(server)],
        env=os.environ | {"KEY": "k", "XDG_CACHE_HOME": str(cache)},
        capture_output=True,
        text=True,
        check=False,
    )
    if "unshare" in ended.stderr:
        pytest.skip(ended.stderr)
    assert (ended.returncode, ended.stdout) == (0, f"{TEXT}\n" * 2)


@pytest.mark.parametrize("content", [b"\0" * 5000])
def test_files_that_were_damaged_are_made_again(
    server: ScriptedServer, cache: Path, content: bytes
):
    answers(server, XDG_CACHE_HOME=str(cache))
    for file in cache.glob("hello-llm/lazy-names-*/*"):
        file.write_bytes(content)
    damaged = compiled(cache)
    answers(server, XDG_CACHE_HOME=str(cache))
    again = dict(compiled(cache).items() - damaged.items())
    assert {"litellm", "litellm.main", "openai"} <= again.keys()
    answers(server, XDG_CACHE_HOME=str(cache))
    assert again.items() <= compiled(cache).items()


def copied_library(folder: Path) -> Path:
    """Return a copy of the installed packages, whose files are those of the installation."""
    library = next(Path(entry) for entry in sys.path if entry.endswith("site-packages"))
    shutil.copytree(library, folder / "lib", copy_function=os.link, symlinks=True)
    return folder / "lib"


def test_a_library_that_is_upgraded_in_place_is_compiled_anew(
    server: ScriptedServer, cache: Path, tmp_path: Path
):
    library = copied_library(tmp_path)
    path = os.pathsep.join([str(library), os.environ["PYTHONPATH"]])
    environ: dict[str, Any] = {"XDG_CACHE_HOME": str(cache), "PYTHONPATH": path}
    answers(server, **environ)
    constants = library / "openai" / "_constants.py"
    upgraded = constants.read_bytes() + b"\nraise RuntimeError('the new version')\n"
    constants.unlink()
    constants.write_bytes(upgraded)
    ended = child(*asking(server), KEY="k", **environ)
    assert ended.code != 0
    assert "the new version" in ended.stderr
    constants.write_bytes(upgraded.replace(b"raise", b"ValueError, '' or"))
    answers(server, **environ)


@pytest.mark.skipif(not Path(OTHER_PYTHON).exists(), reason="there is no other Python")
def test_another_python_uses_none_of_it(server: ScriptedServer, cache: Path):
    answers(server, XDG_CACHE_HOME=str(cache))
    (place,) = cache.glob("hello-llm/lazy-names-*")
    first = {file: file.stat().st_mtime_ns for file in place.iterdir()}
    library = next(entry for entry in sys.path if entry.endswith("site-packages"))
    source = Path(sys.modules["hello_llm"].__path__[0]).parent
    about = "import sys; print(sys.version_info[:2], sys.version)"
    told = subprocess.check_output([OTHER_PYTHON, "-c", about], text=True).strip()
    if told.split(" ", 2)[:2] != str(sys.version_info[:2]).split(" ") or sys.version in told:
        pytest.skip(f"{OTHER_PYTHON} cannot use these packages, or is this one: {told}")
    ended = subprocess.run(
        [OTHER_PYTHON, "-m", "hello_llm", *asking(server)],
        env={
            "PATH": os.environ["PATH"],
            "KEY": "k",
            "XDG_CACHE_HOME": str(cache),
            "PYTHONPATH": os.pathsep.join([str(source), library]),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (0, f"{TEXT}\n"), ended.stderr
    assert {file: file.stat().st_mtime_ns for file in first} == first
    assert len(list(place.parent.iterdir())) == 2
