# problem: raised ValueError
raise ValueError("x" * (20 << 20))
