# problem: memory|No space|OSError|Bus|SIGBUS|ended early
# timeout: 30
import mmap

held = []
while True:
    piece = mmap.mmap(-1, 64 << 20)
    piece.write(b"x" * (64 << 20))
    held.append(piece)
