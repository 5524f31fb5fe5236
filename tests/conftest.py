"""Markers for tests that need a tool, and the fixtures that stand for those tools.

Where its tool is missing, such a test is skipped and says how to get it. In CI it fails instead: a
test that nobody runs proves nothing.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from subprocess import CompletedProcess

import pytest
from tools import find, hosts, neighbours
from tools import windows_python as windows_python_tool
from tools.webassembly import python as webassembly

from wakepoint import outsiders


@dataclass(frozen=True, slots=True)
class Tool:
    """What a marker stands for.

    Attributes:
        missing: Tells what is missing and how to get it; None if the tool is there.
        required: The platforms (`sys.platform`) whose CI has to have it.
    """

    missing: Callable[[], str | None]
    required: frozenset[str] = frozenset({"linux"})


TOOLS = {
    "browser": Tool(find.missing_browser),
    "bubblewrap": Tool(find.missing_bubblewrap),
    "io_uring": Tool(find.missing_io_uring),
    "hosts": Tool(hosts.missing),
    "node": Tool(find.missing_node),
    "namespaces": Tool(find.missing_namespaces),
    "neighbours": Tool(neighbours.missing),
    "seatbelt": Tool(find.missing_seatbelt, required=frozenset({"darwin"})),
    "network": Tool(find.missing_network, required=frozenset()),
    "wine": Tool(windows_python_tool.missing),
    "pyodide": Tool(webassembly.missing),
    # Compared with once and written down; CONTRIBUTING.md tells how to repeat it.
    "libkqueue": Tool(find.missing_libkqueue, required=frozenset()),
    "rustc": Tool(find.missing_rustc, required=frozenset()),
}


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    _hear_interrupts()
    # Its compiled part is this machine's: on Windows' Python it can't be imported, nor is it used.
    if config.pluginmanager.hasplugin("hypothesispytest"):
        _without_deadlines()


def _without_deadlines() -> None:
    """How long an example takes says how busy the machine is, and nothing on what is tested."""
    from hypothesis import settings

    settings.register_profile("untimed", deadline=None)
    settings.load_profile("untimed")


def _hear_interrupts() -> None:
    """Takes back what a shell does to commands that it starts in the background.

    They ignore interrupts, and what tests start would inherit that.
    """
    for name in ("SIGHUP", "SIGINT", "SIGQUIT"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(
                number, signal.default_int_handler if name == "SIGINT" else signal.SIG_DFL
            )


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in item.iter_markers():
        tool = TOOLS.get(marker.name)
        reason = tool.missing() if tool else None
        if not tool or not reason:
            continue
        if os.environ.get("CI") and sys.platform in tool.required:
            pytest.fail(f"CI has to run this: {reason}", pytrace=False)
        pytest.skip(reason)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium or Chrome; for tests marked ``browser``."""
    path = find.browser()
    assert path is not None, find.missing_browser()
    return path


@pytest.fixture(scope="session")
def windows_python() -> Callable[..., CompletedProcess[str]]:
    """Runs a Windows CPython under Wine, with our runtime to import; for tests marked ``wine``.

    See `tools.windows_python.run` for its arguments.
    """
    windows_python_tool.prepare()
    return windows_python_tool.run


@pytest.fixture(autouse=True)
def _without_threads_of_earlier_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads of C code that earlier tests left behind are no outsiders of this one's executors.

    wasmtime keeps some for good. They could hold a waker, so a deadlock would be told only where
    nothing else leads to it; and whatever pytest holds does.
    """
    if sys.platform != "linux":
        return
    has_c_threads = outsiders.have_c_threads
    left, python_threads = 0, len(sys._current_frames())  # noqa: SLF001
    while has_c_threads(python_threads + left):
        left += 1
    if left:
        monkeypatch.setattr(outsiders, "have_c_threads", lambda known: has_c_threads(known + left))


@pytest.fixture(autouse=True)
def _with_the_signal_handlers_of_before() -> Iterator[None]:
    """What a test's scripts set as signal handlers is gone after it.

    A handler may wake a task, so no later test in the process would be told of a deadlock.
    """
    before = {number: signal.getsignal(number) for number in signal.valid_signals()}
    yield
    for number, handler in before.items():
        if handler is not None and signal.getsignal(number) is not handler:
            signal.signal(number, handler)
