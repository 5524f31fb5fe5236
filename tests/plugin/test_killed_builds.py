"""A build that is killed leaves nothing running and nothing in the way of the next one."""

from __future__ import annotations

import filecmp
import signal
import sys
from pathlib import Path

import pytest
from tools import orphans, sites

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it looks into /proc")

SNIPPET = """\
import subprocess, sys, wakepoint

async def main():
    await wakepoint.sleep(0.001)
    print({number})

wakepoint.run(main())
{rest}
"""

CHILDREN = 'subprocess.run([sys.executable, "-c", "import time; time.sleep(600)"])'
"""What would outlive its snippet."""

HOOKS = '''\
"""Kills the build when something happens for the nth time."""
import itertools, os, signal

what, _, number = os.environ.get("KILL_AT", "nothing 0").rpartition(" ")
count = itertools.count(1)


def happens(name):
    if name == what and next(count) == int(number):
        os.kill(os.getpid(), getattr(signal, os.environ["KILL_BY"]))


def on_files(files, config):
    happens("files")

def on_page_markdown(markdown, page, config, files):
    happens("markdown")

def on_env(env, config, files):
    happens("env")

def on_post_page(output, page, config):
    happens("written")

def replace(*arguments, _replace=os.replace):
    happens("before replace")
    _replace(*arguments)
    happens("after replace")

os.replace = replace
'''

MOMENTS = [
    # First, while there is something left that no earlier build has kept.
    *(f"{when} replace {number}" for number in (1, 3) for when in ("before", "after")),
    *(f"{what} {number}" for what in ("markdown", "written") for number in (1, 4, 6)),
    "env 1",
]


def write(folder: Path, rest: str = "") -> None:
    pages = {
        f"{number}.md": f'# {number}\n\n```python wakepoint timeout="20"\n'
        + SNIPPET.format(number=number, rest=rest)
        + "```\n"
        for number in range(6)
    }
    folder.mkdir()
    sites.write(folder, {**pages, "index.md": "# Home\n"}, f"{sites.BARE}hooks:\n  - kill.py\n")
    (folder / "kill.py").write_text(HOOKS, encoding="utf-8")


def left_by_build(folder: Path, moment: str, by: str) -> list[str]:
    temporary = folder / "temporary"
    temporary.mkdir(exist_ok=True)
    environment = {**sites.ENVIRONMENT, "KILL_AT": moment, "KILL_BY": by}
    environment["TMPDIR"] = str(temporary)
    command = [sys.executable, "-m", "mkdocs", "build"]
    status, left = orphans.left_by(command, folder, environment)
    assert status == -signal.Signals[by], "the moment has come"
    return left + [path.name for path in temporary.iterdir()]


@pytest.mark.timeout(300)
def test_the_next_build_is_right_whenever_one_is_killed(tmp_path: Path) -> None:
    write(tmp_path / "killed")
    write(tmp_path / "fresh")
    for moment in MOMENTS:
        assert left_by_build(tmp_path / "killed", moment, "SIGKILL") == [], moment
    for folder in ("killed", "fresh"):
        assert sites.build(tmp_path / folder, "--strict").status == 0
    compared = filecmp.dircmp(tmp_path / "killed" / "site", tmp_path / "fresh" / "site")
    assert differences(compared) == []


def differences(compared: filecmp.dircmp[str]) -> list[str]:
    below = [each for sub in compared.subdirs.values() for each in differences(sub)]
    return [*compared.left_only, *compared.right_only, *compared.diff_files, *below]


@pytest.mark.parametrize("by", ["SIGKILL", "SIGTERM"])
def test_nothing_that_a_snippet_started_outlives_the_build(tmp_path: Path, by: str) -> None:
    write(tmp_path / "site", CHILDREN)
    assert left_by_build(tmp_path / "site", "markdown 6", by) == []
