# problem: descriptors|Too many open files|processes|BlockingIOError
# timeout: 5
import os
import time

for _ in range(60):
    if os.fork() == 0:
        held = []
        try:
            while True:
                held += os.pipe()
        except OSError:
            time.sleep(60)
while True:
    time.sleep(1)
