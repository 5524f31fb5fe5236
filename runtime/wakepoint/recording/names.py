"""Names that are the same in every run: descriptors, ports and addresses by order of appearance."""

from __future__ import annotations

import re
from typing import Any

FIRST_FD = 3
FIRST_PORT = 50001
_EPHEMERAL = 1024
"""Ports up to here were chosen by the snippet's author and stay as they are."""

_PORT = re.compile(r"\b\d{4,5}\b")
_FD = re.compile(r"\bfd=(\d+)\b")
_PROCESS = re.compile(r"\bpid (\d+)\b")
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,16}\b")

_REMEMBERED = 256
"""Texts whose new form is remembered; the same few come at every turn of a loop."""


class Names:
    """Renames what the operating system chose by chance.

    Descriptors get the lowest free number from 3 on, as a kernel would give them in a process
    that opened nothing else; ephemeral ports count from 50001.

    Attributes:
        has_ports: True if a number in a text may be a port that has a name.
        renamed: Some texts and what they become, by whether they tell of an object that is alive;
            forgotten when something gets a name.
    """

    def __init__(self, ports: dict[int, int] | None = None) -> None:
        self._fds: dict[int, int] = {}
        self._fd_texts: dict[int, str] = {}
        self._ports = ports or {}
        self.has_ports = bool(ports)
        self._chosen: set[int] = set()
        self._processes: dict[int, int] = {}
        self._overlapped: dict[int, int] = {}
        self._calls = 0
        self.renamed: dict[bool, dict[str, str]] = {False: {}, True: {}}

    @property
    def ports(self) -> dict[int, int]:
        """The ports that the system chose, and what they are called."""
        return dict(self._ports)

    def fd(self, number: int) -> str:
        """The name of an open descriptor, ``fd 5``."""
        text = self._fd_texts.get(number)
        if text is None:
            taken = set(self._fds.values())
            name = next(n for n in range(FIRST_FD, FIRST_FD + len(taken) + 1) if n not in taken)
            self._fds[number] = name
            text = self._fd_texts[number] = f"fd {name}"
            self._forget_texts()
        return text

    def forget_fd(self, number: int) -> None:
        """The descriptor was closed; its name is free again, as its number is."""
        self._fds.pop(number, None)
        self._fd_texts.pop(number, None)
        self._forget_texts()

    def _forget_texts(self) -> None:
        for texts in self.renamed.values():
            texts.clear()

    def process(self, number: int) -> str:
        """The name of a process, ``process 1``; they count from 1."""
        if number not in self._processes:
            self._processes[number] = len(self._processes) + 1
            self._forget_texts()
        return f"process {self._processes[number]}"

    def overlapped(self, address: int) -> str:
        """The name of an overlapped call, by its OVERLAPPED's address; they count from 1."""
        if address not in self._overlapped:
            self._calls += 1
            self._overlapped[address] = self._calls
        return f"overlapped {self._overlapped[address]}"

    def forget_overlapped(self, address: int) -> None:
        """The call is done; another one may get its memory."""
        self._overlapped.pop(address, None)

    def keep_port(self, port: int) -> None:
        """The snippet asked for this port itself."""
        self._chosen.add(port)

    def learn_address(self, address: Any) -> None:
        """Remembers the port of an address that the system reported."""
        if isinstance(address, tuple) and len(address) >= 2 and isinstance(address[1], int):
            port = address[1]
            if port > _EPHEMERAL and port not in self._chosen and port not in self._ports:
                self._ports[port] = FIRST_PORT + len(self._ports)
                self.has_ports = True
                self._forget_texts()

    def normalise(self, text: str, *, live: bool = False) -> str:
        """The text with ports, descriptors, processes and memory addresses renamed.

        Args:
            text: Any text.
            live: It tells of an object that is alive: its descriptor is what the system chose,
                also where we do not know it.
        """
        known = self.renamed[live]
        renamed = known.get(text)
        if renamed is None:
            if len(known) >= _REMEMBERED:
                known.clear()
            renamed = known[text] = self._rename(text, live)
        return renamed

    def _rename(self, text: str, live: bool) -> str:
        if self._ports:
            text = _PORT.sub(self._rename_port, text)
        if "fd=" in text:

            def rename(match: re.Match[str]) -> str:
                name = self._fds.get(int(match[1]), "…" if live else match[1])
                return f"fd={name}"

            text = _FD.sub(rename, text)
        if "pid " in text:
            text = _PROCESS.sub(self._rename_process, text)
        return _ADDRESS.sub("0x…", text) if "0x" in text else text

    def _rename_port(self, match: re.Match[str]) -> str:
        return str(self._ports.get(int(match[0]), match[0]))

    def _rename_process(self, match: re.Match[str]) -> str:
        number = self._processes.get(int(match[1]))
        return match[0] if number is None else f"process {number}"
