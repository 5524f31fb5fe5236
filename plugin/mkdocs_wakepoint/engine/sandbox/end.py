"""How a run came to its end, as its supervisor tells the build."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class End:
    """How a run came to its end.

    Attributes:
        status: As `os.waitstatus_to_exitcode` gives it: the exit code, or a signal's number below
            zero.
        limit: The field of `Limits` that was used up, for which the run was killed; empty if none
            was.
    """

    status: int
    limit: str = ""

    def encode(self) -> bytes:
        """One line, as it is written to the control descriptor."""
        return f"{self.status} {self.limit}\n".encode()

    @classmethod
    def decode(cls, line: bytes) -> End | None:
        """What such a line says; None if there is no whole line: the supervisor was killed."""
        if not line.endswith(b"\n"):
            return None
        status, _, limit = line[:-1].decode().partition(" ")
        return cls(int(status), limit)
