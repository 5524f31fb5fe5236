# problem: wrote more than
# timeout: 20
import os

for number in (1, 2):
    if os.fork() == 0:
        while True:
            os.write(number, b"y" * 65536)
while True:
    os.write(1, b"z" * 65536)
