# problem: none
# says: not replaced
import os
import sys

for path in {os.path.realpath(sys.executable), "/bin/sh", "/usr/bin/env"}:
    try:
        os.utime(path)
        print("ESCAPED: could change", path)
    except OSError:
        pass
print("not replaced")
