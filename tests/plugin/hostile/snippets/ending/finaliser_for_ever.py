# problem: not done after|none
# timeout: 1
import builtins


class Last:
    def __del__(self):
        while True:
            pass


builtins.kept = Last()
