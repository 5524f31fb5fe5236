# problem: none
# says: nothing
# works without a sandbox
import glob
import os

texts = [repr(dict(os.environ)).encode()]
for path in glob.glob("/proc/[0-9]*/environ"):
    try:
        texts.append(open(path, "rb").read())
    except OSError:
        pass
if any(b"{secret}" in text for text in texts):
    print("ESCAPED: a variable of the build")
print("nothing")
