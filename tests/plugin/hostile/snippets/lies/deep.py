# problem: recording
import json

import wakepoint.recording

text = '{"ports": ' * 100_000
for name in ("dumps", "encode"):
    for module in (json, wakepoint.recording):
        if hasattr(module, name):
            setattr(module, name, lambda *_, **__: text)
import sys

for module in list(sys.modules.values()):
    if getattr(module, "__name__", "").startswith(("wakepoint", "mkdocs_wakepoint")):
        for name in ("dumps", "encode"):
            if hasattr(module, name):
                setattr(module, name, lambda *_, **__: text)
