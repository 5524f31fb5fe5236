"""What a snippet can see of the machine's files: programs, this Python and its packages."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import importlib.machinery
import os
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

OWN_ETC = Path(__file__).parent / "etc"
"""The files of /etc that are the same in every sandbox."""

_STORES = ("/nix/store", "/gnu/store")
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", *_STORES)
_MACOS = (
    "/etc/hosts",  # in which localhost is
    "/private/var/select/sh",  # which shell /bin/sh is
    "/Library/Apple/usr/libexec/oah",  # runs programs for another processor
    *("/usr/bin", "/usr/lib", "/usr/libexec", "/usr/sbin", "/usr/share", "/bin", "/sbin"),
    *("/System/Library", "/Library/Developer/CommandLineTools", "/Library/Frameworks", *_STORES),
    # What package managers install; not their settings and databases, in etc and var.
    *(
        f"{prefix}/{name}"
        for prefix in ("/usr/local", "/opt/homebrew", "/opt/local")
        for name in ("Cellar", "Frameworks", "bin", "include", "lib", "libexec", "opt", "share")
    ),
)

_PREFIX = ("bin", "include", "lib", "lib32", "lib64", "libexec", "share", "ssl", "pyvenv.cfg")
"""What is Python's in ``sys.prefix``; it may be the folder of a project."""

_FRAMEWORK = ("Frameworks", "Python", "Resources")
"""What is besides where Python is a framework of macOS'."""

_ETC = (
    "alternatives",
    "ca-certificates",
    "ld-musl-aarch64.path",
    "ld-musl-x86_64.path",
    "ld.so.cache",
    "localtime",
    "mime.types",
    "pki/ca-trust/extracted",
    "pki/tls/cert.pem",
    "pki/tls/certs",
    "pki/tls/openssl.cnf",
    "protocols",
    "services",
    "ssl/cert.pem",
    "ssl/certs",
    "ssl/openssl.cnf",
)
"""What programs look up in /etc and what says nothing of the machine or of those who use it."""

_DEPTH = 2
"""How many folders down a package may lie in folders that are namespace packages."""


@dataclass(frozen=True, slots=True)
class View:
    """The root that a snippet gets. Every path is absolute, and none leads through a symbolic link.

    Attributes:
        readable: Files and folders that are there as they are, but read-only.
        links: Symbolic links, and where they lead to.
    """

    readable: list[str] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, paths: Iterable[str]) -> View:
        """A root in which these paths lead where they lead now; those that lead nowhere are not."""
        links: dict[str, str] = {}
        real = set()
        for path in paths:
            with contextlib.suppress(OSError):  # it leads nowhere, or this user may not go there
                real.add(_resolve(path, links))
        view = cls()
        for path in sorted(real):  # a folder comes before what is in it
            if not view.shows(path):
                view.readable.append(path)
        view.links.update((at, to) for at, to in links.items() if not view.shows(at))
        return view

    def shows(self, path: str) -> bool:
        """Whether a path is one of the readable ones, or in one."""
        return any(path == each or path.startswith(f"{each}/") for each in self.readable)


def view(readable: Sequence[Path] = ()) -> View:
    """The root for a snippet that this Python runs; also with the kqueue that is to be had there.

    Args:
        readable: Files and folders besides.
    """
    etc = (f"/etc/{name}" for name in _ETC)
    system = _MACOS if sys.platform == "darwin" else _SYSTEM
    library = os.environ.get("WAKEPOINT_LIBKQUEUE")
    besides = [Path(library), *readable] if library else readable
    return View.of([*system, *etc, *_python(), *map(os.path.abspath, besides)])


def _python() -> Iterator[str]:
    """This interpreter, the libraries that it has loaded, and what it can import."""
    for prefix in {sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix}:
        yield from (f"{prefix}/{name}" for name in _PREFIX)
    if sys.platform == "darwin":
        yield from (f"{sys.base_prefix}/{name}" for name in _FRAMEWORK)
    yield os.path.realpath(sys.executable)
    yield from _images() if sys.platform == "darwin" else _loaded()
    for entry in sys.path:
        if entry.startswith("/"):
            yield from map(str, _importable(Path(entry)))
    for finder in sys.meta_path:
        yield from _mapped(finder)


def _loaded() -> Iterator[str]:
    """The shared libraries that are mapped into this process."""
    maps = Path("/proc/self/maps").read_text(encoding="utf-8", errors="surrogateescape")
    for line in maps.splitlines():
        _, slash, path = line.partition("/")
        if ".so" in path:
            yield slash + path


def _images() -> Iterator[str]:
    """The same on macOS; see dyld(3). Many of the system's are in one cache, and no files."""
    dyld = ctypes.CDLL(None)
    count, name = dyld["_dyld_image_count"], dyld["_dyld_get_image_name"]
    name.restype = ctypes.c_char_p
    for number in range(count()):
        yield os.fsdecode(name(number) or b"")


def _importable(entry: Path) -> Iterator[Path]:
    """What an entry of the module path has for importing.

    An editable install puts a whole project there, with its history, settings and documents.
    """
    if not entry.is_dir() or entry.name in ("site-packages", "dist-packages"):
        yield entry  # packages alone, or a ZIP file of them
    else:
        yield from _modules(entry, _DEPTH)


def _modules(folder: Path, depth: int) -> Iterator[Path]:
    try:
        paths = [path for path in folder.iterdir() if not path.name.startswith(".")]
    except OSError:
        return
    for path in paths:
        if not path.is_dir():
            if path.name.endswith(_SUFFIXES):
                yield path
        elif (path / "__init__.py").is_file() or path.name.endswith(_METADATA):
            yield path
        elif depth and path.name.isidentifier():
            yield from filter(Path.is_dir, _modules(path, depth - 1))


_SUFFIXES = tuple(importlib.machinery.all_suffixes())
_METADATA = (".dist-info", ".egg-info")


def _mapped(finder: object) -> Iterator[str]:
    """The packages of editable installs that setuptools finds with a table of its own."""
    module = sys.modules.get(getattr(finder, "__module__", ""))
    mapping = getattr(module, "MAPPING", None)
    if isinstance(mapping, dict):
        for path in mapping.values():
            yield from (path, f"{path}.py")


def _resolve(path: str, links: dict[str, str]) -> str:
    """Where a path leads; the links on the way are put into the table.

    Raises:
        OSError: If it leads nowhere.
    """
    rest, current = deque(path.split("/")), Path("/")
    for _ in range(1000):  # links may lead in a circle
        if not rest:
            current.stat()
            return str(current)
        part = rest.popleft()
        here = current / part
        if part == "..":
            current = current.parent
        elif here.is_symlink():
            target = here.readlink()
            links[str(here)] = str(target)
            current = Path("/") if target.is_absolute() else current
            rest.extendleft(reversed(target.parts[target.is_absolute() :]))
        else:
            current = here
    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)
