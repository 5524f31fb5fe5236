# problem: none
# says: only its own
import os
import stat

for name in os.listdir("/proc/self/fd"):
    try:
        kind = os.fstat(int(name)).st_mode
    except OSError:
        continue
    if int(name) > 2 and (stat.S_ISSOCK(kind) or stat.S_ISDIR(kind) or stat.S_ISREG(kind)):
        where = os.readlink(f"/proc/self/fd/{name}")
        if not where.startswith("/proc"):
            print("ESCAPED: holds", where)
print("only its own")
