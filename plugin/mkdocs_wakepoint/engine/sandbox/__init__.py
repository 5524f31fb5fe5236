"""Keeps what a snippet does to itself: what it may see, what it may call, what it may use up."""

from mkdocs_wakepoint.engine.sandbox.choice import Sandbox, choose, unavailable
from mkdocs_wakepoint.engine.sandbox.end import End
from mkdocs_wakepoint.engine.sandbox.environment import ENVIRONMENT, UMASK
from mkdocs_wakepoint.engine.sandbox.errors import SandboxError

__all__ = ["ENVIRONMENT", "UMASK", "End", "Sandbox", "SandboxError", "choose", "unavailable"]
