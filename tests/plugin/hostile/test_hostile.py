"""Snippets that mean harm: each is contained, with a clear line, and costs nobody else anything."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tools import sites
from tools.hostile import Host, Hostile, a_host, all_hostile
from tools.sites import Built

pytestmark = [
    pytest.mark.namespaces,
    pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there are no namespaces"),
    pytest.mark.timeout(600),  # ninety that use up whatever they get, on a busy machine
]

HOSTILE = all_hostile()
LARGEST_PAGE = 3 << 20
"""Bytes of HTML; a snippet that runs for long or says much makes no page that nobody can load."""

each_of_them = pytest.mark.parametrize("one", HOSTILE, ids=[each.name for each in HOSTILE])
strict_and_not = pytest.mark.parametrize("strict", [True, False], ids=["strict", "lenient"])


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with a_host(tmp_path_factory.mktemp("host")) as host:
        yield host


@pytest.fixture(scope="module")
def before(host: Host) -> str:
    """The fingerprint of all that has to stay as it is."""
    host.write(HOSTILE, sandbox="required")
    return host.fingerprint()


@pytest.fixture(scope="module")
def lenient(host: Host, before: str) -> Built:
    return sites.build(host.project, into="lenient", **host.variables)


@pytest.fixture(scope="module")
def strict(host: Host, before: str, lenient: Built) -> Built:
    return sites.build(host.project, "--strict", into="strict", **host.variables)


def problems_of(built: Built, one: Hostile) -> list[str]:
    return [line for line in built.warnings if f"docs/{one.page}.md:" in line]


@each_of_them
def test_it_is_contained(lenient: Built, strict: Built, one: Hostile) -> None:
    text = lenient.page(one.page).get_text()
    assert "ESCAPED" not in text
    assert one.facts.get("says", "") in text
    expected = one.facts["problem"]
    for built in (lenient, strict):
        problems = problems_of(built, one)
        if problems or "none" not in expected.split("|"):
            assert any(re.search(expected, line) for line in problems), problems
            assert len(problems) <= 2, "one line says what is wrong"


@each_of_them
def test_its_page_is_harmless(lenient: Built, one: Hostile) -> None:
    page = lenient.page(one.page)
    assert [script for script in page.select("script") if "planted" in script.get_text()] == []
    attributes = {name for tag in page.find_all() for name in tag.attrs}
    assert [name for name in attributes if name.startswith("on")] == []
    assert (lenient.folder / one.page / "index.html").stat().st_size < LARGEST_PAGE


def test_the_builds_end_as_builds_do(lenient: Built, strict: Built) -> None:
    assert lenient.status == 0
    assert strict.status == 1
    for built in (lenient, strict):
        assert "Traceback" not in "\n".join(built.log)
        assert [line for line in built.log if line.startswith(("::", "planted"))] == []


def test_other_pages_are_as_ever(lenient: Built) -> None:
    assert "as ever" in lenient.page("good").get_text()


def test_nothing_is_changed_or_left_behind(host: Host, before: str, strict: Built) -> None:
    assert host.fingerprint() == before
    assert list(Path(host.variables["TMPDIR"]).iterdir()) == []
    left = host.aims["left"].encode()
    running = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
    assert [line for line in running if left in line] == []
    assert host.planted() == []


def test_no_secret_is_published(host: Host, lenient: Built) -> None:
    secret = host.aims["secret"]
    index = lenient.folder / "index.html"
    pages = [path for path in lenient.folder.rglob("*.html") if path != index]
    assert [path for path in pages if secret in path.read_text(encoding="utf-8")] == []
    assert secret not in "\n".join(lenient.log)


@pytest.mark.parametrize(
    "one",
    [each for each in HOSTILE if each.works_without_a_sandbox],
    ids=[each.name for each in HOSTILE if each.works_without_a_sandbox],
)
def test_it_is_the_sandbox_that_contains_it(tmp_path: Path, one: Hostile) -> None:
    """Without one it gets what it is after, so the test above can fail."""
    with a_host(tmp_path) as host:
        host.write([one], sandbox="off")
        built = sites.build(host.project, **host.variables)
        assert "ESCAPED" in built.page(one.page).get_text() or host.planted()
