"""The server is the trial of the sandbox of namespaces: it says whether it has one."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest
from tools.snippets import snippet

from mkdocs_wakepoint.engine import Pool, Settings
from mkdocs_wakepoint.engine.sandbox import Sandbox, choice

pytestmark = [
    pytest.mark.namespaces,
    pytest.mark.skipif(sys.platform != "linux", reason="Linux has namespaces"),
]


def test_no_other_process_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    def tries(sandbox: Sandbox) -> str | None:
        raise AssertionError(sandbox)

    monkeypatch.setattr(choice, "_tried", tries)
    monkeypatch.delitem(choice.KNOWN, Sandbox.NAMESPACES, raising=False)
    pool = Pool(Settings(sandbox="auto"))
    try:
        ran = pool.submit(snippet("import os; print(os.getpid())")).result()
    finally:
        pool.close()
    assert ran.output[0].text == "2\n"  # below its supervisor, which is the first
    assert pool.unshielded is None
    assert choice.KNOWN[Sandbox.NAMESPACES] is None


REFUSED = """\
from tools.snippets import snippet
from mkdocs_wakepoint.engine import Pool, Settings
pool = Pool(Settings(sandbox="auto"))
ran = pool.submit(snippet("print('ran')")).result()
pool.close()
print(ran.outcome.kind, ran.output[0].text.strip())
print(pool.unshielded)
"""


def test_where_there_are_none_it_says_why_and_snippets_run_without() -> None:
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("needs unshare(1)")
    none = 'echo 0 > /proc/sys/user/max_user_namespaces; PATH=/nowhere; exec "$@"'
    program = f"import sys; sys.path[:0] = {sys.path!r}\n{REFUSED}"
    shell = ["/bin/sh", "-c", none, "sh", sys.executable, "-c", program]
    command = [unshare, "--user", "--map-root-user", *shell]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    ran, reason = done.stdout.splitlines()
    assert ran == "finished ran"
    assert reason.startswith("user.max_user_namespaces = 0 forbids")
