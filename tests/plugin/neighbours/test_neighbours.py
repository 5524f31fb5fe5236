"""Other people's plugins beside ours, in both orders."""

from __future__ import annotations

import json
import posixpath
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag
from tools.neighbours import PYTHON
from tools.sites import Built, build, write

from .sites import NEIGHBOURS, PAGES, Neighbour

pytestmark = pytest.mark.neighbours

OURS = "  - wakepoint\n"


def make(folder: Path, neighbour: Neighbour, ours: str) -> Built:
    """The site; ours stands ``before`` the neighbour, ``behind`` it, or ``nowhere``."""
    before, behind = (OURS if ours == place else "" for place in ("before", "behind"))
    config = f"site_name: A site\nplugins:\n  - search\n{before}{neighbour.plugins}{behind}"
    pages = {name: text for name, text in (PAGES | neighbour.pages).items() if text is not None}
    folder.mkdir()
    write(folder, pages, f"{config}{neighbour.config}")
    subprocess.run([PYTHON, "-c", neighbour.prepare], cwd=folder, check=True)
    if neighbour.git:
        for command in ("init -q", "add .", "-c user.name=A -c user.email=a@b.c commit -qm A"):
            subprocess.run(["git", *command.split()], cwd=folder, check=True)
    return build(folder, python=PYTHON)


@pytest.mark.parametrize("ours", ["before", "behind"])
@pytest.mark.parametrize("name", NEIGHBOURS)
def test_everything_of_ours_is_there_and_every_link_arrives(
    tmp_path: Path, name: str, ours: str
) -> None:
    neighbour = NEIGHBOURS[name]
    built = make(tmp_path / "site", neighbour, ours)
    assert built.status == 0, built.log
    without = make(tmp_path / "without", neighbour, "nowhere")
    warnings = [warning for warning in built.warnings if "as the *last* plugin" not in warning]
    assert warnings == without.warnings
    site = Site(built.folder)
    shows = {"a/page/index.html": "woke up", "z/index.html": "woke up", **neighbour.shows}
    for page, text in shows.items():
        assert text in site.pages[page].get_text()
        assert site.pages[page].select(".wp svg") or not text
        assert site.is_styled(page)
    for file, text in neighbour.files.items():
        content = (built.folder / file).read_text("utf-8")
        assert text in content
        assert "data-wp=" not in content
    for page in site.pages:
        assert list(site.left_open(page)) == []
        assert list(site.lost_links(page)) == []
        assert site.is_styled(page) == (page in shows or bool(site.pages[page].select(".wp")))
        ids = [str(tag["id"]) for tag in site.pages[page].select("[id*='wp-']")]
        assert len(ids) == len(set(ids))
    assert site.quoted() == {"2"}
    site.check_index()


def test_a_problem_names_the_page_and_not_a_folder_that_was_made_for_the_build(
    tmp_path: Path,
) -> None:
    part = NEIGHBOURS["monorepo"]
    text = "# A part\n\n```python wakepoint\n1 / 0\n```\n"
    pages = part.pages | {"../part/docs/index.md": text}
    built = make(tmp_path / "site", replace(part, pages=pages), "behind")
    (warning,) = [warning for warning in built.warnings if "ZeroDivisionError" in warning]
    assert " part/index.md:4: " in warning


SEEN_ALIKE = ["gen-files", "include-markdown", "macros", "monorepo", "static-i18n"]
"""Plugins that make pages, or put something into them."""


@pytest.mark.parametrize("urls", ["true", "false"])
@pytest.mark.parametrize("name", SEEN_ALIKE)
def test_the_commands_see_what_the_build_sees(tmp_path: Path, name: str, urls: str) -> None:
    neighbour = NEIGHBOURS[name]
    fails = {
        name: text and text.replace("print(", "assert False, print(")
        for name, text in (PAGES | neighbour.pages).items()
    }
    neighbour = replace(
        neighbour, pages=fails, config=f"{neighbour.config}use_directory_urls: {urls}\n"
    )
    built = make(tmp_path / "site", neighbour, "behind")
    lines = {line.partition("mkdocs_wakepoint: ")[2] for line in built.warnings} - {""}
    ran = subprocess.run(
        [PYTHON.with_name("mkdocs-wakepoint"), "check", "--format", "text", "docs"],
        cwd=tmp_path / "site",
        capture_output=True,
        text=True,
        check=False,
    )
    *problems, _ = ran.stdout.splitlines()
    assert set(problems) == lines
    assert len(lines) > len(neighbour.shows)


class Site:
    """What was built."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.pages = {
            path.relative_to(folder).as_posix(): BeautifulSoup(
                path.read_text("utf-8"), "html.parser"
            )
            for path in folder.rglob("*.html")
        }
        self._ids = {
            name: {str(tag[key]) for key in ("id", "name") for tag in page.select(f"[{key}]")}
            for name, page in self.pages.items()
        }

    def is_styled(self, page: str) -> bool:
        """True if the page brings our style sheet along, from where it is."""
        sheets = [str(link["href"]) for link in self.pages[page].select("link[rel=stylesheet]")]
        ours = [sheet for sheet in sheets if "wakepoint" in sheet]
        assert all((self._folder / posixpath.dirname(page) / sheet).exists() for sheet in ours)
        return len(ours) == 1

    def left_open(self, page: str) -> Iterator[str]:
        """Places that nobody filled."""
        yield from (str(tag) for tag in self.pages[page].select("[data-wp], .wp-pending:empty"))
        yield from (text for text in ("wakepointfence",) if text in str(self.pages[page]))

    def lost_links(self, page: str) -> Iterator[str]:
        """Links in a page's text to an id of ours that is not where they lead to."""
        for link in self.pages[page].select("a[href*='wp-']"):
            parts = urlsplit(str(link["href"]))
            there = posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(parts.path)))
            target = page if not parts.path else _file(there)
            if parts.fragment not in self._ids.get(target, ()):
                yield str(link["href"])

    def quoted(self) -> set[str]:
        """The text of every link that stands for a count."""
        quotes = [
            link
            for page in self.pages.values()
            for link in page.select("a[href$='wp-naps']")
            if _is_quote(link)
        ]
        assert quotes
        return {link.get_text() for link in quotes}

    def check_index(self) -> None:
        """The search index has what a snippet wrote, and nothing of what it draws."""
        (path,) = self._folder.rglob("search_index.json")
        entries = json.loads(path.read_text("utf-8"))["docs"]
        texts = " ".join(entry["text"] for entry in entries)
        assert "woke up" in texts
        assert "data-wp" not in texts


def _is_quote(link: Tag) -> bool:
    return link.get_text().isdecimal() or "count:" in link.get_text() or not link.get_text()


def _file(path: str) -> str:
    if path.endswith(".html"):
        return path
    return "index.html" if path == "." else f"{path}/index.html"
