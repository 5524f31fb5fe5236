"""What is raised where a sandbox cannot be."""

from __future__ import annotations


class SandboxError(ValueError):
    """This machine has no sandbox of that kind; the message is one line: why, and what to do."""
