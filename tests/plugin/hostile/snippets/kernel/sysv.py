# problem: none
# says: no segment
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
for key in range(1, 4):
    if libc.shmget(key, 4096, 0o600) != -1:
        print("ESCAPED: found a segment of shared memory")
print("no segment")
