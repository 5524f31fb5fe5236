"""Whatever an author or another plugin puts into a site, the build goes on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tools.sites import BARE, Built, build, write

FENCE = '```python wakepoint id="{}" show="output"\nprint("{}")\n```\n'

HOOKED = f"{BARE}hooks:\n  - hook.py\n"


def hooked(folder: Path, hook: str, pages: dict[str, str]) -> Built:
    """A site with a hook, which stands for any plugin of other people."""
    write(folder, {"../hook.py": hook, **pages}, HOOKED)
    return build(folder, "--strict")


def outputs(built: Built, page: str) -> list[str]:
    return [tag.get_text() for tag in built.page(page).select(".wp-stdout samp")]


FORGED = [
    '<div class="wp-pending" data-wp="0"></div>',
    '<span class="wp-pending" data-wp="1"></span>',
    '<div class="wp-pending" data-wp="99"></div>',
    '<div class="wp-pending" data-wp="0123456789abcdef-0"></div>',
    '<div class="wp-place" data-wp="0"></div>',
    '<span class="wp-quote" data-wp="7"></span>',
    '<div class="wp-pending" data-wp=""></div>',
]


@pytest.fixture(scope="module")
def forged(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A site with a page for each."""
    folder = tmp_path_factory.mktemp("forged")
    text = f"{FENCE.format('a', 'ran')}\nPolled [count: auto polls](#wp-a) times."
    pages = {
        f"{number}.md": f"# A page\n\n{markup}\n\n{text}\n\n`{markup}`\n"
        for number, markup in enumerate(FORGED)
    }
    write(folder, {"index.md": "# A site\n", **pages})
    return build(folder, "--strict")


@pytest.mark.parametrize("markup", FORGED)
def test_what_looks_like_a_place_is_text(forged: Built, markup: str) -> None:
    page = str(FORGED.index(markup))
    assert forged.status == 0, forged.log
    assert outputs(forged, page) == ["ran"]
    html = (forged.folder / page / "index.html").read_text(encoding="utf-8")
    assert html.count(markup) == 1
    assert markup in forged.page(page).get_text()


def test_what_looks_like_our_mark_of_a_header_is_text(tmp_path: Path) -> None:
    marks = "python wakepointfence0x and wakepointfenceraw1x"
    write(tmp_path, {"index.md": f"# A page\n\n{marks}\n\n{FENCE.format('a', 'ran')}"})
    built = build(tmp_path, "--strict")
    assert built.status == 0, built.log
    assert outputs(built, "") == ["ran"]
    assert marks in built.page("").get_text()


def test_a_site_with_places_in_it_is_the_same_twice(tmp_path: Path) -> None:
    write(tmp_path, {"index.md": f"# A page\n\n{FORGED[0]}\n\n{FENCE.format('a', 'ran')}"})
    pages = [build(tmp_path, into=name).page("") for name in ("one", "two")]
    assert str(pages[0]) == str(pages[1])


def test_a_page_that_a_plugin_makes_has_its_snippets(tmp_path: Path) -> None:
    hook = (
        "from mkdocs.structure.files import File\n"
        "def on_files(files, config):\n"
        f"    text = '# Made\\n\\n' + {FENCE!r}.format('made', 'made up')\n"
        "    files.append(File.generated(config, 'made.md', content=text))\n"
    )
    built = hooked(tmp_path, hook, {"index.md": "# Home\n"})
    assert built.status == 0, built.log
    assert outputs(built, "made") == ["made up"]


def test_a_problem_in_a_made_page_names_it(tmp_path: Path) -> None:
    hook = (
        "from mkdocs.structure.files import File\n"
        "def on_files(files, config):\n"
        "    text = '# Made\\n\\n```python wakepoint\\n1 / 0\\n```\\n'\n"
        "    files.append(File.generated(config, 'made.md', content=text))\n"
    )
    built = hooked(tmp_path, hook, {"index.md": f"# Home\n\n{FENCE.format('a', 'ran')}"})
    (problem,) = [warning for warning in built.warnings if "ZeroDivisionError" in warning]
    assert "docs/made.md:4: " in problem
    assert outputs(built, "") == ["ran"]


def test_a_page_may_stand_outside_the_folder_of_pages(tmp_path: Path) -> None:
    hook = (
        "from pathlib import Path\nfrom mkdocs.structure.files import File\n"
        "def on_files(files, config):\n"
        "    there = str(Path(config.config_file_path).parent / 'elsewhere')\n"
        "    files.append(File('far.md', there, config.site_dir, True))\n"
    )
    pages = {"index.md": "# Home\n", "../elsewhere/far.md": f"# Far\n\n{FENCE.format('a', 'far')}"}
    built = hooked(tmp_path, hook, pages)
    assert built.status == 0, built.log
    assert outputs(built, "far") == ["far"]


