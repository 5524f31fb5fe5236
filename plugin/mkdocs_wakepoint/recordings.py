"""The store of recordings from other platforms: one file for each snippet and platform.

A file belongs to what ran, not to where that stands: it is found by a digest of the snippet. So an
edited snippet loses its recordings by itself, and one that moves to another page keeps them. The
page and the snippet's name in it are kept beside the digest only to say which snippet a stale file
once belonged to.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs_wakepoint.fence.options import BACKENDS
from mkdocs_wakepoint.snippet import Location, Problem, Snippet

if TYPE_CHECKING:
    from wakepoint.recording import Environment, Recording

_NO_BACKEND = "none"
_BEGIN = '{"digest": "'
_OURS = re.compile(f"^{re.escape(_BEGIN)}", re.MULTILINE)
"""How a file begins; git may have put the marks of a conflict before that."""
_LONGEST_HEAD = 4096
"""Characters of the first line of a file."""
_NEAR = 4096
"""Characters in which the begin of a file is looked for."""


def digest(snippet: Snippet) -> str:
    """What a recording has to have in common with a snippet: the source, and what changes a run."""
    options = snippet.options
    decisive = json.dumps([snippet.script, options.backend, options.timeout], ensure_ascii=False)
    return hashlib.sha256(decisive.encode()).hexdigest()[:32]


def platform(environment: Environment) -> str:
    """Names where a run took place, as a folder: ``epoll-linux``, ``iocp-windows-wine``."""
    words = [environment.backend or _NO_BACKEND, environment.system]
    if environment.emulation:
        words.append(environment.emulation.split()[0])
    return "-".join(words).lower()


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of the store.

    Attributes:
        path: The file.
        digest: Of the snippet that ran.
        page: The page in which that stood, ``docs/book/08-loop.md``.
        id: What the page calls it: ``#wp-<id>``.
    """

    path: Path
    digest: str
    page: str
    id: str

    @property
    def place(self) -> str:
        """The snippet as an author would look for it."""
        return f"{self.page}#wp-{self.id}"


