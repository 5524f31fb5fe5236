"""The cache's folder: whole entries or none, whoever writes there, and whatever happens to it."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkdocs_wakepoint.engine.cache import Cache, digest

KEY = digest("a key")


def entry(folder: Path, key: str = KEY) -> Path:
    return folder / "runs" / key


def fresh(folder: Path) -> Cache:
    """The cache of another build: nothing of it is in memory."""
    return Cache(folder)


def test_what_was_written_is_read_by_another_build(tmp_path: Path) -> None:
    Cache(tmp_path).write("runs", KEY, b"a recording")
    assert fresh(tmp_path).read("runs", KEY) == b"a recording"
    assert fresh(tmp_path).read("drawings", KEY) is None
    assert fresh(tmp_path).read("runs", digest("another key")) is None


def test_tools_are_told_that_it_can_be_made_again(tmp_path: Path) -> None:
    folder = tmp_path / ".cache" / "wakepoint"
    Cache(folder).write("runs", KEY, b"")
    tag = (folder / "CACHEDIR.TAG").read_text(encoding="utf-8")
    assert tag.startswith("Signature: 8a477f597d28d172789f06886806bc55")
    assert (folder / ".gitignore").read_text(encoding="utf-8") == "*\n"


def test_an_entry_is_written_anew_where_there_is_a_damaged_one(tmp_path: Path) -> None:
    Cache(tmp_path).write("runs", KEY, b"a recording")
    entry(tmp_path).write_bytes(b"")
    cache = fresh(tmp_path)
    assert cache.read("runs", KEY) is None
    cache.write("runs", KEY, b"a recording")
    assert fresh(tmp_path).read("runs", KEY) == b"a recording"


@given(data=st.binary(max_size=200), draw=st.data())
def test_one_changed_byte_makes_it_a_miss(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, draw: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("cache")
    Cache(folder).write("runs", KEY, data)
    content = bytearray(entry(folder).read_bytes())
    position = draw.draw(st.integers(0, len(content) - 1))
    content[position] ^= draw.draw(st.integers(1, 255))
    entry(folder).write_bytes(content)
    assert fresh(folder).read("runs", KEY) is None


@given(data=st.binary(max_size=200), draw=st.data())
def test_one_that_was_cut_is_a_miss(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, draw: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("cache")
    Cache(folder).write("runs", KEY, data)
    content = entry(folder).read_bytes()
    entry(folder).write_bytes(content[: draw.draw(st.integers(0, len(content) - 1))])
    assert fresh(folder).read("runs", KEY) is None


def test_an_entry_under_the_name_of_another_is_a_miss(tmp_path: Path) -> None:
    Cache(tmp_path).write("runs", KEY, b"a recording")
    other = digest("another key")
    entry(tmp_path).rename(entry(tmp_path, other))
    assert fresh(tmp_path).read("runs", other) is None


def test_what_was_not_used_for_longest_goes_first(tmp_path: Path) -> None:
    cache = Cache(tmp_path, limit=3000)
    keys = [digest(str(number)) for number in range(5)]
    for age, key in enumerate(keys):
        cache.write("runs", key, bytes(900))
        when = time.time() - 86400 * (5 - age)
        os.utime(entry(tmp_path, key), (when, when))
    assert Cache(tmp_path).read("runs", keys[0]) is not None  # so it was used just now
    cache.sweep()
    left = [key for key in keys if entry(tmp_path, key).exists()]
    assert left == [keys[0], keys[3], keys[4]]


def test_what_a_killed_build_left_unfinished_is_removed(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.write("runs", KEY, b"a recording")
    old, new = (entry(tmp_path).with_name(f"{KEY}.{name}.part") for name in ("old", "new"))
    for path in (old, new):
        path.write_bytes(b"half of")
    os.utime(old, (0, 0))
    cache.sweep()
    assert not old.exists()
    assert new.exists()  # another build may be writing it now


def test_a_folder_that_cannot_be_is_told_and_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    cache = Cache(tmp_path / "file" / "cache")
    cache.write("runs", KEY, b"a recording")
    assert cache.problem is not None
    assert cache.read("runs", KEY) == b"a recording"
    cache.sweep()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full stands for a full disk")
def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def write_bytes(path: Path, data: bytes) -> int:
        with Path("/dev/full").open("wb") as full:
            return full.write(data)

    cache = Cache(tmp_path)
    cache.write("runs", digest("before"), b"")
    monkeypatch.setattr(Path, "write_bytes", write_bytes)
    cache.write("runs", KEY, b"a recording")
    assert cache.problem is not None
    assert [path.name for path in (tmp_path / "runs").iterdir()] == [digest("before")]


WRITE = """\
import sys
from pathlib import Path
from mkdocs_wakepoint.engine.cache import Cache, digest
cache = Cache(Path(sys.argv[1]), limit=200_000)
print("writes", flush=True)
while True:
    for number in range(50):
        cache.write("runs", digest(str(number)), str(number).encode() * 5000)
    cache.sweep()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a file that is read cannot be replaced there")
def test_two_builds_at_once_that_are_killed_leave_whole_entries(tmp_path: Path) -> None:
    chance = random.Random(8)
    for _ in range(5):
        command = [sys.executable, "-c", WRITE, str(tmp_path)]
        builds = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(2)]
        for build in builds:
            assert build.stdout is not None
            build.stdout.readline()
        for number in chance.choices(range(50), k=200):  # while they write, and remove
            read = fresh(tmp_path).read("runs", digest(str(number)))
            assert read in (None, str(number).encode() * 5000)
        for build in builds:
            build.kill()
            build.communicate()
    for path in (tmp_path / "runs").iterdir():
        if path.suffix != ".part":
            assert fresh(tmp_path).read("runs", path.name) is not None


def test_a_digest_tells_texts_apart_however_they_are_cut() -> None:
    assert len({digest("ab", "c"), digest("a", "bc"), digest("abc"), digest("abc", "")}) == 4
