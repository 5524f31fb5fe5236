# problem: not done after|ended early
# timeout: 1
import os
import signal

os.kill(os.getpid(), signal.SIGSTOP)
