"""Links that quote a run: a kernel call or a count, taken from a recording by the build.

In ``[call: epoll epoll_ctl EPOLL_CTL_ADD](#wp-read)`` the text gives way to the first call of that
name, on that backend, in which the rest occurs; ``…`` in it stands for anything.
``[count: epoll polls](#wp-read)`` gives way to a number: of calls of a name, or one of
`wakepoint.recording.figures`. ``[count: auto suspended client 2](#wp-read)`` is about one state of
one function. The backend ``auto`` stands for the build's own run. What a run says to that is in
`mkdocs_wakepoint.answers`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement

from mkdocs_wakepoint.snippet import Location

_TEXT = re.compile(r"(call|count): (\S+) (\S+)((?: \S+)*)")
ANCHOR = "wp-"
"""What the ids of snippets begin with."""


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
        if _TEXT.fullmatch(text) and f"#{ANCHOR}" in href:
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
