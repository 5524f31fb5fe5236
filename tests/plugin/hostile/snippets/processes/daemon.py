# problem: none
# says: left one behind
import os
import sys
import time

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for number in range(3, 64):
            try:
                os.close(number)
            except OSError:
                pass
        os.execv(sys.executable, [sys.executable, "-c", "import time; time.sleep(600)", "{left}"])
    os._exit(0)
print("left one behind")
