# problem: not done after
# timeout: 1
import atexit
import time

atexit.register(time.sleep, 600)
