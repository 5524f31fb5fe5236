"""Where the runs of a site's snippets come from."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING

from mkdocs_wakepoint.engine.settings import Settings
from mkdocs_wakepoint.snippet import Snippet

if TYPE_CHECKING:
    from mkdocs_wakepoint.engine.pool import Pool
    from wakepoint.recording import Recording


class Runs:
    """Runs snippets, in a pool that is made for the first of them.

    Args:
        settings: The site's.
        pool: Runs them; None makes one when there is something to run.

    Attributes:
        settings: The same.
    """

    def __init__(self, settings: Settings, pool: Pool | None = None) -> None:
        self.settings = settings
        self._pool = pool

    def submit(self, snippet: Snippet, *, lowered: bool = False) -> Future[Recording]:
        """Runs a snippet; see `Pool.submit`."""
        if self._pool is None:
            from mkdocs_wakepoint.engine.pool import Pool  # noqa: PLC0415 - see `lazy`

            self._pool = Pool(self.settings)
        return self._pool.submit(snippet, lowered=lowered)

    def close(self) -> None:
        """Ends what runs; leaves no process and no thread behind."""
        if self._pool is not None:
            self._pool.close()
            self._pool = None
