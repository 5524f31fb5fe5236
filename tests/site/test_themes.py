"""What a reader sees in other people's sites: each theme and palette, light, dark, and on paper."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from tools.contrast import too_faint
from tools.sites import build, write

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
"""Opens the page in a theme: ``open("mkdocs", color_scheme="dark")``."""

PAGE = """\
# A page

Text, `code`, and [call: simulated sim_wait](#wp-all).

```python wakepoint id="all" title="all.py" hl_lines="4" linenums="1" backend="simulated" \\
    show="code output machine table timeline kernel lowered"
import sys
import wakepoint

async def child(n: int) -> str:  # a comment
    if n > 1:
        await wakepoint.sleep(0.001)
    return f"{n} done\\n"

async def main():
    total = 0
    for n in range(2):
        total += len(await child(n + 1))
        await wakepoint.sleep(0.001)
    for colour in range(30, 38):
        print(f"\\x1b[{colour}mtext\\x1b[m \\x1b[{colour + 10}mon\\x1b[m")
        print(f"\\x1b[{colour + 60}mbright\\x1b[m")
    print("\\x1b[2mfaint\\x1b[m \\x1b[7minverse\\x1b[m \\x1b[48;5;244mgrey\\x1b[m")
    print("to stderr", file=sys.stderr)

wakepoint.run(main())
```

```python wakepoint id="ends" show="code output" expect_error="ValueError"
raise ValueError("announced")
```

```python wakepoint id="fails" show="code output"
raise ValueError("not announced")
```

```wakepoint-compare
snippets: all ends
by: snippet
```

```wakepoint-compare
snippets: nothing
```
""".replace("\\\n    ", "")

CUSTOM = """\
[data-md-color-scheme="dusk"] {
  --md-default-bg-color: #2e303e; --md-default-fg-color: #e8e8f0; --md-typeset-color: #e8e8f0;
  --md-code-bg-color: #393b4c; --md-code-fg-color: #eeeeee;
}
[data-md-color-scheme="cream"] {
  --md-default-bg-color: #fdf6e3; --md-default-fg-color: #4c5f66; --md-typeset-color: #4c5f66;
}
"""
"""Two palettes of an author's own that say of neither whether it is dark."""

PALETTES = """\
theme:
  name: material
  font: false
  palette:
    - media: "(prefers-color-scheme)"
    - media: "(prefers-color-scheme: light)"
      scheme: default
    - media: "(prefers-color-scheme: dark)"
      scheme: slate
"""

UNTOLD = "theme: {name: null, custom_dir: theme}\n"
"""Themes that have no name for what they are, and no colours for code."""

THEMES = {
    "readthedocs": "theme: readthedocs\n",
    "mkdocs": "theme: {name: mkdocs}\n",
    "mkdocs-dark": "theme: {name: mkdocs, color_mode: dark}\n",
    "mkdocs-auto": "theme: {name: mkdocs, color_mode: auto, user_color_mode_toggle: true}\n",
    "material": "theme: {name: material, font: false}\n",
    "material-media": PALETTES,
    "material-palette": "theme: {name: material, font: false, palette: {scheme: default}}\n",
    "untold": UNTOLD,
    "untold-dark": f"{UNTOLD}extra: {{style: 'body {{background: #181818; color: #ddd}}'}}\n",
    "untold-both": f"{UNTOLD}extra: {{style: ':root {{color-scheme: light dark}}'}}\n",
}

DARK = {"mkdocs-dark", "untold-dark"}
AS_THE_SYSTEM = {"mkdocs-auto", "material-media", "untold-both"}

TEMPLATE = """\
<!doctype html>
<html><head><meta charset="utf-8"><style>{{ config.extra.style }}</style>
{% for path in config.extra_css %}<link rel="stylesheet" href="{{ path | url }}">{% endfor %}
</head><body>{{ page.content }}</body></html>
"""

IS_DARK = """() => {
    const canvas = document.createElement("canvas").getContext("2d");
    canvas.fillStyle = getComputedStyle(document.querySelector(".wp-svg .wp-box")).fill;
    canvas.fillRect(0, 0, 1, 1);
    return Math.max(...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)) < 128;
}"""

CHOOSE = """([scheme, colour]) => {
    document.body.dataset.mdColorScheme = scheme;
    document.body.dataset.mdColorPrimary = document.body.dataset.mdColorAccent = colour;
}"""


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The page in each theme that was asked for so far; see `open_in`."""
    return {}


@pytest.fixture
def open_in(
    addresses: dict[str, str], tmp_path_factory: pytest.TempPathFactory, browser: Browser
) -> Iterator[Open]:
    contexts = []

    def open_in(theme: str, width: int = 1280, **options: Any) -> Page:
        if theme not in addresses:
            folder = tmp_path_factory.mktemp(theme)
            config = f"site_name: A site\nuse_directory_urls: false\n{THEMES[theme]}"
            config += "plugins: [wakepoint]\nextra_css: [own.css]\n"
            write(folder, {"index.md": PAGE, "own.css": CUSTOM}, config)
            (folder / "theme").mkdir()
            (folder / "theme" / "main.html").write_text(TEMPLATE, encoding="utf-8")
            built = build(folder)
            assert built.status == 0, built.log
            addresses[theme] = (built.folder / "index.html").as_uri()
        context = browser.new_context(viewport={"width": width, "height": 800}, **options)
        contexts.append(context)
        page = context.new_page()
        page.goto(addresses[theme])
        return page

    yield open_in
    for context in contexts:
        context.close()


@pytest.mark.parametrize("system", ["light", "dark"])
@pytest.mark.parametrize("theme", THEMES)
def test_all_stands_out_and_is_as_dark_as_the_theme(open_in: Open, theme: str, system: str) -> None:
    page = open_in(theme, color_scheme=system)
    assert too_faint(page) == []
    dark = theme in DARK or (theme in AS_THE_SYSTEM and system == "dark")
    assert page.evaluate(IS_DARK) == dark


@pytest.mark.parametrize("theme", THEMES)
def test_on_paper_all_is_light(open_in: Open, theme: str) -> None:
    page = open_in(theme, 718, color_scheme="dark")
    page.emulate_media(media="print")
    assert too_faint(page) == []
    assert page.evaluate(IS_DARK) is False


@pytest.mark.parametrize("theme", ["mkdocs", "readthedocs", "untold"])
def test_on_paper_steps_and_states_are_there_though_they_are_folded(
    open_in: Open, theme: str
) -> None:
    page = open_in(theme, 718)
    page.emulate_media(media="print")
    for shown in (".wp-steps li", ".wp-states tbody th", ".wp-again > summary"):
        expect(page.locator(shown).first).to_be_visible()
    expect(page.locator(".wp:has(.wp-steps) figure.wp-timeline").first).to_be_hidden()


def test_on_paper_the_machine_stands_beside_the_code_where_there_is_room(open_in: Open) -> None:
    page = open_in("untold", 718)
    page.emulate_media(media="print")
    code, machine = (
        page.locator(f".wp-pane-{name}").first.bounding_box() for name in ("code", "machine")
    )
    assert code is not None
    assert machine is not None
    assert machine["y"] == code["y"]
    assert machine["x"] >= code["x"] + code["width"]


@pytest.mark.parametrize("theme", ["material", "mkdocs-dark", "readthedocs"])
@pytest.mark.parametrize("system", ["light", "dark"])
def test_in_the_systems_few_colours_all_stands_out(open_in: Open, theme: str, system: str) -> None:
    page = open_in(theme, color_scheme=system, forced_colors="active")
    assert too_faint(page) == []


COLOURS = [
    *("red", "pink", "purple", "deep-purple", "indigo", "blue", "light-blue", "cyan", "teal"),
    *("green", "light-green", "lime", "yellow", "amber", "orange", "deep-orange", "brown"),
    *("grey", "blue-grey", "black", "white", "custom"),
]


@pytest.mark.parametrize("scheme", ["default", "slate", "dusk", "cream"])
def test_in_every_palette_of_material_all_stands_out(open_in: Open, scheme: str) -> None:
    page = open_in("material-palette", color_scheme="dark" if scheme == "default" else "light")
    for colour in COLOURS:
        page.evaluate(CHOOSE, [scheme, colour])
        assert too_faint(page) == [], colour
    assert page.evaluate(IS_DARK) == (scheme in ("slate", "dusk"))


@pytest.mark.parametrize("theme, toggle", [("mkdocs-auto", "dark"), ("mkdocs-auto", "light")])
def test_a_toggle_of_the_theme_goes_before_the_system(
    open_in: Open, theme: str, toggle: str
) -> None:
    page = open_in(theme, color_scheme="light" if toggle == "dark" else "dark")
    page.evaluate("mode => document.documentElement.setAttribute('data-bs-theme', mode)", toggle)
    assert too_faint(page) == []
    assert page.evaluate(IS_DARK) == (toggle == "dark")


@pytest.mark.parametrize("scheme", ["default", "slate"])
def test_zensical(
    open_in: Open, browser: Browser, tmp_path_factory: pytest.TempPathFactory, scheme: str
) -> None:
    folder = tmp_path_factory.mktemp("zensical")
    config = "site_name: A site\nuse_directory_urls: false\nmarkdown_extensions: [wakepoint]\n"
    config += f"theme: {{palette: {{scheme: {scheme}}}}}\n"
    write(folder, {"index.md": PAGE}, config)
    command = [sys.executable, "-m", "zensical", "build"]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    for system in ("light", "dark"):
        page = browser.new_page(color_scheme=system)
        page.goto((folder / "site" / "index.html").as_uri())
        assert page.locator("body").get_attribute("data-md-color-scheme") == scheme
        assert too_faint(page) == []
        assert page.evaluate(IS_DARK) == (scheme == "slate")
        page.close()


@pytest.mark.parametrize("theme", ["readthedocs", "mkdocs"])
def test_a_script_that_colours_code_leaves_the_lines_of_ours(open_in: Open, theme: str) -> None:
    page = open_in(theme)
    page.wait_for_load_state("networkidle")
    with_script = page.locator("#wp-all-code").inner_html()
    without = open_in(theme, java_script_enabled=False).locator("#wp-all-code").inner_html()
    assert with_script == without
    assert page.locator("#wp-all-line-4").count() == 1


@pytest.mark.parametrize("theme", ["readthedocs", "mkdocs", "material", "untold"])
def test_on_a_small_screen_nothing_is_wider_than_the_page(open_in: Open, theme: str) -> None:
    page = open_in(theme, 390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
