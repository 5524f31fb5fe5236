# problem: none
# says: no more than before
import os
import subprocess

for command in (
    ["su", "-c", "id -u"],
    ["mount", "-t", "tmpfs", "none", "/tmp"],
    ["sudo", "-n", "id", "-u"],
):
    try:
        ran = subprocess.run(
            command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
        )
    except OSError:
        continue
    if ran.returncode == 0:
        print("ESCAPED:", command[0], ran.stdout)
print("no more than before")
