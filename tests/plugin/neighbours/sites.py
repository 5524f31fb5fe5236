"""A small site with everything of ours, as it looks beside each of other people's plugins."""

from __future__ import annotations

from dataclasses import dataclass, field

SNIPPET = """\
```python wakepoint id="naps" show="code output machine table timeline kernel"
import wakepoint


async def main():
    await wakepoint.sleep(0.001)


wakepoint.run(main())
print("woke up")
```
"""

POLLS = "[count: auto polls]({})"
"""A quote; the address is to be filled in. The snippet is polled twice."""

PAGES = {
    # Quotes a page that comes later.
    "index.md": f"# Home\n\nThere it is polled {POLLS.format('a/page.md#wp-naps')} times.\n",
    "a/page.md": (
        f"# A page\n\n{SNIPPET}\nIt is polled {POLLS.format('#wp-naps')} times, as "
        "[the machine](#wp-naps-main) shows.\n\n- In a list:\n\n"
        '    ```python wakepoint id="listed"\n    print("in a list")\n    ```\n\n'
        "```wakepoint-compare\nsnippets: naps\nby: platform\n```\n"
    ),
    # An id that the other page has too, and a quote of a page that came before.
    "z.md": (
        f"# The last\n\n{SNIPPET}\nHere {POLLS.format('#wp-naps')}, "
        f"there {POLLS.format('a/page.md#wp-naps')}.\n"
    ),
}


@dataclass(frozen=True)
class Neighbour:
    """A plugin of other people.

    Attributes:
        plugins: Its lines below ``plugins:``, indented by two.
        config: What else it takes in mkdocs.yml.
        pages: Pages and files besides `PAGES`; None takes one of those away.
        shows: What each of these pages of the site has to show.
        files: What each of these other files of the site has to say.
        prepare: Python that is run in the site's folder first, with what the plugin has at hand.
        git: True if it reads the history of a repository.
    """

    plugins: str
    config: str = ""
    pages: dict[str, str | None] = field(default_factory=dict)
    shows: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    prepare: str = ""
    git: bool = False


MATERIAL = "theme:\n  name: material\n  font: false\n"

POST = f"""\
---
date: 2024-01-31
tags:
  - naps
---

# A post

{SNIPPET}
It is polled {POLLS.format("#wp-naps")} times.

<!-- more -->

```python wakepoint
print("behind the fold")
```
"""

NOTEBOOK = (
    '{"cells": [{"cell_type": "markdown", "metadata": {}, "source": ["# A notebook"]}, '
    '{"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [], '
    '"source": ["print(1)"]}], "metadata": {"kernelspec": {"display_name": "Python 3", '
    '"language": "python", "name": "python3"}}, "nbformat": 4, "nbformat_minor": 5}'
)

MADE = f"""\
import mkdocs_gen_files

with mkdocs_gen_files.open("made.md", "w") as file:
    file.write({f"# Made{chr(10)}{chr(10)}{SNIPPET}{chr(10)}{POLLS.format('#wp-naps')} times"!r})
"""

