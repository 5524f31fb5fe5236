# problem: none
# says: nothing written
# works without a sandbox
import os
import sysconfig

import wakepoint

places = [wakepoint.__file__, os.__file__, sysconfig.get_path("purelib") + "/left.pth"]
for path in places:
    try:
        there = os.path.exists(path)
        with open(path, "a"):
            print("ESCAPED: could write", os.path.basename(path))
        if not there:
            os.unlink(path)
    except OSError:
        pass
print("nothing written")
