# problem: none|recording
import builtins
import json
import sys

import wakepoint

json.dumps = lambda *_, **__: "ESCAPED"
wakepoint.run = lambda *_: print("ESCAPED: somebody else's run")
builtins.print_before, builtins.len = print, lambda _: 7
sys.path.insert(0, "/tmp")
print("poisoned")
