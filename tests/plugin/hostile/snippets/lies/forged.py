# problem: ended early|no recording
import glob
import json
import os

forged = {
    "schema": 1,
    "source": "<script>alert(1)</script>",
    "environment": {},
    "machines": [],
    "events": [
        {"n": 1, "kind": "state.entered", "by": "main", "facts": {"instance": 10**9, "state": -7}}
    ],
    "output": [],
    "outcome": {"kind": "finished"},
}
text = json.dumps({"ports": {}, "recording": forged}).encode()
frame = len(text).to_bytes(4, "big") + text
for name in os.listdir("/proc/self/fd"):
    if int(name) > 2:
        try:
            os.write(int(name), frame)
        except OSError:
            pass
os._exit(0)
