# problem: not done after|processor time|CPU
# timeout: 2
import os

for _ in range(8):
    if os.fork() == 0:
        while True:
            pass
while True:
    pass
