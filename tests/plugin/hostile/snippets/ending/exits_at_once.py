# problem: ended early
import os

os._exit(0)