NEIGHBOURS = {
    "autorefs": Neighbour("  - autorefs\n", pages={"b.md": "# B\n\nSee [A page][].\n"}),
    "awesome-nav": Neighbour(
        "  - awesome-nav\n", pages={".nav.yml": "nav:\n  - z.md\n  - a\n  - index.md\n"}
    ),
    "blog": Neighbour(
        "  - blog\n",
        MATERIAL,
        {"blog/index.md": "# Posts\n", "blog/posts/a.md": POST},
        {"blog/index.html": "woke up", "blog/2024/01/31/a-post/index.html": "behind the fold"},
    ),
    "encryptcontent": Neighbour(
        "  - encryptcontent:\n      hljs: false\n",
        pages={"secret.md": f"---\npassword: secret\n---\n\n# A secret\n\n{SNIPPET}"},
        shows={"secret/index.html": ""},
    ),
    "gen-files": Neighbour(
        "  - gen-files:\n      scripts:\n        - make.py\n",
        pages={"../make.py": MADE},
        shows={"made/index.html": "woke up"},
    ),
    "git-revision-date-localized": Neighbour("  - git-revision-date-localized\n", git=True),
    "glightbox": Neighbour("  - glightbox\n"),
    "include-markdown": Neighbour(
        "  - include-markdown\n",
        "exclude_docs: part.md\n",
        {"b.md": "# B\n\n{% include-markdown 'part.md' %}\n", "part.md": f"Part.\n\n{SNIPPET}"},
        {"b/index.html": "woke up"},
    ),
    "jupyter": Neighbour("  - mkdocs-jupyter\n", pages={"notebook.ipynb": NOTEBOOK}),
    "literate-nav": Neighbour(
        "  - literate-nav\n",
        pages={"SUMMARY.md": "- [Home](index.md)\n- [A](a/page.md)\n- [Z](z.md)\n"},
    ),
    "macros": Neighbour(
        "  - macros\n",
        pages={"b.md": "# B\n\n{{ 6 * 7 }}\n\n" + SNIPPET.replace("up", "{{ 6 * 7 }}")},
        shows={"b/index.html": "woke 42"},
    ),
    "mkdocstrings": Neighbour(
        "  - mkdocstrings\n", pages={"b.md": "# B\n\n::: wakepoint.task.Waker\n"}
    ),
    "monorepo": Neighbour(
        "  - monorepo\n",
        "nav:\n  - index.md\n  - a/page.md\n  - z.md\n  - Part: '!include part/mkdocs.yml'\n",
        {
            "../part/mkdocs.yml": "site_name: part\nnav:\n  - index.md\n",
            "../part/docs/index.md": f"# A part\n\n{SNIPPET}",
        },
        {"part/index.html": "woke up"},
    ),
    "print-site": Neighbour(
        "  - print-site\n", MATERIAL, shows={"print_page/index.html": "woke up"}
    ),
    "redirects": Neighbour("  - redirects:\n      redirect_maps:\n        old.md: a/page.md\n"),
    "rss": Neighbour(
        "  - rss:\n      use_git: false\n      match_path: a/page.md\n"
        "      abstract_chars_count: -1\n",
        "site_url: https://example.org/\n",
        {"a/page.md": f"---\ndate: 2024-01-31\n---\n\n{PAGES['a/page.md']}"},
        files={"feed_rss_created.xml": "&lt;svg"},
    ),
    "section-index": Neighbour(
        "  - section-index\n",
        f"{MATERIAL}nav:\n  - index.md\n  - A:\n    - a/page.md\n    - z.md\n",
    ),
    "social": Neighbour(
        "  - social\n",
        f"site_url: https://example.org/\n{MATERIAL}",
        # It would download fonts. One comes with what it draws with.
        prepare=(
            "from pathlib import Path\nfrom PIL import ImageFont\n"
            "folder = Path('.cache/plugin/social/fonts/Roboto')\nfolder.mkdir(parents=True)\n"
            "font = ImageFont.load_default(20).font_bytes\n"
            "for style in ('Regular', 'Bold'):\n"
            "    (folder / f'{style}.ttf').write_bytes(font)\n"
        ),
    ),
    "static-i18n": Neighbour(
        "  - i18n:\n      languages:\n"
        "        - {locale: en, name: English, default: true, build: true}\n"
        "        - {locale: de, name: Deutsch, build: true}\n",
        pages={"z.de.md": PAGES["z.md"].replace("woke up", "aufgewacht")},
        shows={"de/z/index.html": "aufgewacht", "de/a/page/index.html": "woke up"},
    ),
    "tags": Neighbour(
        "  - tags\n",
        MATERIAL,
        {
            "a/page.md": f"---\ntags:\n  - naps\n---\n\n{PAGES['a/page.md']}",
            "tags.md": "# Tags\n\n<!-- material/tags -->\n",
        },
    ),
    "typeset": Neighbour("  - typeset\n", MATERIAL),
}
