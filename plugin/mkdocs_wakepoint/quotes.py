"""Links that quote a run: a kernel call or a count, taken from a recording by the build.

In ``[call: epoll epoll_ctl EPOLL_CTL_ADD](#wp-read)`` the text gives way to the first call of that
name, on that backend, in which the rest occurs; ``…`` in it stands for anything.
``[count: epoll polls](#wp-read)`` gives way to a number: of calls of a name, or one of
`wakepoint.recording.figures`. ``[count: auto suspended client 2](#wp-read)`` is about one state of
one function. The backend ``auto`` stands for the build's own run.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element, SubElement

from mkdocs_wakepoint.fence.options import BACKENDS, FIGURES
from mkdocs_wakepoint.snippet import Location, Problem
from mkdocs_wakepoint.views import Item
from mkdocs_wakepoint.views.strace import call, kernel_calls
from wakepoint.recording import Recording
from wakepoint.recording.figures import figures, visits

_TEXT = re.compile(r"(call|count): (\S+) (\S+)((?: \S+)*)")
_ANCHOR = "wp-"
_OWN = BACKENDS[0]
_OF_FUNCTIONS = ("entered", "suspended")

Answer = str | int | None
"""A call or what the author wrote, a count, or None where there is no run on that backend."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A link of this kind.

    Attributes:
        text: What it says: ``call: epoll epoll_ctl EPOLL_CTL_ADD``.
        href: Whom it names, ``17-buffers.md#wp-read``, as the author wrote it.
        location: Its line.
    """

    text: str
    href: str
    location: Location

    @property
    def parts(self) -> tuple[str, str, str, str]:
        """``call`` or ``count``, the backend, the name, and what else has to occur in the call."""
        match = _TEXT.fullmatch(self.text)
        assert match is not None
        return match[1], match[2], match[3], match[4].strip()

    @property
    def backend(self) -> str:
        """Of whose run it speaks."""
        return self.parts[1]


def find(root: Element) -> Iterator[tuple[Element, str, str]]:
    """The links in a document that quote, each with its text and address."""
    for link in root.iter("a"):
        text = " ".join("".join(link.itertext()).split())
        href = link.get("href", "")
        if _TEXT.fullmatch(text) and f"#{_ANCHOR}" in href:
            yield link, text, href


def hold_place(link: Element, place: dict[str, str]) -> None:
    """Empties a link, but for the element that is its place."""
    for child in list(link):
        link.remove(child)
    link.text = None
    SubElement(link, "span", place)


def line_of(lines: Sequence[str], href: str, text: str) -> int:
    """The line of a page in which a link begins; 1 if it is in none.

    Its text may be broken over two lines and have emphasis in it, and its address may stand
    elsewhere.

    Args:
        lines: The page's; those empty in which no link can stand.
        href: The address.
        text: What the link says.
    """
    page = "\n".join(lines)
    words = r"[*_`]*(?:\s|^[> \t]+)+[*_`]*".join(map(re.escape, text.split()))
    link = rf"\[\s*[*_`]*{words}[*_`]*\s*\]"
    for pattern in (rf"{link}\(<?{re.escape(href)}", link):
        if found := re.search(pattern, page, re.MULTILINE):
            return page.count("\n", 0, found.start()) + 1
    return 1


def answer(quote: Quote, items: Sequence[Item]) -> tuple[Answer, Problem | None]:
    """What the run says to a quote, and what is wrong with that.

    A snippet that has no recording of the backend is no problem: who edits it may not have what it
    takes to make one.

    Args:
        quote: The link.
        items: All snippets that were run, with their recordings from other platforms.
    """
    kind, backend, name, part = quote.parts

    def wrong(what: str, remedy: str) -> tuple[Answer, Problem]:
        return quote.text, Problem(quote.location, what, remedy)

    if backend not in BACKENDS:
        return wrong(f"there is no backend {backend!r}", f"choose of {', '.join(BACKENDS)}")
    item = _item(quote, items)
    if item is None:
        return wrong(f"there is no snippet {quote.href!r}", "write page.md#wp-id")
    run = _run(item, backend)
    if run is None:
        return None, None
    text = _count(run, name, part) if kind == "count" else _call(run, name, part)
    if text is not None:
        return text, None
    subject = f"{name} {part}".strip()
    if kind == "count":
        remedy = f"name a kernel call, or one of calls, {', '.join(FIGURES)}"
        if part:
            remedy = f"write {' or '.join(_OF_FUNCTIONS)}, a function, and a state's number"
        return wrong(f"nothing called {subject!r} was counted on {backend}", remedy)
    return wrong(
        f"{item.snippet.key!r} made no call {subject!r} on {backend}",
        "correct this, or what the page says of it",
    )


def _item(quote: Quote, items: Sequence[Item]) -> Item | None:
    parts = urlsplit(quote.href)
    here = quote.location.file
    there = posixpath.normpath(posixpath.join(posixpath.dirname(here), unquote(parts.path)))
    file = there if parts.path else here
    key = parts.fragment.removeprefix(_ANCHOR)
    for item in items:
        if item.snippet.key == key and item.snippet.location.file == file:
            return item
    return None


def _run(item: Item, backend: str) -> Recording | None:
    if backend == _OWN:
        return item.recording
    return next((run for run in item.runs if run.environment.backend == backend), None)


def _count(run: Recording, name: str, part: str) -> int | None:
    if part:
        return _of_function(run, name, part.split())
    counted = figures(run)
    if name == "calls":
        return sum(counted.calls.values())
    if name in FIGURES:
        number: int = asdict(counted)[name]
        return number
    return counted.calls.get(name)


def _of_function(run: Recording, name: str, rest: Sequence[str]) -> int | None:
    """How often a function was suspended, or a state entered: what follows is ``client 2``."""
    function, *state = rest
    if name not in _OF_FUNCTIONS or len(state) > 1 or not all(map(str.isdecimal, state)):
        return None
    return visits(run, f"state.{name}", function, *map(int, state))


def _call(run: Recording, name: str, part: str) -> str | None:
    pattern = re.compile(".*".join(re.escape(each.strip()) for each in part.split("…")))
    calls = [call(event) for event in kernel_calls(run) if event["name"] == name]
    return next((one for one in calls if pattern.search(one)), None)
