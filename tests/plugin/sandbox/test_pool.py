"""The engine's pool runs snippets in each sandbox, and what they print is the same."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tools.snippets import run

from mkdocs_wakepoint.engine import Settings, pool
from mkdocs_wakepoint.engine.sandbox import Sandbox

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="namespaces are Linux's")


@pytest.fixture
def only(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the sandboxes there is this one."""
    monkeypatch.setattr(pool, "choose", lambda _: Sandbox(kind))


@pytest.mark.usefixtures("only")
def test_a_run_is_recorded() -> None:
    ran = run(
        """
        import os
        import wakepoint

        async def main():
            await wakepoint.sleep(0.001)
            return "done"

        print(wakepoint.run(main()), sorted(os.listdir("/proc"))[0])
        """
    )
    assert ran.problems == []
    assert ran.written() == "done 1\n"
    assert [machine.name for machine in ran.recording.machines] == ["main"]


@pytest.mark.usefixtures("only")
def test_a_snippet_finds_what_a_program_finds() -> None:
    ran = run(
        """
        import os, sys
        print(__file__, os.getcwd(), sys.argv, os.listdir("."))
        print(sorted(os.listdir("/proc/self/fd"), key=int)[:4])
        """
    )
    assert ran.problems == []
    assert ran.written() == "snippet.py . ['snippet.py'] ['snippet.py']\n['0', '1', '2', '3']\n"


@pytest.mark.usefixtures("only")
def test_the_sources_and_the_cache_are_out_of_sight(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Page")
    ran = run(f"import os\nprint(os.path.exists({str(page)!r}))")
    assert ran.written() == "False\n"


@pytest.mark.usefixtures("only")
def test_a_snippet_that_holds_too_much_is_told() -> None:
    ran = run(
        """
        import os, signal
        for _ in range(4):
            if os.fork() == 0:
                held = bytearray(200 << 20)
                signal.pause()
        signal.pause()
        """,
        Settings(memory=512),
        timeout=20,
    )
    assert len(ran.problems) == 1
    assert "memory" in ran.problems[0]
