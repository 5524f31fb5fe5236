"""What others convert, change or write behind us: no empty place without a line that names it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tools.sites import BARE, Built, build, write

FENCE = '```python wakepoint id="{0}" show="output"\nprint("{0}")\n```\n'

CONVERT = f"""
from pathlib import Path
from markdown import Markdown
from mkdocs.plugins import event_priority

LATE = '''{FENCE.format("late")}'''

def converted(config, text=LATE):
    return Markdown(extensions=config.markdown_extensions).convert(text)
"""


def hooked(folder: Path, hook: str, pages: dict[str, str], config: str = "") -> Built:
    (folder / "hook.py").write_text(CONVERT + hook, encoding="utf-8")
    write(folder, pages, f"{BARE}hooks: [hook.py]\n{config}")
    return build(folder)


def problems(built: Built) -> list[str]:
    return [line.removeprefix("mkdocs_wakepoint: ") for line in built.warnings if "; " in line]


LATE = {
    "in the finished page": """
def on_post_page(output, page, config):
    return output.replace("HERE", converted(config))
""",
    "in the finished page, as one of the last": """
@event_priority(-90)
def on_post_page(output, page, config):
    return output.replace("HERE", converted(config))
""",
    "in the finished page, as the last": """
@event_priority(-900)
def on_post_page(output, page, config):
    return output.replace("HERE", converted(config))
""",
    "for the template": """
def on_page_context(context, page, config, nav):
    page.content = page.content.replace("HERE", converted(config))
""",
    "in the written page": """
def on_post_build(config):
    path = Path(config.site_dir, "a", "index.html")
    path.write_text(path.read_text("utf-8").replace("HERE", converted(config)), "utf-8")
""",
    "kept before it was finished": """
KEPT = []
@event_priority(200)
def on_page_content(html, page, config, files):
    if "id=\\"keep\\"" in html:
        KEPT.append(html)
        html = html.partition("<div")[0] + "<p>HERE</p>"
    return html
def on_post_build(config):
    path = Path(config.site_dir, "a", "index.html")
    path.write_text(path.read_text("utf-8").replace("HERE", KEPT[0]), "utf-8")
""",
}


@pytest.mark.parametrize("when", LATE)
def test_what_is_converted_late_is_filled_and_styled(tmp_path: Path, when: str) -> None:
    page = f"# Keep\n\n{FENCE.format('late')}" if "kept" in when else "# A page\n\nHERE\n"
    built = hooked(tmp_path, LATE[when], {"index.md": "# Home\n", "a.md": page})
    assert built.status == 0, built.log
    assert problems(built) == []
    shown = built.page("a")
    assert [tag.get_text() for tag in shown.select(".wp samp")] == ["late"]
    assert shown.select("[data-wp]") == []
    sheets = [str(link["href"]) for link in shown.select("link[rel=stylesheet]")]
    assert sheets.count("../assets/wakepoint.css") == 1
    assert "wakepoint.css" not in str(built.page("").head)


def test_a_page_that_a_plugin_writes_itself_is_filled(tmp_path: Path) -> None:
    hook = """
def on_post_build(config):
    html = f"<html><head></head><body>{converted(config)}</body></html>"
    Path(config.site_dir, "own").mkdir()
    Path(config.site_dir, "own", "index.html").write_text(html, "utf-8")
"""
    built = hooked(tmp_path, hook, {"index.md": f"# Home\n\n{FENCE.format('a')}"})
    assert built.status == 0, built.log
    assert [tag.get_text() for tag in built.page("own").select(".wp samp")] == ["late"]
    (link,) = built.page("own").select("link")
    assert link["href"] == "../assets/wakepoint.css"


CHANGED = {
    "without quotes": """
import re
@event_priority(-900)
def on_post_page(output, page, config):
    place = re.sub('data-wp="([^"]*)"', r"data-wp=\\1", converted(config))
    return output.replace("HERE", place)
""",
    "escaped": """
import html
def on_post_page(output, page, config):
    return output.replace("HERE", html.escape(converted(config)))
""",
    "cut": """
