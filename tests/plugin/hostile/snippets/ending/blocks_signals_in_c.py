# problem: not done after|ended early
# timeout: 1
import ctypes
import signal

signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
while True:
    ctypes.CDLL(None).pause()
