"""The profile of macOS' sandbox as a text: what it says of which path."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkdocs_wakepoint.engine.sandbox.profile import profile, quoted
from mkdocs_wakepoint.engine.sandbox.view import View, view

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="its paths are not of that kind")

PRIVATE = Path("/private/var/folders/xy/T/wakepoint-1/7")
SHOWN = View(["/opt/python/lib", "/usr/bin"], {"/etc": "private/etc"})

TOKEN = re.compile(r'\s+|;[^\n]*|[()]|"(?:\\.|[^"\\])*"|[^\s()";]+', re.DOTALL)


def read(text: str) -> list[Any]:
    """The rules of a profile: lists of words, texts (in a tuple) and lists."""
    stack: list[list[Any]] = [[]]
    at = 0
    while at < len(text):
        token = TOKEN.match(text, at)
        assert token is not None, text[at : at + 40]
        at, word = token.end(), token.group()
        if word == "(":
            stack.append([])
        elif word == ")":
            done = stack.pop()
            stack[-1].append(done)
        elif word.startswith('"'):
            stack[-1].append((re.sub(r"\\(.)", r"\1", word[1:-1], flags=re.DOTALL),))
        elif not word.startswith(";") and word.strip():
            stack[-1].append(word)
    assert len(stack) == 1
    return stack[0]


def allows(rules: list[Any], operation: str, path: str) -> bool:
    """Whether the rules of ours allow an operation; of those that fit, the last one counts."""
    allowed = False
    for rule in rules:
        if rule[0] not in ("allow", "deny"):
            continue
        operations = [each for each in rule[1:] if isinstance(each, str)]
        filters = [each for each in rule[1:] if isinstance(each, list)]
        if any(_covers(each, operation) for each in operations) and (
            not filters or any(_fits(each, path) for each in filters)
        ):
            allowed = rule[0] == "allow"
    return allowed


def _covers(pattern: str, operation: str) -> bool:
    return operation == pattern or (pattern.endswith("*") and operation.startswith(pattern[:-1]))


def _fits(part: list[Any], path: str) -> bool:
    place = str(part[1][0])
    return path == place or (part[0] == "subpath" and path.startswith(f"{place}/"))


RULES = read(profile(SHOWN, PRIVATE))


def test_it_denies_what_it_does_not_allow() -> None:
    assert RULES[:2] == [["version", "1"], ["deny", "default"]]
    unlimited = [rule for rule in RULES if rule[0] == "allow" and len(rule) == 2]
    assert unlimited == [["allow", "process-fork"], ["allow", "ipc-posix-sem"]]


@pytest.mark.parametrize(
    "path",
    ["/Users/me/.ssh/id_rsa", "/opt/python", "/opt/python/lib2", "/private/etc/hosts.secret", "/"],
)
@pytest.mark.parametrize(
    "operation",
    [
        "file-read-data",
        "file-write-data",
        "process-exec",
        "file-map-executable",
        "network-outbound",
    ],
)
def test_what_is_not_shown_is_out_of_reach(operation: str, path: str) -> None:
    assert not allows(RULES, operation, path)


def test_what_is_shown_can_be_read_and_run_and_not_written() -> None:
    for path in ("/opt/python/lib", "/opt/python/lib/os.py", "/usr/bin/true"):
        for operation in ("file-read-data", "file-map-executable", "process-exec"):
            assert allows(RULES, operation, path)
        for operation in ("file-write-data", "file-write-create", "file-write-unlink", "file-link"):
            assert not allows(RULES, operation, path)
    assert allows(RULES, "file-read-data", "/etc")  # where the link leads to
    assert allows(RULES, "file-read-metadata", "/opt/python")
    assert not allows(RULES, "file-read-data", "/opt/python")


def test_the_private_folder_is_the_runs_own() -> None:
    for name in ("", "/file", "/deep/er"):
        for operation in ("file-read-data", "file-write-create", "network-bind"):
            assert allows(RULES, operation, f"{PRIVATE}{name}")
    for other in (PRIVATE.parent, PRIVATE.with_name("77"), PRIVATE.with_name("6") / "file"):
        assert not allows(RULES, "file-read-data", str(other))
        assert not allows(RULES, "file-write-create", str(other))
    assert not allows(RULES, "file-write-setugid", f"{PRIVATE}/file")
    assert not allows(RULES, "file-link", f"{PRIVATE}/file")


@given(st.text(st.characters(exclude_characters="/\0"), min_size=1))
def test_no_path_says_more_than_itself(name: str) -> None:
    path = f"/opt/{name}"
    assert read(quoted(path)) == [(path,)]
    rules = read(profile(View([path], {f"{path}/link": "to"}), Path("/private/tmp", name)))
    assert [rule[:2] for rule in rules] == [rule[:2] for rule in RULES]
    assert allows(rules, "file-read-data", f"{path}/file")
    assert not allows(rules, "file-write-data", f"{path}/file")


def test_of_the_machine_it_has_what_every_sandbox_has() -> None:
    rules = read(profile(view(), PRIVATE))
    for path in (sys.prefix, str(Path.home())):
        assert not allows(rules, "file-read-data", f"{path}/.netrc")
    assert allows(rules, "file-read-data", os.path.realpath(os.__file__))