def test_one_file_may_be_two_pages(tmp_path: Path) -> None:
    hook = (
        "from mkdocs.structure.files import File\n"
        "def on_files(files, config):\n"
        "    twin = File('b.md', config.docs_dir, config.site_dir, True)\n"
        "    twin.abs_src_path = files.get_file_from_path('a.md').abs_src_path\n"
        "    files.append(twin)\n"
    )
    built = hooked(tmp_path, hook, {"index.md": "# Home\n", "a.md": FENCE.format("a", "twice")})
    assert built.status == 0, built.log
    assert outputs(built, "a") == outputs(built, "b") == ["twice"]
    assert built.page("b").select("#wp-a")


def test_two_files_may_say_the_same(tmp_path: Path) -> None:
    text = FENCE.format("a", "the same")
    write(tmp_path, {"index.md": "# Home\n", "a.md": text, "sub/a.md": text})
    built = build(tmp_path, "--strict")
    assert built.status == 0, built.log
    assert outputs(built, "a") == outputs(built, "sub/a") == ["the same"]


def test_a_page_may_be_converted_more_than_once(tmp_path: Path) -> None:
    hook = (
        "def on_page_content(html, page, config, files):\n"
        "    page.render(config, files)\n"
        "    page.render(config, files)\n"
        "    return page.content\n"
    )
    text = FENCE.format("a", "again") + "\n[count: auto polls](#wp-a)\n"
    built = hooked(tmp_path, hook, {"index.md": text})
    assert built.status == 0, built.log
    assert outputs(built, "") == ["again"]
    assert len(built.page("").select("#wp-a")) == 1


@pytest.mark.parametrize("content", ["''", "None"])
def test_another_plugin_may_take_a_pages_content_away(tmp_path: Path, content: str) -> None:
    hook = (
        "def on_page_content(html, page, config, files):\n"
        "    return '' if page.file.src_uri == 'a.md' else html\n"
        "from mkdocs.plugins import event_priority\n"
        "@event_priority(100)\n"
        "def on_env(env, config, files):\n"
        f"    files.get_file_from_path('a.md').page.content = {content}\n"
        "def on_page_context(context, page, config, nav):\n"
        "    page.content = page.content or ''\n"
    )
    pages = {"index.md": FENCE.format("a", "here"), "a.md": FENCE.format("a", "gone")}
    built = hooked(tmp_path, hook, pages)
    assert built.status == 0, built.log
    assert outputs(built, "") == ["here"]
    assert outputs(built, "a") == []


def test_another_plugin_may_copy_the_configuration(tmp_path: Path) -> None:
    hook = (
        "import copy\n"
        "def on_config(config):\n"
        "    config.markdown_extensions = copy.deepcopy(config.markdown_extensions)\n"
        "    copy.deepcopy(config.plugins['wakepoint'])\n"
    )
    built = hooked(tmp_path, hook, {"index.md": FENCE.format("a", "copied")})
    assert built.status == 0, built.log
    assert outputs(built, "") == ["copied"]


def test_what_is_converted_within_a_page_has_ids_of_its_own(tmp_path: Path) -> None:
    """As mkdocstrings converts docstrings; it takes the extensions when it is configured."""
    hook = (
        "from markdown import Markdown\nfrom markdown.extensions import Extension\n"
        "from markdown.preprocessors import Preprocessor\n"
        "class Inner(Preprocessor):\n"
        "    def run(self, lines):\n"
        "        md = Markdown(extensions=self.extensions)\n"
        "        relpath = self.md.treeprocessors['relpath']\n"
        "        again = type(relpath)(relpath.file, relpath.files, relpath.config)\n"
        "        md.treeprocessors.register(again, 'relpath', priority=0)\n"
        '        text = \'```python wakepoint show="output"\\nprint("inner")\\n```\'\n'
        "        html = [self.md.htmlStash.store(md.convert(text)) for _ in range(2)]\n"
        "        return [each for line in lines\n"
        "                for each in (['', *html, ''] if line == '::: inner' else [line])]\n"
        "class Outer(Extension):\n"
        "    def extendMarkdown(self, md):\n"
        "        inner = Inner(md)\n"
        "        inner.extensions = self.extensions\n"
        "        md.preprocessors.register(inner, 'inner', 20)\n"
        "def on_config(config):\n"
        "    outer = Outer()\n"
        "    outer.extensions = [*config.markdown_extensions]\n"
        "    config.markdown_extensions.append(outer)\n"
    )
    own = '```python wakepoint show="output"\nprint("own")\n```\n'
    built = hooked(tmp_path, hook, {"index.md": f"# A page\n\n::: inner\n\n{own}"})
    assert built.status == 0, built.log
    assert outputs(built, "") == ["inner", "inner", "own"]
    ids = [str(tag["id"]) for tag in built.page("").select(".wp[id]")]
    assert len(ids) == len(set(ids)) == 3


