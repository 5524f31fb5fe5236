"""Changes of files, on every backend that talks to a real kernel."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

import pytest
from tools.peers import settle
from tools.rig import Rig

from wakepoint import ClosedResourceError, run, select, spawn, yield_now
from wakepoint.files import Change, Watch, watch

if sys.platform == "win32":
    pytest.skip("files are not watched on Windows", allow_module_level=True)


@pytest.fixture
def rig(real_rig: Rig) -> Rig:
    return real_rig


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with something in it."""
    path = tmp_path / "file"
    path.write_bytes(b"something")
    return path


async def until(watched: Watch, expected: Change) -> Change:
    """Collects changes until the wanted ones are among them."""
    changes = Change(0)
    while expected not in changes:
        changes |= await watched.changed()
    return changes


def append(path: Path) -> None:
    with path.open("ab") as opened:
        opened.write(b" more")


def protect(path: Path) -> None:
    path.chmod(0o600)


def rename(path: Path, name: Path) -> None:
    path.rename(name)


def delete(path: Path) -> None:
    path.unlink()


def descriptors() -> int:
    """How many are open, besides those of what nobody refers to any more."""
    gc.collect()
    return len(list(Path("/dev/fd").iterdir()))


def test_writing_wakes_who_watches(rig: Rig, file: Path) -> None:
    async def main() -> Change:
        with watch(file) as watched:
            waiting = spawn(watched.changed())
            await settle()
            assert not waiting.is_finished()
            append(file)
            return await waiting

    assert rig.run(main()) == Change.MODIFIED


def test_a_change_that_came_before_somebody_waits_is_not_lost(rig: Rig, file: Path) -> None:
    async def main() -> Change:
        with watch(file) as watched:
            append(file)
            return await watched.changed()

    assert rig.run(main()) == Change.MODIFIED


def test_it_comes_again_and_again(rig: Rig, file: Path) -> None:
    async def main() -> None:
        with watch(file) as watched:
            for _ in range(20):
                append(file)
                assert await watched.changed() == Change.MODIFIED
                index, _ = await select(watched.changed(), yield_now())
                assert index == 1, "one change was told twice"

    rig.run(main())


def test_attributes_names_and_the_end(rig: Rig, file: Path) -> None:
    other = file.with_name("other")

    async def main() -> None:
        with watch(file) as watched:
            protect(file)
            assert await watched.changed() == Change.ATTRIBUTES
            rename(file, other)
            assert Change.RENAMED in await until(watched, Change.RENAMED)
            delete(other)
            assert Change.DELETED in await until(watched, Change.DELETED)

    rig.run(main())


def test_a_directory_changes_with_its_entries(rig: Rig, tmp_path: Path) -> None:
    async def main() -> None:
        with watch(tmp_path) as watched:
            for act in (
                lambda: (tmp_path / "new").touch(),
                lambda: (tmp_path / "new").rename(tmp_path / "other"),
                lambda: (tmp_path / "other").unlink(),
            ):
                act()
                await until(watched, Change.MODIFIED)

    rig.run(main())


def test_each_watch_hears_of_its_own_file(rig: Rig, file: Path, tmp_path: Path) -> None:
    beside = tmp_path / "beside"
    beside.write_bytes(b"")

    async def main() -> None:
        with watch(file) as one, watch(beside) as other, watch(file) as again:
            waiting = spawn(other.changed())
            append(file)
            assert await one.changed() == await again.changed() == Change.MODIFIED
            assert not waiting.is_finished()
            append(beside)
            assert await waiting == Change.MODIFIED

    rig.run(main())


def test_a_wait_that_was_given_up_loses_no_change(rig: Rig, file: Path) -> None:
    async def main() -> Change:
        with watch(file) as watched:
            for _ in range(20):
                index, _ = await select(watched.changed(), yield_now())
                assert index == 1
            append(file)
            return await watched.changed()

    assert rig.run(main()) == Change.MODIFIED


def test_many_changes_at_once_are_told_together(rig: Rig, file: Path) -> None:
    async def main() -> Change:
        with watch(file) as watched:
            for _ in range(500):
                append(file)
            protect(file)
            return await until(watched, Change.MODIFIED | Change.ATTRIBUTES)

    assert rig.run(main()) == Change.MODIFIED | Change.ATTRIBUTES


def test_closing_ends_a_pending_wait(rig: Rig, file: Path) -> None:
    async def main() -> None:
        watched = watch(file)
        waiting = spawn(watched.changed())
        await settle()
        watched.close()
        watched.close()
        with pytest.raises(ClosedResourceError):
            await waiting
        with pytest.raises(ClosedResourceError):
            watched.changed()

    rig.run(main())


def test_there_is_no_such_file(rig: Rig, tmp_path: Path) -> None:
    async def main() -> None:
        before = descriptors()
        with pytest.raises(FileNotFoundError):
            watch(tmp_path / "nowhere")
        assert descriptors() <= before

    async def warm() -> None:
        await settle()
        with watch(os.curdir):
            pass
        await main()

    rig.run(warm())


def test_the_simulated_kernel_has_no_files(file: Path) -> None:
    async def main() -> None:
        with pytest.raises(NotImplementedError, match="simulated"):
            watch(file)

    run(main(), backend="simulated")