class Store:
    """The recordings below a folder, which need not exist.

    What else is there is the author's, and none of the store's business.

    Args:
        folder: Has a folder for each platform.

    Attributes:
        problems: Recordings that are damaged, or are of another version.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.problems: list[Problem] = []
        paths = [path for path in sorted(folder.glob("*/*.json")) if _is_ours(path)]
        self._paths = {path.absolute() for path in paths}
        self._entries = [entry for path in paths for entry in self._head(path)]
        self._of: dict[str, list[Entry]] = {}
        for entry in self._entries:
            self._of.setdefault(entry.digest, []).append(entry)

    def holds(self, path: Path) -> bool:
        """True for a file that is one of the store's; a page or data beside those is not."""
        return path.absolute() in self._paths

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def matching(self, snippet: Snippet, own: Environment) -> list[Recording]:
        """The snippet's recordings from other platforms.

        What stood in for a platform gives way to the platform itself.

        Args:
            snippet: As it is now.
            own: Where the build ran it; a kept run on that platform is left out.
        """
        recordings = [
            recording
            for entry in self._of.get(digest(snippet), ())
            for recording in self._load(entry, snippet)
        ]
        real = {r.environment.backend for r in recordings if not r.environment.emulation}
        real |= {own.backend} if not own.emulation else set()
        platforms: dict[str, Recording] = {}
        for recording in recordings:
            if not (recording.environment.emulation and recording.environment.backend in real):
                platforms.setdefault(platform(recording.environment), recording)
        platforms.pop(platform(own), None)
        return [platforms[name] for name in sorted(platforms)]

    def files(self, snippet: Snippet) -> list[bytes]:
        """What the files say that are about the snippet; nothing of one that cannot be read."""
        contents = []
        for entry in self._of.get(digest(snippet), ()):
            try:
                contents.append(entry.path.read_bytes())
            except OSError:
                contents.append(b"")
        return contents

    def stale(self, snippets: Iterable[Snippet], *, whole_site: bool) -> list[Problem]:
        """The files that belong to no snippet as it is now.

        Args:
            snippets: Those that were converted.
            whole_site: False if there are pages besides theirs; nothing is then said about those.
        """
        snippets = list(snippets)
        alive = {digest(snippet) for snippet in snippets}
        pages = {snippet.location.file for snippet in snippets}
        places = {f"{snippet.location.file}#wp-{snippet.key}" for snippet in snippets}
        return [
            _stale(entry, exists=entry.place in places)
            for entry in self._entries
            if entry.digest not in alive and (whole_site or entry.page in pages)
        ]

    def save(self, snippet: Snippet, recording: Recording, name: str, date: str) -> Path:
        """Keeps a run; one that says the same as the file that is there leaves it untouched.

        Args:
            snippet: What ran.
            recording: The run.
            name: Of the file, without its ending; unique for the snippet within the site.
            date: ISO date of the run.
        """
        path = self._folder / platform(recording.environment) / f"{name}.json"
        entry = Entry(path, digest(snippet), snippet.location.file, snippet.key)
        for before in self._load(entry, snippet) if path.exists() else ():
            undated = replace(before, environment=replace(before.environment, recorded=None))
            if undated == recording and [*self._head(path)] == [entry]:
                return path
        path.parent.mkdir(parents=True, exist_ok=True)
        dated = replace(recording, environment=replace(recording.environment, recorded=date))
        path.write_text(_write(entry, dated), encoding="utf-8", newline="\n")
        return path

    def _head(self, path: Path) -> Iterator[Entry]:
        try:
            with path.open(encoding="utf-8") as file:
                head = json.loads(file.readline(_LONGEST_HEAD) + "null}")
            kept_for, page, key = head["digest"], head["page"], head["id"]
            if not all(isinstance(each, str) for each in (kept_for, page, key)):
                raise ValueError("what it belongs to is no text")  # noqa: TRY301 - as below
            yield Entry(path, kept_for, page, key)
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            self._damaged(path, "it is no recording")

    def _load(self, entry: Entry, snippet: Snippet) -> Iterator[Recording]:
        from wakepoint.recording import RecordingError, loads  # noqa: PLC0415 - see `lazy`

        try:
            _, _, body = entry.path.read_text(encoding="utf-8").partition("\n")
            yield loads(body.rstrip().removesuffix("}"), source=snippet.script)
        except (OSError, UnicodeDecodeError, RecordingError) as error:
            self._damaged(entry.path, str(error))

    def _damaged(self, path: Path, what: str) -> None:
        problem = Problem(Location(path.as_posix(), 1), what, "delete it, or record it again")
        if problem not in self.problems:
            self.problems.append(problem)


def _is_ours(path: Path) -> bool:
    """True for a file in the folder of a platform that begins as those that `Store.save` writes."""
    backend, dash, _ = path.parent.name.partition("-")
    if backend not in (*BACKENDS[1:], _NO_BACKEND) or not dash:
        return False
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return _OURS.search(file.read(_NEAR)) is not None
    except OSError:
        return False


def _write(entry: Entry, recording: Recording) -> str:
    """A JSON object whose first line tells what the recording belongs to.

    The source is left out: a recording is only ever loaded for the snippet that it was made of.
    """
    from wakepoint.recording import dumps  # noqa: PLC0415 - see `lazy`

    head = json.dumps(
        {"digest": entry.digest, "page": entry.page, "id": entry.id}, ensure_ascii=False
    )
    return f'{head[:-1]}, "recording":\n{dumps(replace(recording, source=""))}}}\n'


def _stale(entry: Entry, *, exists: bool) -> Problem:
    what = "changed after this was recorded" if exists else "is not there any more"
    return Problem(
        Location(entry.path.as_posix(), 1),
        f"left out, since {entry.place} {what}",
        "record it again with `mkdocs-wakepoint record`, or delete it",
    )
