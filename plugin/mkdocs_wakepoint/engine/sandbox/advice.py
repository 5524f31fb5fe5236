"""Why the system forbids a sandbox, and what to do about it."""

from __future__ import annotations

import errno
from pathlib import Path

_FORBIDDING = (
    # Ubuntu, from 23.10 on
    ("kernel/apparmor_restrict_unprivileged_userns", "1", "0"),
    # Debian, up to 10
    ("kernel/unprivileged_userns_clone", "0", "1"),
    ("user/max_user_namespaces", "0", "10000"),
)
"""Settings of the system, the values at which they forbid user namespaces, and those that allow."""


def advice(error: OSError) -> str:
    """One line about an error that a system call of the sandbox's gave."""
    what = f"{error.strerror}" + (f" ({error.filename})" if error.filename else "")
    for setting, forbids, allows in _FORBIDDING:
        if _value(setting) == forbids:
            name = setting.replace("/", ".")
            return (
                f"{name} = {forbids} forbids user namespaces; "
                f"set `sudo sysctl -w {name}={allows}`, or install bubblewrap"
            )
    if error.errno == errno.ENOSYS:
        return f"the kernel is too old: {what}; Linux 5.12 has all that it takes"
    if error.errno == errno.ENOSPC:
        return f"there are too many namespaces: {what}; raise user.max_user_namespaces"
    if error.filename and error.filename.endswith("/proc"):
        return (
            f"no /proc can be mounted: {what}; "
            "let the container show all of it (docker run --security-opt systempaths=unconfined)"
        )
    if error.errno == errno.EPERM:
        return (
            f"this system forbids namespaces: {what}; let the container make them "
            "(docker run --security-opt seccomp=unconfined), or install bubblewrap"
        )
    return f"the sandbox cannot be made: {what}"


def _value(setting: str) -> str:
    try:
        return Path("/proc/sys", setting).read_text(encoding="ascii").strip()
    except OSError:
        return ""
