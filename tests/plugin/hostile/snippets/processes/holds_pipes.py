# problem: none
# says: the end
import os
import signal
import time

if os.fork() == 0:
    os.setsid()
    for number in range(1, 64):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    time.sleep(600)
print("the end")
