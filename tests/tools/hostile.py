"""A machine with something to steal: a home, a secret, sources, services, processes."""

from __future__ import annotations

import hashlib
import re
import secrets
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tools import sites

SNIPPETS = Path(__file__).parents[1] / "plugin" / "hostile" / "snippets"

LARGE = {
    "branches": "\n".join(
        f"    if n > {number}:\n        await wakepoint.sleep(0)" for number in range(300)
    ),
    "awaits": "\n".join("    await wakepoint.yield_now()" for _ in range(1000)),
    "functions": "\n".join(
        f"\nasync def f{number}():\n    await wakepoint.sleep(0)" for number in range(2000)
    ),
    "brackets": "(" * 100_000,
    "minus": "-" * 50_000,
    "long": "x" * 2_000_000,
}
"""What is too long to be written down."""


@dataclass(frozen=True)
class Hostile:
    """A snippet that means harm.

    Attributes:
        name: Its kind and what it does: ``reach/home``.
        source: As it is written down, with the names of what it is after in braces.
        facts: What its first comments say.
    """

    name: str
    source: str
    facts: dict[str, str]

    @property
    def page(self) -> str:
        """The name of its page in the site."""
        return self.name.replace("/", "-").replace("_", "-")

    @property
    def works_without_a_sandbox(self) -> bool:
        """True if it reaches what it is after where nothing keeps it."""
        return "# works without a sandbox" in self.source

    def markdown(self, aims: dict[str, str]) -> str:
        """Its page."""
        source = self.source
        for name, text in {**LARGE, **aims}.items():
            source = source.replace(f"{{{name}}}", text)
        kind = self.name.partition("/")[0]
        code = "code " if kind in ("text", "lies") else ""  # others name in it what they look for
        timeout = self.facts.get("timeout", "20")
        show = f'show="{code}output machine table timeline kernel"'
        return f'# {self.name}\n\n```python wakepoint {show} timeout="{timeout}"\n{source}```\n'


def all_hostile() -> list[Hostile]:
    """Each of the snippets beside this file."""
    found = []
    for path in sorted(SNIPPETS.glob("*/*.py")):
        source = path.read_text(encoding="utf-8")
        facts = dict(re.findall(r"^# (problem|says|timeout): (.*)$", source, re.MULTILINE))
        found.append(Hostile(path.relative_to(SNIPPETS).with_suffix("").as_posix(), source, facts))
    return found


@dataclass(frozen=True)
class Host:
    """What there is to be reached.

    Attributes:
        project: The folder of mkdocs.yml.
        home: Of whoever builds.
        aims: What the braces in a snippet stand for.
        variables: The environment of the build.
    """

    project: Path
    home: Path
    aims: dict[str, str]
    variables: dict[str, str]

    def write(self, hostile: list[Hostile], sandbox: str) -> None:
        """Writes the site."""
        pages = {f"{each.page}.md": each.markdown(self.aims) for each in hostile}
        pages["index.md"] = f"# A page\n\n{self.aims['secret']}\n"
        pages["good.md"] = "# Good\n\n```python wakepoint\nprint('as ever')\n```\n"
        config = f"{sites.BARE.rstrip()}:\n      sandbox: {sandbox}\n"
        sites.write(self.project, pages, config)

    def planted(self) -> list[Path]:
        """What was written where nobody but the build writes."""
        return [*self.project.rglob("planted"), *self.home.rglob("planted")]

    def fingerprint(self) -> str:
        """Of all files that a snippet must not change."""
        whole = hashlib.sha256()
        for folder in (self.project / "docs", self.home):
            for path in sorted(folder.rglob("*")):
                whole.update(f"{path} {path.stat().st_mode}".encode())
                whole.update(path.read_bytes() if path.is_file() else b"")
        return whole.hexdigest()


@contextmanager
def a_host(folder: Path) -> Iterator[Host]:
    """Makes it, with its services and processes running."""
    home, project, temporary = folder / "home", folder / "project", folder / "temporary"
    for each in (home / ".ssh", project, temporary):
        each.mkdir(parents=True)
    secret, canary = secrets.token_hex(16), f"canary-{secrets.token_hex(8)}"
    (home / ".ssh" / "id_rsa").write_text(secret)
    with ExitStack() as stack:
        services = [
            stack.enter_context(socket.create_server(("127.0.0.1", 0))),
            stack.enter_context(_unix_server(f"\0{canary}")),
            stack.enter_context(_unix_server(str(project / "service"))),
        ]
        for service in services:
            threading.Thread(target=_serve, args=(service, secret), daemon=True).start()
            stack.callback(service.shutdown, socket.SHUT_RDWR)
        process = subprocess.Popen([sys.executable, "-c", "input()", canary], stdin=subprocess.PIPE)
        stack.enter_context(process)
        stack.callback(process.kill)
        aims = {
            "home": str(home),
            "project": str(project),
            "secret": secret,
            "canary": canary,
            "abstract": canary,
            "left": f"left-{canary}",
            "port": str(services[0].getsockname()[1]),
        }
        variables = {"HOME": str(home), "API_TOKEN": secret, "TMPDIR": str(temporary)}
        yield Host(project, home, aims, variables)


def _unix_server(address: str) -> socket.socket:
    if sys.platform == "win32":
        raise NotImplementedError("there are no such sockets")
    server = socket.socket(socket.AF_UNIX)
    server.bind(address)
    server.listen()
    return server


def _serve(server: socket.socket, text: str) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with connection, suppress(OSError):  # whoever asked may be gone
            connection.sendall(text.encode())
