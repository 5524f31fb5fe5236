# problem: Too many open files|descriptors
import os

held = []
while True:
    held += os.pipe()
