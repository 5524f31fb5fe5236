"""The folders in which snippets are files, where no sandbox gives each a private one.

Each pool has a folder, and whoever works in it holds a lock on it. So a folder without a lock
belonged to a build that was killed, and the next one takes it away.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

PREFIX = "wakepoint-"


def make() -> tuple[Path, int]:
    """A new folder, and the descriptor that holds its lock; no symbolic link is in its path."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX)).resolve()
        descriptor = _lock(folder)
        if descriptor is not None and folder.exists():
            return folder, descriptor


def sweep() -> None:
    """Takes away the folders of builds that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):
            if not _is_ours(folder):
                continue
            descriptor = _lock(folder)
            if descriptor is not None:
                os.close(descriptor)
                shutil.rmtree(folder, ignore_errors=True)


def _is_ours(folder: Path) -> bool:
    if folder.is_symlink() or not folder.is_dir():
        return False
    return sys.platform == "win32" or folder.stat().st_uid == os.getuid()


if sys.platform == "win32":

    def _lock(folder: Path) -> int | None:
        """What is open there can be neither deleted nor opened anew."""
        with suppress(OSError):
            lock = folder / "lock"
            lock.unlink(missing_ok=True)
            return os.open(lock, os.O_CREAT | os.O_EXCL | os.O_RDWR)
        return None

else:
    import fcntl

    def _lock(folder: Path) -> int | None:
        """Descriptors that are inherited hold it as well; see flock(2)."""
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            return None
        return descriptor
