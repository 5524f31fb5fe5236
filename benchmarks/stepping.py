"""What one step of a stepper costs a reader's browser, in a short run and in a long one.

Each run is stepped through by every event: a hundred steps at its beginning, in its middle and at
its end, and once from the beginning to the end at a stroke. A step is what a press of an arrow key
does, with layout. The peer of the long run is the short one in the same page's browser; the aim is
that a step takes less than a frame of a screen that shows 60 of them a second.

    python benchmarks/stepping.py      prints a table, and whether the aim is met

It takes Playwright (requirements/dev.txt) and Chromium, whose path CHROMIUM may name.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

FRAME = 1000 / 60
"""Milliseconds."""

SNIPPET = """\
import wakepoint


async def worker(turns):
    total = 0
    for turn in range(turns):
        total += turn
        await wakepoint.yield_now()
    return total


async def main():
    print(await wakepoint.join(*(worker({turns}) for _ in range(3))))


wakepoint.run(main())
"""

RUNS = {"short": 5, "long": 700}
"""How many turns each worker takes; the long one has more events than can be stepped through."""

CONFIG = "site_name: A site\nplugins: [search, wakepoint]\n"
CONFIG += "markdown_extensions: [pymdownx.superfences]\ntheme: {name: material, font: false}\n"

MEASURE = """() => {
    const root = document.querySelector(".wp-stepper");
    const press = (key) => {
        root.querySelector(".wp-next").dispatchEvent(
            new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
        return root.getBoundingClientRect().height;  // with layout
    };
    const by = root.querySelector(".wp-by");
    by.value = "every";
    by.dispatchEvent(new Event("change"));
    const slider = root.querySelector(".wp-slider");
    const length = Number(slider.max);
    const STEPS = Math.min(100, Math.floor(length / 3));
    const steps = (from) => {
        slider.value = from;
        slider.dispatchEvent(new Event("input"));
        const start = performance.now();
        for (let n = 0; n < STEPS; n++) press("ArrowRight");
        return (performance.now() - start) / STEPS;
    };
    const [first, middle, last] = [0, Math.floor(length / 2), length - STEPS].map(steps);
    press("Home");
    const start = performance.now();
    press("End");
    return { events: length, first, middle, last, whole: performance.now() - start };
}"""


def built(folder: Path) -> Path:
    """A site with a page for each run; where its pages are."""
    (folder / "docs").mkdir(parents=True)
    (folder / "mkdocs.yml").write_text(CONFIG, encoding="utf-8")
    (folder / "docs" / "index.md").write_text("# Runs\n", encoding="utf-8")
    for name, turns in RUNS.items():
        text = f"# A run\n\n```python wakepoint\n{SNIPPET.format(turns=turns)}```\n"
        (folder / "docs" / f"{name}.md").write_text(text, encoding="utf-8")
    env = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet"]
    subprocess.run(command, cwd=folder, env=env, check=True)
    return folder / "site"


def measured(site: Path) -> dict[str, dict[str, float]]:
    """Milliseconds of a step in each part of each run."""
    chromium = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        results = {}
        for name in RUNS:
            page.goto((site / name / "index.html").as_uri())
            page.locator(".wp-stepper.wp-started").wait_for()
            results[name] = page.evaluate(MEASURE)
        browser.close()
    return results


def main() -> None:
    """Measures, and prints."""
    with tempfile.TemporaryDirectory(prefix="stepping-benchmark-") as folder:
        runs = measured(built(Path(folder)))
    short, long = runs["short"], runs["long"]
    print(f"| {'one step, ms':24} | {'short':>7} | {'long':>7} | {'ratio':>5} | frame  |")
    print(f"| :{'-' * 23} | {'-' * 6}: | {'-' * 6}: | {'-' * 4}: | ------ |")
    counts = f"{short['events']:7.0f} | {long['events']:7.0f}"
    print(f"| {'events':24} | {counts} | {'':5} | {'':6} |")
    for part in ("first", "middle", "last"):
        verdict = "met" if long[part] < FRAME else "missed"
        ratio = long[part] / short[part]
        print(
            f"| {part:24} | {short[part]:7.2f} | {long[part]:7.2f} | {ratio:5.1f} | {verdict:6} |"
        )
    whole = f"{short['whole']:7.1f} | {long['whole']:7.1f}"
    print(f"| {'from the first to the last':24} | {whole} | {'':5} | {'':6} |")


if __name__ == "__main__":
    main()
