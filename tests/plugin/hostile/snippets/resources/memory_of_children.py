# problem: MiB of memory
# timeout: 60
import os
import time

for _ in range(24):
    if os.fork() == 0:
        held = []
        while True:
            try:
                held.append(b"x" * (16 << 20))
            except MemoryError:
                time.sleep(60)
time.sleep(60)
