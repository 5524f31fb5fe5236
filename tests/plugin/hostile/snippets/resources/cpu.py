# problem: not done after
# timeout: 1
while True:
    pass
