"""Files as the commands are given them: any of them may be something else than text.

Whatever keeps one from being read is told with its name and line; nothing waits for a pipe.
"""

from __future__ import annotations

import io
import os
import stat
import tokenize
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from mkdocs_wakepoint.snippet import Location, Problem

MARKDOWN: Final = (".md", ".markdown", ".mdown", ".mkdn", ".mkd")
"""How the names of Markdown files end; MkDocs has the same."""

_KINDS: Final = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}

_BINARY: Final = getattr(os, "O_BINARY", 0)
_LEAVE: Final = "give yourself leave to read it"
_ZIP: Final = b"PK\x03\x04"


class UnreadableError(ValueError):
    """A file that cannot be read.

    Attributes:
        problem: Which one, and why not.
    """

    def __init__(self, name: str, line: int, what: str, remedy: str) -> None:
        self.problem = Problem(Location(name, line), what, remedy)
        super().__init__(str(self.problem))


def is_markdown(path: Path) -> bool:
    """True if a file's name says that it is Markdown."""
    return path.suffix.lower() in MARKDOWN


def content(path: Path, name: str = "") -> bytes:
    """What is in a file.

    Args:
        path: The file.
        name: What it is called in an error, if not by its path.

    Raises:
        UnreadableError: If there is none, it must not be read, or it is no regular file.
    """
    name = name or path.as_posix()
    try:
        # A pipe would be waited for, by whoever opens it and by whoever reads.
        number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _BINARY)
    except FileNotFoundError:
        raise UnreadableError(name, 1, "there is no such file", "correct the path") from None
    except OSError as error:
        kind = _kind(path)
        if kind:
            raise UnreadableError(name, 1, f"it is {kind}", "name a file") from None
        what = f"it cannot be opened ({error.strerror})"
        raise UnreadableError(name, 1, what, _LEAVE) from None
    with os.fdopen(number, "rb") as file:
        kind = _KINDS.get(stat.S_IFMT(os.fstat(number).st_mode))
        if kind:
            raise UnreadableError(name, 1, f"it is {kind}", "name a file")
        try:
            return file.read()
        except OSError as error:
            what = f"it cannot be read ({error.strerror})"
            raise UnreadableError(name, 1, what, "look at the disk") from None


def text(path: Path, name: str = "") -> str:
    """A file's text, without a byte order mark; every line ends with a newline character.

    Args:
        path: The file.
        name: What it is called in an error, if not by its path.

    Raises:
        UnreadableError: As `content`, or if it is not UTF-8.
    """
    return _decoded(content(path, name), "utf-8-sig", name or path.as_posix())


def python(path: Path) -> str:
    """The text of a script, in the encoding that its first lines name (PEP 263).

    Raises:
        UnreadableError: As `content`, or if it is no text in that encoding.
    """
    data, name = content(path), path.as_posix()
    if data.startswith(_ZIP):
        what, remedy = "it is an archive, and no script", "unpack it, and name its __main__.py"
        raise UnreadableError(name, 1, what, remedy)
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return _decoded(data, encoding, name)
    except (SyntaxError, LookupError) as error:
        _decoded(data, "utf-8", name)  # if it is not even that, it is told with its line
        raise UnreadableError(name, 1, str(error), "name an encoding that Python has") from None


def _decoded(data: bytes, encoding: str, name: str) -> str:
    try:
        decoded = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        shown = "UTF-8" if encoding.startswith("utf-8") else encoding
        what = f"the byte 0x{data[error.start]:02x} in this line is not {shown}"
        raise UnreadableError(name, line, what, "save it as UTF-8") from None
    return decoded.replace("\r\n", "\n").replace("\r", "\n")


def problem(path: Path, name: str) -> Problem | None:
    """What keeps a file from being read as text; None if nothing does."""
    try:
        text(path, name)
    except UnreadableError as error:
        return error.problem
    return None


def pages(folder: Path, report: Callable[[Problem], None]) -> Iterator[Path]:
    """The Markdown files below a folder, in the order of their paths.

    What a name hides that begins with a dot is left out, as MkDocs does. A folder that several
    links lead to is visited once, so a circle of them has an end.

    Args:
        folder: The folder.
        report: Called for each folder that cannot be read.
    """

    def closed(error: OSError) -> None:
        name, what = Path(error.filename).as_posix(), f"it cannot be read ({error.strerror})"
        report(UnreadableError(name, 1, what, _LEAVE).problem)

    found = []
    seen = set()
    for home, folders, names in os.walk(folder, onerror=closed, followlinks=True):
        at = os.stat(home)  # noqa: PTH116 - os.walk tells it as text
        if (at.st_dev, at.st_ino) in seen:
            folders.clear()
            continue
        seen.add((at.st_dev, at.st_ino))
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        found += [Path(home, each) for each in names if not each.startswith(".")]
    yield from sorted(filter(is_markdown, found))


def circle(folder: Path) -> Path | None:
    """A link below a folder that leads to a folder above itself; None if there is none."""
    for home, folders, _ in os.walk(folder):  # which follows no link
        for each in folders:
            path = Path(home, each)
            if path.is_symlink() and path.parent.resolve().is_relative_to(path.resolve()):
                return path
    return None


def _kind(path: Path) -> str | None:
    try:
        return _KINDS.get(stat.S_IFMT(path.stat().st_mode))
    except OSError:
        return None
