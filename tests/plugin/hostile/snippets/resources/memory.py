# problem: out of memory
# timeout: 30
held = []
while True:
    held.append(bytearray(64 << 20))
