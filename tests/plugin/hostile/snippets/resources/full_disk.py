# problem: OSError
import os

for folder in ("/tmp", "/dev/shm", "."):
    for number in range(10_000):
        try:
            with open(f"{folder}/{number}", "wb") as file:
                file.write(b"x" * (8 << 20))
        except OSError as error:
            last = error
            break
    else:
        print("ESCAPED: wrote 80 GB")
raise last
