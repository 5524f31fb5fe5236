# problem: none
# says: nobody
import os

for change in (lambda: os.setuid(0), lambda: os.setgid(0), lambda: os.setgroups([0])):
    try:
        change()
        print("ESCAPED: took an id")
    except OSError:
        pass
for line in open("/proc/self/status"):
    name, _, value = line.partition(":")
    if name in ("CapEff", "CapPrm", "CapBnd", "CapAmb") and int(value, 16):
        print("ESCAPED: has", name, value.strip())
    if name == "NoNewPrivs" and value.strip() != "1":
        print("ESCAPED: may gain privileges")
    if name == "Seccomp" and value.strip() != "2":
        print("ESCAPED: no filter")
print("nobody")
