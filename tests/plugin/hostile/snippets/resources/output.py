# problem: wrote more than
# timeout: 2
while True:
    print("x" * 10_000)
