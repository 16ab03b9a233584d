"""Compiled modules are kept, and only used if they are what this program wrote for this source."""

import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hello_llm.providers.litellm.lazy_names import cache, definitions
from hello_llm.providers.litellm.lazy_names.cache import Cache, NoCacheError
from hello_llm.providers.litellm.lazy_names.definitions import compile_lazily
from tests.providers.litellm.lazy_names.packages import imported

SOURCE = b"x = [1]\ny = 2"
COMPILED = compile_lazily(SOURCE, "m.py")


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A folder with a module and the metadata of its package."""
    folder = tmp_path / "site-packages"
    (folder / "m-1.0.dist-info").mkdir(parents=True)
    (folder / "m.py").write_bytes(SOURCE)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where caches are kept."""
    return tmp_path / "cache"


def filled(folder: Path, library: Path) -> Path:
    """Keep the module in a cache, and return the cache's own folder."""
    Cache.open(folder, library).write("m", (library / "m.py").stat(), COMPILED)
    (found,) = folder.iterdir()
    return found


def kept(folder: Path, library: Path) -> bool:
    """Return whether another process would find the module."""
    found = Cache.open(folder, library).read("m", (library / "m.py").stat())
    assert found in (None, COMPILED)
    return found is not None


def test_what_was_compiled_is_found_by_the_next_process(folder: Path, library: Path):
    filled(folder, library)
    assert kept(folder, library)


def test_it_is_for_this_user_alone(folder: Path, library: Path):
    place = filled(folder, library)
    assert place.stat().st_mode & 0o777 == 0o700
    assert [(file.name, file.stat().st_mode & 0o777) for file in place.iterdir()] == [("m", 0o600)]


def replace_file(library: Path) -> None:
    """Install another version of the module in the same second, of the same size."""
    before = (library / "m.py").stat()
    (library / "m.py").write_bytes(SOURCE.replace(b"1", b"3"))
    os.utime(library / "m.py", ns=(before.st_atime_ns, before.st_mtime_ns))
    (library / "m-1.0.dist-info").rename(library / "m-1.1.dist-info")


CHANGES = {
    "edited": lambda library: (library / "m.py").write_bytes(b"x = [1]\ny = 22"),
    "touched": lambda library: os.utime(library / "m.py", ns=(1, 1)),
    "upgraded": replace_file,
    "another package": lambda library: (library / "n-2.0.dist-info").mkdir(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_it_is_compiled_anew_after_a_change(folder: Path, library: Path, change):
    filled(folder, library)
    change(library)
    assert not kept(folder, library)


@pytest.mark.parametrize(("name", "value"), [("sys.version", "3.99"), ("sys.prefix", "/elsewhere")])
def test_it_is_for_one_python(folder: Path, library: Path, monkeypatch, name: str, value: str):
    filled(folder, library)
    monkeypatch.setattr(name, value)
    assert not kept(folder, library)


def test_it_is_for_one_compiler(folder: Path, library: Path, monkeypatch, tmp_path: Path):
    filled(folder, library)
    for name in cache._COMPILER:
        shutil.copy2(Path(cache.__file__).with_name(name), tmp_path / name)
    monkeypatch.setattr(cache, "__file__", str(tmp_path / "cache.py"))
    assert kept(folder, library)
    os.utime(tmp_path / "simplify.py", ns=(1, 1))
    assert not kept(folder, library)


def damages(content: bytes):
    """Return ways in which a file may be damaged: cut at each place, and one bit after another."""
    for length in range(len(content)):
        yield content[:length]
    for place in range(len(content)):
        yield content[:place] + bytes([content[place] ^ 0x10]) + content[place + 1 :]
    yield content + b"\0"


def test_a_damaged_file_is_not_used(folder: Path, library: Path):
    place = filled(folder, library)
    content = (place / "m").read_bytes()
    for damaged in damages(content):
        (place / "m").write_bytes(damaged)
        assert not kept(folder, library)
    (place / "m").write_bytes(content)
    assert kept(folder, library)


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_that_others_can_write_to_is_not_used(folder: Path, library: Path, mode: int):
    place = filled(folder, library)
    (place / "m").chmod(mode)
    assert not kept(folder, library)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_file_of_another_user_is_not_used(folder: Path, library: Path):
    place = filled(folder, library)
    os.chown(place / "m", 12345, -1)
    assert not kept(folder, library)
    os.chown(place, 12345, -1)
    with pytest.raises(NoCacheError, match="others can write to"):
        Cache.open(folder, library)


@pytest.mark.parametrize("kind", ["link", "folder", "pipe"])
def test_what_is_no_file_is_not_used(folder: Path, library: Path, tmp_path: Path, kind: str):
    place = filled(folder, library)
    (place / "m").rename(tmp_path / "moved")
    match kind:
        case "link":
            (place / "m").symlink_to(tmp_path / "moved")
        case "folder":
            (place / "m").mkdir()
        case "pipe":
            os.mkfifo(place / "m", 0o600)
    assert not kept(folder, library)


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777])
def test_a_folder_that_others_can_write_to_is_refused(folder: Path, library: Path, mode: int):
    filled(folder, library).chmod(mode)
    with pytest.raises(NoCacheError, match="others can write to"):
        Cache.open(folder, library)


