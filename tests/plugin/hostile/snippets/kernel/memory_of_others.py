# problem: none
# says: closed
import os

for name in os.listdir("/proc"):
    if name.isdigit() and int(name) != os.getpid():
        for file in ("mem", "maps", "environ", "fd"):
            path = f"/proc/{name}/{file}"
            try:
                os.listdir(path) if file == "fd" else open(path, "rb").read(1)
                print("ESCAPED: read", path)
            except OSError:
                pass
print("closed")
