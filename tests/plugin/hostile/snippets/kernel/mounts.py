# problem: none
# says: as it was
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
REMOUNT, BIND = 32, 4096
for place in (b"/", b"/usr", b"/tmp"):
    if libc.mount(b"none", place, b"", REMOUNT | BIND, b"") == 0:
        print("ESCAPED: mounted again", place)
if libc.mount(b"proc", b"/tmp", b"proc", 0, b"") == 0:
    print("ESCAPED: mounted proc")
if libc.umount2(b"/tmp", 2) == 0:
    print("ESCAPED: took a mount away")
for place in ("/", "/usr", "/etc", "/dev", "/proc/sys/kernel"):
    try:
        with open(place + "/planted", "w"):
            print("ESCAPED: could write into", place)
    except OSError:
        pass
for name in ("core_pattern", "hostname", "modprobe", "ns_last_pid", "pid_max"):
    try:
        with open(f"/proc/sys/kernel/{name}", "w") as file:
            file.write("/tmp/run-me")
        print("ESCAPED: could set", name)
    except OSError:
        pass
print("as it was")
