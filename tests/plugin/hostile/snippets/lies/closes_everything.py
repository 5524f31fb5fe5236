# problem: none|ended early
import os

os.closerange(0, 256)
