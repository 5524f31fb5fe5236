# problem: processes|children|ended early|not done after|BlockingIOError|memory
import os

while True:
    os.fork()
