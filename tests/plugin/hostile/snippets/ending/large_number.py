# problem: not done after|ended early
# timeout: 1
print(len(bin(3 ** (10**9))))
