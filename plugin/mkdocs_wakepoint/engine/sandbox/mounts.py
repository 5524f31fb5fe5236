"""Makes a root of its own for the sandbox; see mount_namespaces(7) and pivot_root(2)."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from mkdocs_wakepoint.engine.sandbox import linux
from mkdocs_wakepoint.engine.sandbox.view import OWN_ETC, View

assert sys.platform == "linux"

TMP = "/tmp"  # noqa: S108 - of the sandbox: nobody else is there

_NEW, _OLD = Path("/new"), Path("/old")
DEVICES = ("full", "null", "random", "urandom", "zero")
"""All that a snippet has in /dev, with /dev/shm and these links."""

DEVICE_LINKS = (
    ("fd", "/proc/self/fd"),
    ("stdin", "/proc/self/fd/0"),
    ("stdout", "/proc/self/fd/1"),
    ("stderr", "/proc/self/fd/2"),
)

_SAFE = linux.MS_NOSUID | linux.MS_NODEV
_READ_ONLY = _SAFE | linux.MS_RDONLY
_LARGEST_COPY = 1 << 20
_FILES_PER_MIB = 256


def make_root(view: View) -> None:
    """Replaces the root of this mount namespace by one that has the view, all of it read-only.

    /tmp, /dev/shm and /proc are folders to mount on. This process is alone in the namespace, and
    the first in its PID namespace.

    Raises:
        OSError: If the system forbids it.
    """
    linux.mount("", "/", "", linux.MS_REC | linux.MS_PRIVATE)
    # A stage on which old and new root stand side by side. Once it is the root, what it was mounted
    # over can be reached again: the Python may be in /tmp.
    stage = next(path for path in (Path(TMP), Path("/mnt"), Path("/proc")) if path.is_dir())
    linux.mount("tmpfs", str(stage), "tmpfs", _SAFE, "mode=755,size=16m")
    for root in (_NEW, _OLD):
        (stage / root.name).mkdir()
    linux.pivot_root(str(stage), f"{stage}{_OLD}")
    os.chdir("/")
    linux.mount("tmpfs", str(_NEW), "tmpfs", _SAFE, "mode=755,size=16m")
    for path in view.readable:
        _show(path)
    for path, target in view.links.items():
        _folder(_beneath(_NEW, path).parent)
        _beneath(_NEW, path).symlink_to(target)
    _make_etc()
    _make_dev()
    for path in ("/proc", TMP):
        _folder(_beneath(_NEW, path))
    # While the old one is in sight: a user namespace that sees none gets none.
    linux.mount("proc", str(_NEW / "proc"), "proc", _SAFE | linux.MS_NOEXEC)
    linux.pivot_root(str(_NEW), str(_beneath(_NEW, TMP)))
    os.chdir("/")
    linux.unmount(TMP)
    linux.restrict_mount("/", _READ_ONLY)


def make_private(temporary: int) -> None:
    """Mounts /proc, and a /tmp and a /dev/shm that nobody else sees, for this PID namespace.

    What is to be seen below /tmp, a Python for instance, is there in the new one too.

    Args:
        temporary: How many MiB the files in either may have.
    """
    linux.mount("proc", "/proc", "proc", _SAFE | linux.MS_NOEXEC)
    data = f"mode=1777,size={temporary}m,nr_inodes={temporary * _FILES_PER_MIB}"
    shown = {entry.name: os.open(entry, os.O_PATH | os.O_CLOEXEC) for entry in os.scandir(TMP)}
    for path in (TMP, "/dev/shm"):  # noqa: S108
        linux.mount("tmpfs", path, "tmpfs", _SAFE, data)
    for name, descriptor in shown.items():
        _show_again(Path(f"/proc/self/fd/{descriptor}"), Path(TMP, name))
        os.close(descriptor)
    os.chdir(TMP)


def _show_again(source: Path, target: Path) -> None:
    """Has what a mount has covered at a place in that mount, as read-only as it was."""
    if source.is_dir():
        target.mkdir(mode=0o755)
    else:
        target.touch()
    linux.mount(str(source), str(target), "", linux.MS_BIND | linux.MS_REC)


def _beneath(root: Path, path: str) -> Path:
    return root / path.removeprefix("/")


def _show(path: str) -> None:
    source, target = _beneath(_OLD, path), _beneath(_NEW, path)
    if source.is_dir():
        _folder(target)
    elif path.startswith("/etc/") and source.stat().st_size <= _LARGEST_COPY:
        _folder(target.parent)
        shutil.copyfile(source, target)  # each mount costs each run something
        return
    else:
        _folder(target.parent)
        target.touch()
    linux.mount(str(source), str(target), "", linux.MS_BIND | linux.MS_REC)
    linux.restrict_mount(str(target), _READ_ONLY, recursive=True)


def _make_etc() -> None:
    _folder(_NEW / "etc")
    for file in _beneath(_OLD, str(OWN_ETC)).iterdir():
        shutil.copyfile(file, _NEW / "etc" / file.name)


def _make_dev() -> None:
    _folder(_NEW / "dev/shm")
    for name in DEVICES:
        target = _NEW / "dev" / name
        target.touch()
        linux.mount(str(_OLD / "dev" / name), str(target), "", linux.MS_BIND)
        device = linux.MS_RDONLY | linux.MS_NOSUID | linux.MS_NOEXEC  # it can be written to
        linux.restrict_mount(str(target), device)
    for name, to in DEVICE_LINKS:
        (_NEW / "dev" / name).symlink_to(to)


def _folder(path: Path) -> None:
    path.mkdir(parents=True, exist_ok=True)
