# problem: not done after|ended early
# timeout: 1
import re

re.match(r"(a+)+$", "a" * 64 + "b")