def on_post_page(output, page, config):
    return output.replace("HERE", converted(config).partition("></div>")[0] + ">")
""",
}


@pytest.mark.parametrize("how", CHANGED)
@pytest.mark.parametrize("on_error", ["warn", "fail"])
def test_a_place_that_cannot_be_filled_is_told_with_its_page(
    tmp_path: Path, how: str, on_error: str
) -> None:
    pages = {"index.md": "# Home\n", "sub/a.md": "# A page\n\nHERE\n"}
    (tmp_path / "hook.py").write_text(CONVERT + CHANGED[how], encoding="utf-8")
    write(tmp_path, pages, f"{BARE[:-1]}:\n      on_error: {on_error}\nhooks: [hook.py]\n")
    built = build(tmp_path)
    (line,) = [line for line in problems(built) if "docs/" in line]
    assert line.startswith("docs/sub/a.md:1: this page was made or changed behind Wakepoint")
    assert (built.status == 0) == (on_error == "warn")


def test_a_problem_in_what_is_converted_late_names_the_page(tmp_path: Path) -> None:
    hook = """
def on_post_page(output, page, config):
    if "HERE" in output:
        return output.replace("HERE", converted(config, "```python wakepoint\\n1 / 0\\n```\\n"))
"""
    pages = {"index.md": "# Home\n\nHERE\n", "z.md": f"# Z\n\n{FENCE.format('z')}"}
    (line,) = problems(hooked(tmp_path, hook, pages))
    assert line.startswith("docs/index.md:")
    assert "ZeroDivisionError" in line


def test_what_is_converted_late_has_ids_of_its_own(tmp_path: Path) -> None:
    hook = LATE["in the finished page"]
    text = f"# A page\n\n{FENCE.format('late')}\n\nHERE\n"
    built = hooked(tmp_path, hook, {"index.md": text})
    ids = [str(tag["id"]) for tag in built.page("").select(".wp[id]")]
    assert ids == ["wp-late", "wp-late-2"]


# -- without our extension ----------------------------------------------------------------------

LOST = {
    "a hook that sets them anew": """
def on_config(config):
    config.markdown_extensions = ["toc", "fenced_code"]
""",
    "a hook behind that": """
def on_pre_build(config):
    config.markdown_extensions = ["tables"]
""",
    "a hook that filters them": """
def on_config(config):
    config["markdown_extensions"] = [e for e in config.markdown_extensions if isinstance(e, str)]
""",
    "a page that converts itself": """
from types import MethodType
def on_pre_page(page, config, files):
    def render(self, config, files):
        self.content = Markdown(extensions=["fenced_code"]).convert(self.markdown)
    page.render = MethodType(render, page)
    page.toc = []
""",
}


@pytest.mark.parametrize("how", LOST)
def test_a_page_that_is_converted_without_our_extension_is_told(tmp_path: Path, how: str) -> None:
    page = f"---\ntitle: A\n---\n\n# A page\n\n{FENCE.format('a')}\n{FENCE.format('b')}"
    pages = {
        "index.md": "# Home\n\nWrite `` ```python wakepoint ``.\n",
        "a.md": page,
        "shown.md": f"# Shown\n\n````\n{FENCE.format('a')}````\n\n<!--\n{FENCE.format('a')}-->\n",
    }
    built = hooked(tmp_path, LOST[how], pages)
    assert built.status == 0, built.log
    (line,) = problems(built)
    assert line.startswith("docs/a.md:7: this page was converted without Wakepoint's Markdown ext")
    (box,) = built.page("a").select(".wp-problem")
    assert "docs/a.md:7" in box.get_text()


def test_a_site_that_sets_them_anew_with_wakepoint_is_sound(tmp_path: Path) -> None:
    hook = "def on_config(config):\n    config.markdown_extensions = ['toc', 'wakepoint']\n"
    built = hooked(tmp_path, hook, {"index.md": f"# A page\n\n{FENCE.format('a')}"})
    assert problems(built) == []
    assert [tag.get_text() for tag in built.page("").select(".wp samp")] == ["a"]
