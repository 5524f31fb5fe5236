"""What a snippet says that it has imported is read with care: it can say anything."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from mkdocs_wakepoint.engine.inputs import digests


def test_a_module_has_a_digest_which_changes_with_it(tmp_path: Path) -> None:
    module = tmp_path / "mine.py"
    module.write_text("x = 1")
    first = digests([str(module)])
    module.write_text("x = 2")
    assert first is not None
    assert digests([str(module)]) not in (None, first)


def test_an_empty_module_has_one_too(tmp_path: Path) -> None:
    (tmp_path / "__init__.py").touch()
    assert digests([str(tmp_path / "__init__.py")]) is not None


@pytest.mark.parametrize("path", ["/etc/hostname", "/proc/kmsg", "/proc/self/mem", "a\0.py", ""])
def test_what_python_does_not_import_is_not_read(path: str) -> None:
    assert digests([path]) is None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    if sys.platform != "win32":
        os.mkfifo(tmp_path / "module.py")
    (tmp_path / "link.py").symlink_to("/dev/zero")
    assert digests([str(tmp_path / "module.py")]) is None
    assert digests([str(tmp_path / "link.py")]) is None
