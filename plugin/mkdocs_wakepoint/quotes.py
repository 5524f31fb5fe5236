"""Links that quote a run: a kernel call, a count or a step, taken from a recording by the build.

In ``[call: epoll epoll_ctl EPOLL_CTL_ADD](#wp-read)`` the text gives way to the first call of that
name, on that backend, in which the rest occurs; ``…`` in it stands for anything.
``[count: epoll polls](#wp-read)`` gives way to a number: of calls of a name, or one of
`wakepoint.recording.figures`. ``[count: auto suspended client 2](#wp-read)`` is about one state of
one function. The backend ``auto`` stands for the build's own run.

``[goes to sleep](#wp-read "step: auto The thread is parked")`` keeps its text. The link leads to
the first step whose sentence has those words.

What a run says to all that is in `mkdocs_wakepoint.answers`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement

from mkdocs_wakepoint.snippet import Location

_TEXT = re.compile(r"(?:call|count): \S+ \S+(?: \S+)*")
_TITLE = re.compile(r"step: \S+ \S+(?: \S+)*")
ANCHOR = "wp-"
"""What the ids of snippets begin with."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A link of this kind.

    Attributes:
        text: What it asks for: ``call: epoll epoll_ctl EPOLL_CTL_ADD``.
        href: Whom it names, ``17-buffers.md#wp-read``, as the author wrote it.
        location: Its line.
    """

    text: str
    href: str
    location: Location

    @property
    def parts(self) -> tuple[str, str, str]:
        """``call``, ``count`` or ``step``, the backend, and which one."""
        kind, backend, which = self.text.split(" ", 2)
        return kind.removesuffix(":"), backend, which

    @property
    def backend(self) -> str:
        """Of whose run it speaks."""
        return self.parts[1]


def find(root: Element) -> Iterator[tuple[Element, str, str]]:
    """The links in a document that quote, each with what it asks for and its address."""
    for link in root.iter("a"):
        href = link.get("href", "")
        if f"#{ANCHOR}" not in href:
            continue
        text = " ".join("".join(link.itertext()).split())
        if title := _title(link):
            yield link, title, href
        elif _TEXT.fullmatch(text):
            yield link, text, href


def _title(link: Element) -> str | None:
    title = " ".join(link.get("title", "").split())
    return title if _TITLE.fullmatch(title) else None


def hold_place(link: Element, place: dict[str, str]) -> None:
    """Puts the element that is its place into a link: before a text that it keeps, or alone."""
    if _title(link):
        del link.attrib["title"]
        mark = Element("span", place)
        mark.tail, link.text = link.text, None
        link.insert(0, mark)
        return
    for child in list(link):
        link.remove(child)
    link.text = None
    SubElement(link, "span", place)


def line_of(lines: Sequence[str], href: str, text: str) -> int:
    """The line of a page in which a link begins; 1 if it is in none.

    What it says may be broken over two lines and have emphasis in it, and its address may stand
    elsewhere.

    Args:
        lines: The page's; those empty in which no link can stand.
        href: The address.
        text: What the link asks for, in its text or in its title.
    """
    page = "\n".join(lines)
    words = r"[*_`]*(?:\s|^[> \t]+)+[*_`]*".join(map(re.escape, text.split()))
    link = rf"\[\s*[*_`]*{words}[*_`]*\s*\]"
    title = rf"[\"'(]{words}[\"')]"
    for pattern in (rf"{link}\(<?{re.escape(href)}", link, title):
        if found := re.search(pattern, page, re.MULTILINE):
            return page.count("\n", 0, found.start()) + 1
    return 1
