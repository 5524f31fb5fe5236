"""The two packages as they are published: built, installed somewhere else, and used there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tools.sites import build, write

ROOT = Path(__file__).parents[2]

PAGE = """\
```python wakepoint
import mkdocs_wakepoint
import wakepoint

wakepoint.run(wakepoint.sleep(0.001))
for package in (wakepoint, mkdocs_wakepoint):
    print(package.__file__[1:])  # a whole path would be told from its package on
```
"""


def pip(*arguments: str | Path) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    subprocess.run(command, check=True)


def test_a_site_is_built_with_nothing_but_the_wheels(tmp_path: Path) -> None:
    wheels, there = tmp_path / "wheels", tmp_path / "there"
    alone = ("--no-deps", "--no-index")  # what else they need is here already
    packages = (ROOT / "runtime", ROOT / "plugin")
    pip("wheel", *alone, "--no-build-isolation", "--wheel-dir", wheels, *packages)
    pip("install", *alone, "--target", there, *wheels.iterdir())
    site = tmp_path / "site"
    site.mkdir()
    write(site, {"index.md": PAGE})
    built = build(site, "--strict", into="built", PYTHONPATH=str(there))
    assert built.status == 0, built.log
    (box,) = built.page("").select(".wp")
    stdout = box.select(".wp-stdout samp")[0].get_text()
    imported = [there / name / "__init__.py" for name in ("wakepoint", "mkdocs_wakepoint")]
    assert stdout.splitlines() == [str(path)[1:] for path in imported]
    assert (built.folder / "assets" / "wakepoint.css").exists()
