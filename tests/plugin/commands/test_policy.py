"""``mkdocs-wakepoint policy``: what a built site needs beyond its own files."""

from __future__ import annotations

from pathlib import Path

import pytest
from tools.commands import write

from mkdocs_wakepoint.cli import main

ALERT = "'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='"
"""Of ``alert(1)``; openssl says the same."""


@pytest.mark.parametrize(
    "html, more",
    [
        ("<p>Text.</p>", ""),
        ('<script src="own.js"></script>', ""),
        ('<script type="application/json">alert(1)</script>', ""),
        ("<script>alert(1)</script>", f"; script-src 'self' {ALERT}"),
        ("<script type=module>alert(1)</script>", f"; script-src 'self' {ALERT}"),
        ("<style>alert(1)</style>", f"; style-src 'self' {ALERT}"),
        ('<p style="alert(1)">', f"; style-src 'self' {ALERT} 'unsafe-hashes'"),
        ('<p onclick="alert&#40;1)">', f"; script-src 'self' {ALERT} 'unsafe-hashes'"),
        ('<script src="https://a.example/b.js"></script>', "; script-src 'self' https://a.example"),
        ('<link rel="stylesheet" href="//a.example/b.css">', "; style-src 'self' a.example"),
        ('<img src="https://a.example/b.png">', "; img-src 'self' https://a.example"),
        ('<img src="data:image/png;base64,AA==">', "; img-src 'self' data:"),
        ("<a href='https://a.example'>A link.</a>", ""),
    ],
)
def test_what_a_page_needs_is_allowed_and_no_more(
    site: Path, capsys: pytest.CaptureFixture[str], html: str, more: str
) -> None:
    write(site / "built" / "page" / "index.html", html)
    assert main(["policy", "built"]) == 0
    assert capsys.readouterr().out == f"default-src 'self'{more}\n"


def test_what_style_sheets_have_in_them_is_allowed(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(site / "built" / "index.html", "<p>Text.</p>")
    css = "p { background: url('data:image/svg+xml,<svg/>'); src: url(data:font/woff2,a) }"
    write(site / "built" / "assets" / "main.css", css)
    assert main(["policy", "built"]) == 0
    printed = capsys.readouterr().out
    assert printed == "default-src 'self'; font-src 'self' data:; img-src 'self' data:\n"


def test_a_folder_without_pages_is_told(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "docs"]) == 2
    assert capsys.readouterr().err == "mkdocs-wakepoint: docs: there is no page of a built site\n"