def test_a_link_in_place_of_the_folder_is_refused(folder: Path, library: Path, tmp_path: Path):
    place = filled(folder, library)
    place.rename(tmp_path / "elsewhere")
    place.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(NoCacheError, match="failed to open"):
        Cache.open(folder, library)


def test_a_file_in_place_of_a_folder_is_refused(folder: Path, library: Path):
    folder.touch()
    with pytest.raises(NoCacheError, match="Not a directory"):
        Cache.open(folder, library)


def no_room(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


def test_without_room_for_it_a_cache_is_not_started(folder: Path, library: Path, monkeypatch):
    monkeypatch.setattr(os, "replace", no_room)
    with pytest.raises(NoCacheError, match="No space left on device"):
        Cache.open(folder, library)
    (place,) = folder.iterdir()
    assert list(place.iterdir()) == []


def test_a_disk_that_fills_up_later_costs_only_time(folder: Path, library: Path, monkeypatch):
    filled(folder, library)
    cache = Cache.open(folder, library)
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", no_room)
        cache.write("n", (library / "m.py").stat(), COMPILED)
    cache.write("n", (library / "m.py").stat(), COMPILED)
    assert kept(folder, library)
    assert cache.read("n", (library / "m.py").stat()) is None


def test_threads_do_not_write_into_each_others_files(folder: Path, library: Path):
    cache, source = Cache.open(folder, library), (library / "m.py").stat()
    large = compile_lazily(b"x = [" + b"1, " * 20_000 + b"]", "m.py")
    names = [f"m{number}" for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: cache.write(name, source, large), names))
    assert all(cache.read(name, source) == large for name in names)


def test_what_a_killed_process_left_is_removed_in_time(folder: Path, library: Path):
    place = filled(folder, library)
    old, new = place / ".unfinished-1-1", place / ".unfinished-2-1"
    for file in (old, new):
        file.touch()
    os.utime(old, (1, 1))
    Cache.open(folder, library)
    assert sorted(file.name for file in place.iterdir()) == [new.name, "m"]


def test_a_module_is_compiled_once(tmp_path: Path, monkeypatch):
    with imported(tmp_path, {"": "x = [1]\nfrom .a import y", "a": "y = [2]"}) as package:
        assert package.y == [2]
    monkeypatch.setattr(f"{definitions.__name__}.compile_lazily", None)
    with imported(tmp_path) as package:
        assert (package.x, package.y) == ([1], [2])


@pytest.mark.parametrize("error", [RecursionError, SystemError, SyntaxError, ValueError])
def test_a_source_that_does_not_compile_lazily_runs_as_usual(tmp_path: Path, monkeypatch, error):
    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(f"{definitions.__name__}.compile_lazily", refuse)
    with imported(tmp_path, {"": "x = [1]\nfrom .a import y", "a": "y = 2"}) as package:
        assert (vars(package)["x"], vars(package)["y"]) == ([1], 2)
        assert sys.modules[f"{package.__name__}.a"].y == 2
