"""Serves a site as its author does: by the command ``mkdocs serve``."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bs4 import BeautifulSoup
from tools.sites import ENVIRONMENT


class Server:
    """A running ``mkdocs serve``.

    Args:
        process: It, with its output in one pipe.
        address: Where it serves.
    """

    def __init__(self, process: subprocess.Popen[str], address: str) -> None:
        self.process = process
        self._address = address

    def wait_for(self, text: str) -> list[str]:
        """What it says until it says ``text``, that line included.

        Raises:
            AssertionError: If it ends before.
        """
        assert self.process.stdout is not None
        lines: list[str] = []
        for line in self.process.stdout:
            lines.append(line.rstrip("\n"))
            if text in line:
                return lines
        raise AssertionError("\n".join([f"it ended and never said {text!r}:", *lines]))

    def page(self, name: str = "") -> BeautifulSoup:
        """A page as a browser gets it; empty for index.md."""
        with urllib.request.urlopen(f"{self._address}{name}") as answer:
            return BeautifulSoup(answer.read().decode(), "html.parser")

    def save(self, path: Path, text: str) -> list[str]:
        """Saves a page, and returns what is said until browsers are told to reload."""
        path.write_text(text, encoding="utf-8")
        return self.wait_for("Reloading browsers")

    def interrupt(self) -> int:
        """Ctrl-C in its terminal; returns its exit status."""
        self.process.send_signal(signal.SIGINT)
        assert self.process.stdout is not None
        self.process.stdout.read()
        return self.process.wait()


@contextmanager
def serving(folder: Path, *flags: str) -> Iterator[Server]:
    """Runs ``mkdocs serve``; whoever asks has to wait until it says that it serves."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [sys.executable, "-u", "-m", "mkdocs", "serve", "--dev-addr", address, *flags]
    with subprocess.Popen(
        command,
        cwd=folder,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield Server(process, f"http://{address}/")
        finally:
            process.kill()
