# problem: ended early|recording|not done after
# timeout: 2
import os

targets = [int(name) for name in os.listdir("/proc/self/fd") if int(name) > 2]
while True:
    for number in targets:
        try:
            os.write(number, b"[" * 65536)
        except OSError:
            pass
