"""Which files a sandbox shows, and what is said where there can be none."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import pytest

from mkdocs_wakepoint.engine.sandbox import advice, choice
from mkdocs_wakepoint.engine.sandbox.advice import advice as advice_on
from mkdocs_wakepoint.engine.sandbox.view import View, view

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="namespaces are Linux's")


def test_of_a_project_that_is_installed_in_place_only_what_is_imported_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "project"
    for file in (
        "package/__init__.py",
        "space/inner/__init__.py",
        "module.py",
        ".env",
        ".git/config",
        "docs/index.md",
        "docs/hook.py",
        "secrets.json",
    ):
        (project / file).parent.mkdir(parents=True, exist_ok=True)
        (project / file).write_text("")
    monkeypatch.setattr(sys, "path", [*sys.path, str(project)])
    shown = view()
    there = sorted(path.removeprefix(f"{project}/") for path in shown.readable if "project" in path)
    assert there == ["module.py", "package", "space/inner"]


def test_links_lead_where_they_did(tmp_path: Path) -> None:
    real = tmp_path / "real"
    (real / "inner").mkdir(parents=True)
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "circle").symlink_to("circle")
    shown = View.of([f"{tmp_path}/link/inner", f"{tmp_path}/circle", f"{tmp_path}/none"])
    assert shown.readable == [str(real / "inner")]
    assert shown.links[str(tmp_path / "link")] == "real"


def test_what_is_in_a_folder_that_is_shown_is_not_shown_again(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "ab").mkdir()
    paths = [str(tmp_path / name) for name in ("a/b", "ab", "a")]
    assert View.of(paths).readable == [str(tmp_path / "a"), str(tmp_path / "ab")]


@pytest.mark.parametrize(
    "settings, number, file, said",
    [
        (
            {"kernel/apparmor_restrict_unprivileged_userns": "1"},
            errno.EACCES,
            None,
            "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
        ),
        ({"user/max_user_namespaces": "0"}, errno.ENOSPC, None, "user.max_user_namespaces=10000"),
        ({}, errno.EPERM, "/new/proc", "systempaths=unconfined"),
        ({}, errno.EPERM, None, "seccomp=unconfined"),
        ({}, errno.ENOSYS, None, "Linux 5.12"),
        ({}, errno.EIO, None, "the sandbox cannot be made"),
    ],
)
def test_what_forbids_it_is_said_in_one_line_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
    settings: dict[str, str],
    number: int,
    file: str | None,
    said: str,
) -> None:
    monkeypatch.setattr(advice, "_value", lambda name: settings.get(name, ""))
    line = advice_on(OSError(number, os.strerror(number), file))
    assert said in line
    assert "\n" not in line


def test_a_trial_that_does_not_end_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "_PATIENCE", 0.001)
    choice.KNOWN.clear()
    try:
        reason = choice.why_not(choice.Sandbox.NAMESPACES)
    finally:
        choice.KNOWN.clear()
    assert reason is not None
    assert "did not end" in reason
