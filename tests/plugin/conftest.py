"""Converts a text with Python-Markdown."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from textwrap import dedent
from typing import Any

import markdown
import pytest
from bs4 import BeautifulSoup
from tools.pages import Convert, Page

from mkdocs_wakepoint.engine.runs import close_shared_pools


@pytest.fixture(autouse=True, scope="module")
def no_server_is_left() -> Iterator[None]:
    """Other tests of this process look at its children, and documents share a server."""
    yield
    close_shared_pools()


@pytest.fixture
def convert(caplog: pytest.LogCaptureFixture) -> Convert:
    def convert(text: str, extensions: Sequence[Any] = ("wakepoint",), **configs: Any) -> Page:
        caplog.clear()
        with caplog.at_level(logging.WARNING, "wakepoint"):
            html = markdown.markdown(
                dedent(text), extensions=list(extensions), extension_configs=configs
            )
        assert "wakepointfence" not in html
        soup = BeautifulSoup(html, "html.parser")
        assert soup.select("[data-wp]") == []  # no place is left empty
        return Page(soup, caplog.messages)

    return convert
