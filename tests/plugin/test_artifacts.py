"""What a build leaves behind: the same bytes every time, and a search index without drawings."""

from __future__ import annotations

import filecmp
import json
from pathlib import Path

from tools.sites import Built, build, write

CONFIG = "site_name: A site\ntheme:\n  name: material\nplugins:\n  - search\n  - wakepoint\n"

TIMERS = """\
# Timers

```python wakepoint title="Two timers" show="code output machine table timeline kernel"
import wakepoint

async def nap(seconds):
    names = {"set", "of", "words"}
    await wakepoint.sleep(seconds)
    return f"slept {seconds}", names

print(wakepoint.run(wakepoint.join(nap(0.001), nap(0.002))))
```
"""

SOCKETS = """\
# Sockets

```python wakepoint show="code output machine table timeline kernel"
import os
import wakepoint

async def serve(listener):
    stream, address = await listener.accept()
    await stream.write_all(await stream.read(100))
    stream.close()

async def main():
    listener = wakepoint.TcpListener.bind("127.0.0.1")
    wakepoint.spawn(serve(listener))
    stream = await wakepoint.TcpStream.connect(*listener.local_addr)
    await stream.write_all(b"echo")
    print(await stream.read(100), stream, object(), listener.local_addr)

wakepoint.run(main())
```
"""

# The interpreter warns of it with the path of the file that let the coroutine go.
FORGOTTEN = """\
# Problems

```python wakepoint
import wakepoint

async def main():
    await wakepoint.sleep(1)

wakepoint.run(main(), backend="none such")
```

```python wakepoint
import wakepoint

class Never(wakepoint.Future):
    def poll(self, cx):
        return wakepoint.PENDING

wakepoint.run(Never())
```
"""

PAGES = {"index.md": TIMERS, "sockets.md": SOCKETS, "problems.md": FORGOTTEN}


def files(built: Built) -> list[str]:
    return sorted(
        str(path.relative_to(built.folder)) for path in built.folder.rglob("*") if path.is_file()
    )


def test_builds_in_other_places_by_other_processes_are_the_same(tmp_path: Path) -> None:
    places = [tmp_path / "a", tmp_path / "another" / "folder" / "of-another-name"]
    built = []
    for seed, folder in enumerate(places, 1):
        folder.mkdir(parents=True)
        write(folder, PAGES, CONFIG)
        built.append(build(folder, into="site", PYTHONHASHSEED=str(seed)))
        assert built[-1].status == 0, built[-1].log
    one, other = built
    assert files(one) == files(other)
    _, different, missing = filecmp.cmpfiles(one.folder, other.folder, files(one), shallow=False)
    assert different + missing == []


def test_no_page_tells_where_it_was_built(tmp_path: Path) -> None:
    write(tmp_path, PAGES, CONFIG)
    built = build(tmp_path)
    here = str(Path(__file__).parents[2])
    for name in files(built):
        text = (built.folder / name).read_bytes()
        assert here.encode() not in text, name
        assert str(tmp_path).encode() not in text, name
    assert "never awaited" in built.page("problems").get_text()


def test_kept_recordings_are_read_and_not_published(tmp_path: Path) -> None:
    damaged = '{"digest": "12'
    pages = {
        "index.md": TIMERS,
        "recordings/epoll-linux/damaged.json": damaged,
        "recordings/epoll-linux/own.json": "{}",
        "recording.json": "{}",
    }
    write(tmp_path, pages, CONFIG)
    built = build(tmp_path)
    assert [line for line in built.warnings if "recordings/epoll-linux/damaged.json:1: " in line]
    published = [name for name in files(built) if name.startswith("recording")]
    assert published == ["recording.json", "recordings/epoll-linux/own.json"]


def squeezed(text: str) -> str:
    """Without any space: elements differ in what they leave between words."""
    return "".join(text.split())


def test_search_finds_what_a_page_says_and_none_of_its_drawings(tmp_path: Path) -> None:
    write(tmp_path, PAGES, CONFIG)
    built = build(tmp_path)
    index = json.loads((built.folder / "search" / "search_index.json").read_text(encoding="utf-8"))
    text = squeezed("".join(entry["text"] for entry in index["docs"]))
    assert squeezed("slept 0.001") in text
    assert squeezed("async def nap") in text
    drawn: set[str] = set()
    content = ""
    for name in ("", "sockets"):
        page = built.page(name)
        for svg in page.select("svg"):
            drawn |= {squeezed(tag.get_text()) for tag in svg.select("text, title, desc")}
            svg.decompose()
        content += squeezed(page.get_text())
    only_drawn = [words for words in drawn if words not in content]
    assert len(only_drawn) > 5
    assert [words for words in only_drawn if words in text] == []
