"""What a snippet may do on macOS, as a profile in the language of its sandbox.

The language has no public description. The profiles of macOS' own programs are written in it, in
/System/Library/Sandbox/Profiles. Of the rules that fit, the last one counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from mkdocs_wakepoint.engine.sandbox.view import View

_HEAD = """\
(version 1)
(deny default)
; What each program needs to be started: the system's libraries, and some services.
(import "system.sb")
; Some of what it allows says who uses this machine, reaches another, or writes to its log.
(deny mach-lookup
  (global-name "com.apple.cfprefsd.agent")
  (global-name "com.apple.cfprefsd.daemon")
  (global-name "com.apple.diagnosticd")
  (global-name "com.apple.logd.events")
  (global-name "com.apple.trustd")
  (global-name "com.apple.trustd.agent")
  (local-name "com.apple.cfprefsd.agent")
  (xpc-service-name-prefix ""))
(deny network-outbound
  (literal "/private/var/run/asl_input")
  (literal "/private/var/run/syslog"))
(deny file-read* (literal "/private/etc/master.passwd"))
(deny file-write-create (prefix "/cores/"))
; What others have on their command line and in their environment.
(deny sysctl-read (sysctl-name-prefix "kern.proc"))
; Programs, all of them under this profile.
(allow process-fork)
(allow process-info* (target self))
(allow process-info* (target same-sandbox))
(allow signal (target self))
(allow signal (target same-sandbox))
; What multiprocessing needs.
(allow ipc-posix-sem)
(allow ipc-posix-shm* (ipc-posix-name-prefix "/psm_") (ipc-posix-name-prefix "psm_"))
; This machine alone; names are looked up by a service that is not allowed.
(allow network-bind (local ip "localhost:*"))
(allow network-inbound (local ip "localhost:*"))
(allow network-outbound (remote ip "localhost:*"))
; Devices that are nobody's.
(allow file-read* file-write-data
  (literal "/dev/null")
  (literal "/dev/zero")
  (literal "/dev/random")
  (literal "/dev/urandom")
  (subpath "/dev/fd"))
(allow file-read-metadata (literal "/") (literal "/dev"))
"""


def profile(shown: View, private: Path) -> str:
    """The profile of one run.

    Args:
        shown: What it may read, map into its memory, and execute.
        private: The run's folder, where it may write as well. No symbolic link is in its path: the
            system compares paths as they are when all links are followed.
    """
    own = str(private)
    places = [*shown.readable, *shown.links, own]
    above = {str(folder) for path in places for folder in Path(path).parents}
    read = ("file-read*", "file-map-executable", "process-exec*")
    rules = [
        _allow(read, "subpath", [*shown.readable, own]),
        _allow(["file-read*"], "literal", shown.links),
        _allow(["file-read-metadata"], "literal", sorted(above)),
        _allow(["file-write*"], "subpath", [own]),
        f"(deny file-write-setugid (subpath {quoted(own)}))",
        # Sockets in the file system.
        _allow(["network-bind", "network-inbound", "network-outbound"], "subpath", [own]),
    ]
    return _HEAD + "".join(f"{rule}\n" for rule in rules)


def quoted(text: str) -> str:
    """Text as a string of the language, whatever is in it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _allow(operations: Iterable[str], kind: str, paths: Iterable[str]) -> str:
    filters = "".join(f"\n  ({kind} {quoted(path)})" for path in paths)
    return f"(allow {' '.join(operations)}{filters})" if filters else ""
