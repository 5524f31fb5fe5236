# problem: wrote more than
print("x" * (100 << 20))
