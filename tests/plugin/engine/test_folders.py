"""The folders of runs without a sandbox: those of a killed build go, and nobody else's do."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from mkdocs_wakepoint.engine import folders


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_the_folder_of_a_build_that_was_killed_goes() -> None:
    folder, lock = folders.make()
    (folder / "left").write_text("a snippet's file")
    os.close(lock)  # as the system does when a process is killed
    folders.sweep()
    assert not folder.exists()


def test_the_folder_of_a_build_that_runs_stays() -> None:
    folder, lock = folders.make()
    folders.sweep()
    assert folder.exists()
    os.close(lock)


def test_what_is_called_alike_stays(temporary: Path) -> None:
    clone = temporary / "wakepoint-main"
    clone.mkdir()
    (clone / "README.md").write_text("somebody's own")
    folders.sweep()
    assert (clone / "README.md").exists()
