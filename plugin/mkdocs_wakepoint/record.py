"""Records the snippets of a site on this platform, for builds elsewhere to show."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from pathlib import Path

from mkdocs_wakepoint.engine import Pool, not_implemented, problems
from mkdocs_wakepoint.pages import Pages, Snippets
from mkdocs_wakepoint.recordings import Store, digest
from mkdocs_wakepoint.snippet import Options, Problem
from wakepoint.backends import resolve


@dataclass(slots=True)
class Recorded:
    """What came of recording a site.

    Attributes:
        files: Those that hold its recordings now.
        left_out: Snippets that there is nothing to keep of, and why not: a snippet that the
            platform cannot run among them.
        problems: Snippets that failed here; a recording of before is left as it is.
        removed: Files of this platform that belonged to no snippet any more.
        pages: How many pages there were.
    """

    files: list[Path] = field(default_factory=list)
    left_out: list[Problem] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    removed: list[Path] = field(default_factory=list)
    pages: int = 0


def record_pages(pages: Pages, out: Path, pool: Pool, backend: str = "auto") -> Recorded:
    """Runs each snippet of a site, and keeps the recordings.

    Args:
        pages: The site's.
        out: The folder of the store; see `mkdocs_wakepoint.recordings`.
        pool: Runs the snippets.
        backend: Runs those that do not ask for one themselves; ``auto`` takes the platform's own.
    """
    chosen = resolve(backend)
    recorded = Recorded()
    store = Store(out)
    running = []
    snippets = Snippets(recorded.problems.append)
    recorded.pages = pages.convert(snippets)
    for snippet in snippets.all:
        name = f"{pages.name(snippet.location.file)}.{snippet.key}"
        if reason := _passed_over(snippet.options, chosen):
            recorded.left_out.append(Problem(snippet.at(0), *reason))
            continue
        options = replace(snippet.options, backend=chosen)
        running.append((name, snippet, pool.submit(replace(snippet, options=options))))
    date = dt.datetime.now(dt.UTC).date().isoformat()
    failed: set[str] = set()
    for name, snippet, run in running:
        recording = run.result()
        failures = problems(snippet, recording)
        if not_implemented(snippet, recording):
            why = f"it needs what is not here ({recording.outcome.message})"
            recorded.left_out.append(Problem(snippet.at(0), why, "nothing to record"))
        elif not failures and recording.environment.backend is None:
            recorded.left_out.append(Problem(snippet.at(0), "it never waits", "nothing to compare"))
        elif failures:
            recorded.problems += failures
            failed.add(digest(snippet))
        else:
            recorded.files.append(store.save(snippet, recording, name, date))
    recorded.removed = _remove_old(store, recorded.files, failed)
    return recorded


def _passed_over(options: Options, backend: str) -> tuple[str, str] | None:
    if not options.run:
        return "it is not run", "nothing to record"
    if options.backend == "simulated":
        return "it runs on the simulated backend", "that is the same everywhere"
    if options.backend not in ("auto", backend):
        return f"it asks for {options.backend}", f"this records {backend}"
    return None


def _remove_old(store: Store, current: list[Path], failed: set[str]) -> list[Path]:
    """Removes what this platform's folder held before and was not recorded now.

    What failed now keeps the recording that it has: the snippet has not changed since.
    """
    folders = {path.parent for path in current}
    old = [
        one.path
        for one in store
        if one.path.parent in folders and one.path not in current and one.digest not in failed
    ]
    for path in old:
        path.unlink(missing_ok=True)
    return old
