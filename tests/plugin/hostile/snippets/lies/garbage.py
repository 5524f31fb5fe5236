# problem: ended early|recording
import os

for name in os.listdir("/proc/self/fd"):
    if int(name) > 2:
        try:
            os.write(int(name), os.urandom(100_000))
        except OSError:
            pass
os._exit(0)
