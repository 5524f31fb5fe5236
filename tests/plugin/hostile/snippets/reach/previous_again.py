# problem: none
# says: alone
# Every snippet writes here, and none may find what another one wrote.
import builtins
import os
import sys
import tempfile

places = {tempfile.gettempdir(), "/tmp", "/dev/shm", "/var/tmp", "/run", os.getcwd()}
for place in places:
    if os.path.exists(f"{place}/left-by-hostile"):
        print("ESCAPED: a snippet left a file in", place)
    try:
        with open(f"{place}/left-by-hostile", "w") as file:
            file.write("left")
    except OSError:
        pass
if hasattr(builtins, "left_by_hostile") or "left_by_hostile" in sys.modules:
    print("ESCAPED: a snippet left a name")
builtins.left_by_hostile = sys.modules["left_by_hostile"] = sys
print("alone")
