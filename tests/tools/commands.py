"""What the command line's tests write and start."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

PROGRAM = str(Path(sys.executable).with_name("mkdocs-wakepoint"))

SCRIPT = """\
import wakepoint

async def nap(seconds):
    kept = "yes"
    await wakepoint.sleep(seconds)
    return kept

print("woke:", wakepoint.run(nap(0.001)))
"""

PAGE = f"""\
---
title: A page
wakepoint:
  timeout: 7
---

```python wakepoint title="A nap"
{SCRIPT}```

```python wakepoint
print("second")
```

```python
print("never")
```
"""


def fence(source: str, header: str = "") -> str:
    """A snippet in a page."""
    return f"```{f'python wakepoint {header}'.rstrip()}\n{source}\n```\n"


def write(path: Path, text: str) -> None:
    """Makes a file, and its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


ENVIRONMENT = {**os.environ, "PYTHONUTF8": "1"}
"""In which a script writes UTF-8 on each platform."""


def started(*arguments: str, **how: Any) -> subprocess.Popen[str]:
    """The program, as a shell starts it."""
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    how = {"env": ENVIRONMENT, **how}
    return subprocess.Popen([PROGRAM, *arguments], text=True, encoding="utf-8", **(pipes | how))


def ran(*arguments: str, **how: Any) -> tuple[int, str, str]:
    """The exit status of the program, what it printed, and what it said beside."""
    process = started(*arguments, **how)
    out, err = process.communicate(timeout=100)
    return process.returncode, out, err
