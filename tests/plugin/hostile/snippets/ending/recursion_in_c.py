# problem: SIGSEGV|RecursionError|ended early|MemoryError|out of memory
import sys

sys.setrecursionlimit(1 << 30)


class Deep:
    def __getattr__(self, name):
        return getattr(self, name + "x")


def deeper(function):
    return deeper(lambda: repr(function) + repr(deeper))


Deep().x
