"""The environment that a snippet sees: the same on every machine, whoever builds."""

from __future__ import annotations

ENVIRONMENT = {
    "HOME": "/tmp",  # noqa: S108 - in the sandbox, where each run has its own
    "LANG": "C.UTF-8",
    "NO_COLOR": "1",
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "PYTHONHASHSEED": "0",  # the order of sets is the same in every run
    "TZ": "UTC",
}
"""All that the server is started with: what was in the environment at its start, a snippet can read
in /proc/self/environ, whatever has become of `os.environ` since."""

UMASK = 0o022
"""What new files are not allowed to; see umask(2)."""