def test_a_template_that_shows_pages_has_the_style_sheet(tmp_path: Path) -> None:
    shows = "<html><head></head>{% for each in pages %}{{ each.page.content }}{% endfor %}</html>"
    theme = "theme:\n  name: mkdocs\n  custom_dir: own\n  static_templates: [all/pages.html]\n"
    pages = {"../own/all/pages.html": shows, "index.md": FENCE.format("a", "shown")}
    write(tmp_path, pages, BARE + theme)
    built = build(tmp_path, "--strict")
    assert built.status == 0, built.log
    html = (built.folder / "all" / "pages.html").read_text(encoding="utf-8")
    assert "shown" in html
    assert html.count('href="../assets/wakepoint.css"') == 1
    assert "wakepoint.css" not in (built.folder / "404.html").read_text(encoding="utf-8")


# -- who reads a page early ---------------------------------------------------------------------

READS_EARLY = """\
from pathlib import Path

def on_page_content(html, page, config, files):
    kept = Path(config.config_file_path).parent / "kept"
    kept.mkdir(exist_ok=True)
    name = page.file.src_uri.replace("/", "-")
    (kept / name).write_text(html)
    (kept / f"{name}.attribute").write_text(page.content)
    page.kept = html
    return html

def on_env(env, config, files):
    kept = Path(config.config_file_path).parent / "kept"
    for file in files.documentation_pages():
        (kept / f"{file.src_uri}.late").write_text(file.page.kept)
"""

QUOTE = "\nPolled [count: auto polls]({}) times.\n"


def test_what_is_given_a_page_before_all_are_known_gets_it_finished(tmp_path: Path) -> None:
    pages = {
        "index.md": FENCE.format("a", "first") + QUOTE.format("b.md#wp-b"),
        "b.md": FENCE.format("b", "second") + QUOTE.format("#wp-b") + QUOTE.format("index.md#wp-a"),
        "c.md": "```wakepoint-compare\nsnippets: b.md#b\n```\n",
    }
    built = hooked(tmp_path, READS_EARLY, pages)
    assert built.status == 0, built.log
    folder = tmp_path / "kept"
    for name in ("b.md", "c.md", "b.md.attribute", "c.md.attribute"):
        html = (folder / name).read_text(encoding="utf-8")
        assert "data-wp=" not in html
        assert "second" in html or 'class="wp-compare' in html
    early = (folder / "index.md").read_text(encoding="utf-8")
    assert "first" in early
    assert early.count("data-wp=") == 1  # the number is another page's, and that comes later
    for name in pages:  # but by now they are all known
        assert "data-wp=" not in (folder / f"{name}.late").read_text(encoding="utf-8")
    for page in ("", "b", "c"):
        assert not built.page(page).select("[data-wp]")


def test_a_problem_is_told_once_where_a_page_is_read_early(tmp_path: Path) -> None:
    pages = {
        "index.md": "```python wakepoint\n1 / 0\n```\n" + QUOTE.format("b.md#wp-none"),
        "b.md": "```wakepoint-compare\nsnippets: none\n```\n",
    }
    built = hooked(tmp_path, READS_EARLY, pages)
    problems = [
        re.sub(r".*?(docs/\S+): .*", r"\1", line) for line in built.warnings if "docs/" in line
    ]
    assert sorted(problems) == ["docs/b.md:1", "docs/index.md:2", "docs/index.md:5"]


# -- pages that show nothing of ours --------------------------------------------------------------


@pytest.mark.parametrize("theme", ["mkdocs", "readthedocs", "material"])
def test_a_page_that_shows_nothing_of_ours_is_as_it_was(tmp_path: Path, theme: str) -> None:
    pages = {
        "index.md": "# Home\n\n```python\nprint(1)\n```\n\n    indented\n",
        "a.md": FENCE.format("a", "ran"),
        "sub/b.md": "# B\n\n[A page](../a.md#wp-a)\n",
    }
    config = f"site_name: A site\ntheme:\n  name: {theme}\nplugins:\n  - search\n"
    htmls = []
    for name, more in (("with", "  - wakepoint\n"), ("without", "")):
        (tmp_path / name).mkdir()
        write(tmp_path / name, pages, config + more)
        built = build(tmp_path / name)
        htmls.append(
            {
                page: (built.folder / page).read_text(encoding="utf-8")
                for page in ("index.html", "sub/b/index.html", "404.html", "a/index.html")
                if (built.folder / page).exists()
            }
        )
    with_us, without = htmls
    assert "assets/wakepoint.css" in with_us.pop("a/index.html")
    without.pop("a/index.html")
    assert with_us == without
