"""The folders in which snippets are files, where no sandbox gives each a private one.

Each pool has a folder with a file in it, which whoever works there holds locked. So a folder whose
file nobody holds belonged to a build that was killed, and the next one takes it away. A folder
without such a file is somebody else's, whatever it is called.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

PREFIX = "wakepoint-"
LOCK = "mkdocs-wakepoint.lock"
"""The file that is locked."""


def make() -> tuple[Path, int]:
    """A new folder, and the descriptor that holds its lock; no symbolic link is in its path."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX)).resolve()
        lock = folder / LOCK
        lock.touch()
        descriptor = _lock(lock)
        if descriptor is not None and lock.exists():  # else somebody has swept in between
            return folder, descriptor


def sweep() -> None:
    """Takes away the folders of builds that were killed."""
    for lock in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/{LOCK}"):
        with suppress(OSError):
            descriptor = _lock(lock) if _is_ours(lock.parent) else None
            if descriptor is not None:
                os.close(descriptor)
                shutil.rmtree(lock.parent, ignore_errors=True)


def _is_ours(folder: Path) -> bool:
    if folder.is_symlink() or not folder.is_dir():
        return False
    return sys.platform == "win32" or folder.stat().st_uid == os.getuid()


if sys.platform == "win32":

    def _lock(lock: Path) -> int | None:
        """What is open there can be neither deleted nor opened anew."""
        with suppress(OSError):
            lock.unlink(missing_ok=True)
            return os.open(lock, os.O_CREAT | os.O_EXCL | os.O_RDWR)
        return None

else:
    import fcntl

    def _lock(lock: Path) -> int | None:
        """Descriptors that are inherited hold it as well; see flock(2)."""
        descriptor = os.open(lock, os.O_RDONLY | os.O_NOFOLLOW)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            return None
        return descriptor
