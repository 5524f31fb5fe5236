"""Where the tools are that some tests need, and what to do where one is missing."""

from __future__ import annotations

import ctypes
import ctypes.util
import functools
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from mkdocs_wakepoint.engine.sandbox.choice import Sandbox, why_not
from wakepoint.kernel import Kernel

_ROOT = Path(__file__).parents[2]

_BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
)

_SYS_IO_URING_SETUP = 425  # The same on every architecture but alpha.


@functools.cache
def browser() -> str | None:
    """The path of a Chromium or Chrome; ``WAKEPOINT_BROWSER`` names another."""
    named = os.environ.get("WAKEPOINT_BROWSER")
    return next(filter(None, map(shutil.which, [named] if named else _BROWSERS)), None)


def missing_browser() -> str | None:
    """What to do for a browser."""
    if browser():
        return None
    return "there is no Chromium; install it, or name one in WAKEPOINT_BROWSER"


@functools.cache
def missing_bubblewrap() -> str | None:
    """What to do for a sandbox that starts: some systems forbid user namespaces."""
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        return "there is no bwrap; install bubblewrap"
    command = [bwrap, "--unshare-all", "--ro-bind", "/", "/", "true"]
    tried = subprocess.run(command, capture_output=True, text=True, check=False)
    return None if tried.returncode == 0 else f"bwrap does not work here: {tried.stderr.strip()}"


def missing_node() -> str | None:
    """What to do for Node with what the script is built with."""
    if not shutil.which("node") or not shutil.which("npm"):
        return "there is no Node; install nodejs and npm"
    if not (_ROOT / "node_modules" / ".bin" / "esbuild").exists():
        return "the assets' tools are not installed; run `make asset-tools`"
    return None


def missing_namespaces() -> str | None:
    """What to do for the engine's own sandbox."""
    return why_not(Sandbox.NAMESPACES)


def missing_seatbelt() -> str | None:
    """What to do for the sandbox of macOS."""
    return why_not(Sandbox.MACOS) if sys.platform == "darwin" else "it is the sandbox of macOS"


@functools.cache
def missing_io_uring() -> str | None:
    """What to do for io_uring: containers and hardened kernels often switch it off."""
    if sys.platform != "linux":
        return "io_uring is Linux's"
    libc = ctypes.CDLL(None, use_errno=True)
    ring = libc.syscall(_SYS_IO_URING_SETUP, 1, ctypes.create_string_buffer(120))
    if ring < 0:
        why = os.strerror(ctypes.get_errno())
        return f"this kernel ({platform.release()}) lets nobody use io_uring: {why}"
    os.close(ring)
    if importlib.util.find_spec("liburing") is None:
        return "there is no liburing; it is in requirements/dev.txt for x86-64"
    return None


def libkqueue() -> str | None:
    """The path of libkqueue; ``WAKEPOINT_LIBKQUEUE`` names another than the system's."""
    return os.environ.get("WAKEPOINT_LIBKQUEUE") or ctypes.util.find_library("kqueue")


def libkqueue_kernel() -> Kernel:
    """A kernel with libkqueue's kqueue."""
    from wakepoint.backends.kqueue.libkqueue import LibkqueueKernel

    path = libkqueue()
    assert path is not None, missing_libkqueue()
    return LibkqueueKernel(path)


def missing_libkqueue() -> str | None:
    """What to do for kqueue on Linux."""
    if libkqueue():
        return None
    return "there is no libkqueue; build it and name it in WAKEPOINT_LIBKQUEUE, see CONTRIBUTING.md"


def missing_rustc() -> str | None:
    """What to do for a Rust compiler."""
    if shutil.which("rustc"):
        return None
    return "there is no rustc here; install Rust to run this, see CONTRIBUTING.md"


def missing_network() -> str | None:
    """What to do for tests that download: it is asked for, never done unasked."""
    if os.environ.get("WAKEPOINT_NETWORK"):
        return None
    return "it downloads packages; set WAKEPOINT_NETWORK=1 to let it"
