# problem: none
# says: alone
# works without a sandbox
import glob

for path in glob.glob("/proc/[0-9]*/cmdline"):
    try:
        text = open(path, "rb").read()
    except OSError:
        continue
    if b"{canary}" in text:
        print("ESCAPED: sees a process of the host")
print("alone")
