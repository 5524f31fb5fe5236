# problem: wrote more than
# timeout: 20
while True:
    print("x" * 10_000)
