# problem: raised ExceptionGroup
error = ValueError("innermost")
for number in range(2000):
    error = ExceptionGroup(f"level {number}", [error])
raise error
