"""``mkdocs serve``: what an author saves never ends it, however wrong it is."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pytest
from tools.serving import serving
from tools.sites import BARE, UNSHIELDED, write

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is SIGINT here")


def page(source: str, options: str = "") -> str:
    return f"# A page\n\n```python wakepoint {options}\n{source}\n```\n"


GOOD = page("import wakepoint\nprint(wakepoint.run(wakepoint.sleep(0.001)), 'after the nap')")

# What is saved one after another, and the line that is said of it.
BROKEN = [
    (page("y = = 2"), "docs/index.md:4: SyntaxError: invalid syntax"),
    (page("1 / 0"), "docs/index.md:4: the snippet raised ZeroDivisionError"),
    (page("import os\nos._exit(0)"), "docs/index.md:3: the snippet's process ended early"),
    (page("import os\nos.kill(os.getppid(), 0)\nos.abort()"), "ended early (signal SIGABRT)"),
    (page("while True: pass", 'timeout="0.3"'), "docs/index.md:4: the snippet was not done after"),
    (page("import sys\nsys.exit()"), "docs/index.md:5: the snippet called sys.exit(None)"),
    (page("1", "show=code"), "docs/index.md:3: the value of show is not quoted"),
    ("```python wakepoint\nprint(1)\n", "docs/index.md:1: this is not recognised as a fence"),
    ("---\nwakepoint: [1\n---\n" + page("1 / 0"), "the snippet raised ZeroDivisionError"),
    ("---\nwakepoint: 1\n---\n# A page\n", "docs/index.md:2: the defaults are no mapping"),
]


def test_a_broken_snippet_is_told_and_the_next_save_is_built(tmp_path: Path) -> None:
    index = tmp_path / "docs" / "index.md"
    write(tmp_path, {"index.md": GOOD, "other.md": "# Another page\n"})
    with serving(tmp_path) as server:
        server.wait_for("Serving on")
        assert "after the nap" in server.page().get_text()
        for text, what in BROKEN:
            output = server.save(index, text)
            assert [line for line in output if line.startswith("WARNING") and what in line], output
            assert not [line for line in output if "Traceback" in line], output
            assert len(server.page().select(".wp-problem")) == 1
            assert "Another page" in server.page("other/").get_text()
        server.save(index, GOOD)
        assert "after the nap" in server.page().get_text()
        assert not server.page().select(".wp-problem")
        assert server.interrupt() == 0


def test_it_serves_a_site_that_is_broken_from_the_start(tmp_path: Path) -> None:
    config = f"{BARE[:-1]}:\n      on_error: fail\n"
    write(tmp_path, {"index.md": BROKEN[0][0]}, config)
    with serving(tmp_path) as server:
        output = server.wait_for("Serving on")
        assert [line for line in output if BROKEN[0][1] in line], output
        assert server.page().select(".wp-problem")
        server.save(tmp_path / "docs" / "index.md", GOOD)
        assert "after the nap" in server.page().get_text()


def test_an_interrupt_ends_the_snippet_that_is_running(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        source = f"import os, socket\ntest = socket.create_connection({listener.getsockname()})\n"
        source += "test.sendall(str(os.getpid()).encode())\ntest.recv(1)"
        write(tmp_path, {"index.md": page(source, 'timeout="300"')}, UNSHIELDED)
        with serving(tmp_path) as server:
            snippet, _ = listener.accept()
            child = int(snippet.recv(100))
            with snippet:
                server.interrupt()
            with pytest.raises(ProcessLookupError):
                os.kill(child, 0)


def test_a_save_runs_what_was_changed_and_nothing_else(tmp_path: Path) -> None:
    index = tmp_path / "docs" / "index.md"
    first, second = page("print('one')", 'id="one"'), page("print('two')", 'id="two"')
    write(tmp_path, {"index.md": first + second, "other.md": page("print('three')")})
    with serving(tmp_path) as server:
        assert "3 snippets: 3 run, 0 from the cache" in "\n".join(server.wait_for("Serving on"))
        output = server.save(index, f"Some prose.\n\n{first}{second}")
        assert "3 snippets: 0 run, 3 from the cache" in "\n".join(output)
        output = server.save(index, first + second.replace("two", "four"))
        assert "3 snippets: 1 run, 2 from the cache" in "\n".join(output)
        assert "four" in server.page().get_text()
        output = server.save(index, first + second)  # as it was
        assert "3 snippets: 0 run, 3 from the cache" in "\n".join(output)
        assert server.interrupt() == 0
