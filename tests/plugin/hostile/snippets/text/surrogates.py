# problem: raised ValueError
held = "\ud800\udfff" * 3
print(ascii(held))
raise ValueError(held)
