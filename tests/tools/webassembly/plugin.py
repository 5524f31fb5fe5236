"""A pytest plugin that makes CPython in WebAssembly what our tests expect of a Python."""

from __future__ import annotations

import asyncio

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Takes what we tell pytest-timeout, and does nothing with it: that would need setitimer(2)."""
    parser.addini("timeout", "seconds that a test may take")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "timeout(seconds): how long this test may take")
    # There a loop of asyncio's counts as running all the time, and we say so where we are misused.
    asyncio._set_running_loop(None)  # noqa: SLF001
