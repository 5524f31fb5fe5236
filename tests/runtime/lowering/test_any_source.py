"""Whatever is lowered is Python: on code that nobody here wrote."""

from __future__ import annotations

import re
import sysconfig
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from wakepoint.machine import MachineError, lower_source

FOLDERS = sysconfig.get_paths()
LIBRARY = Path(FOLDERS["stdlib"])
INSTALLED = Path(FOLDERS["purelib"])


def modules(folder: Path) -> Iterator[tuple[Path, str]]:
    """The modules in a folder that have coroutines in them and are Python."""
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder).parts
        if "site-packages" in parts or {"test", "tests", "idlelib"} & {*parts}:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        if re.search(r"^\s*async def", text, re.MULTILINE):
            try:
                compile(text, str(path), "exec", dont_inherit=True)
            except (SyntaxError, ValueError):  # what tools try themselves on
                continue
            yield path, text


@pytest.mark.parametrize("folder", [LIBRARY, INSTALLED], ids=["standard library", "installed"])
@pytest.mark.timeout(300)
def test_what_is_lowered_is_python(folder: Path) -> None:
    lowered, wrong, refused = 0, {}, []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        for path, text in modules(folder):
            try:
                compile(lower_source(text, str(path)).text, str(path), "exec", dont_inherit=True)
            except MachineError as error:
                if not re.search(r":\d+\)|line \d+", str(error)):
                    wrong[str(path)] = f"it names no line: {error}"
                refused.append(str(error))
            except Exception as error:
                wrong[str(path)] = f"{type(error).__name__}: {error}"
            else:
                lowered += 1
    assert not wrong
    if lowered < 5:
        pytest.skip("hardly any coroutine is installed here")
    assert len(refused) <= lowered / 10, refused
