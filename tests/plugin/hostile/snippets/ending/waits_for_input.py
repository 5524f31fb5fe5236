# problem: EOFError
input()
