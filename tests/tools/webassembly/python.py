"""A CPython 3.14 in WebAssembly, which Node runs: Pyodide, locked in ``package-lock.json``.

    python tests/tools/webassembly/python.py

downloads what it runs tests with (checked against ``requirements/webassembly-python.txt``) into
``.cache/webassembly-python`` and starts it once. It has one thread, and no sockets, processes,
signals or timers of the system, so of the backends the simulated one alone works there.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = ROOT / ".cache" / "webassembly-python"
REQUIREMENTS = ROOT / "requirements" / "webassembly-python.txt"
VERSION = "3.14"

_NODE_SIDE = Path(__file__).with_suffix(".mjs")


def missing() -> str | None:
    """What has to be done before it can be run; None if nothing."""
    if not shutil.which("node"):
        return "there is no Node; install nodejs and npm"
    if not (ROOT / "node_modules" / "pyodide").exists() or not PACKAGES.exists():
        return "there is no CPython in WebAssembly; run `make webassembly-python`"
    return None


def download() -> None:
    """Download the packages that tests need, into `PACKAGES`.

    Raises:
        subprocess.CalledProcessError: If pip cannot get them, or a hash is not the locked one.
    """
    PACKAGES.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=PACKAGES.parent) as folder:
        fresh = Path(folder) / "packages"
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        pip += ["--no-deps", "--no-compile", "--only-binary", ":all:", "--require-hashes"]
        # Wheels of any platform are those without a compiled part.
        pip += ["--platform", "any", "--python-version", VERSION, "--target", str(fresh)]
        subprocess.run([*pip, "--requirement", REQUIREMENTS], check=True)
        shutil.rmtree(PACKAGES, ignore_errors=True)
        shutil.move(fresh, PACKAGES)


def run(
    *arguments: str,
    stdin: str | None = None,
    folders: Sequence[Path] = (),
    timeout: float = 110.0,
) -> subprocess.CompletedProcess[str]:
    """Run it with these arguments, as ``python`` would be run in a shell in the project's root.

    Args:
        arguments: The command line.
        stdin: What it reads.
        folders: Folders that it has, by the same paths, besides the project's.
        timeout: Seconds before it is killed.

    Returns:
        The exit status and what was written.

    Raises:
        subprocess.TimeoutExpired: If it did not end in time.
    """
    node = shutil.which("node")
    assert node is not None, missing()
    path = [ROOT / "runtime", ROOT / "plugin", ROOT / "tests", PACKAGES]
    mounted = json.dumps([str(folder) for folder in (ROOT, *folders)])
    return subprocess.run(
        [node, _NODE_SIDE, mounted, str(ROOT), *arguments],
        input=stdin or "",
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=timeout,
        env={
            "PYTHONPATH": ":".join(map(str, path)),
            "PYTHONDONTWRITEBYTECODE": "1",
            "WAKEPOINT_BACKEND": "simulated",
        },
    )


def main() -> int:
    """Download what the locked file names and start it once."""
    download()
    if reason := missing():
        print(f"webassembly-python: {reason}", file=sys.stderr)
        return 1
    started = run("-c", "import sys; print(sys.version)")
    print(started.stdout.strip() or started.stderr.strip())
    return started.returncode


if __name__ == "__main__":
    sys.exit(main())
