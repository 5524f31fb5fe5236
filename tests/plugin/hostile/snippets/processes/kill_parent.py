# problem: none
# says: still here
import os
import signal

for number in (signal.SIGTERM, signal.SIGINT, signal.SIGSTOP, signal.SIGKILL):
    for target in (os.getppid(), 1):
        try:
            os.kill(target, number)
        except OSError:
            pass
print("still here")
