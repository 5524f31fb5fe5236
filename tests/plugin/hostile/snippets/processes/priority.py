# problem: none
# says: as it was
import os

try:
    os.nice(-5)
    print("ESCAPED: a higher priority")
except OSError:
    pass
try:
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50))
    print("ESCAPED: real-time scheduling")
except OSError:
    pass
print("as it was")
