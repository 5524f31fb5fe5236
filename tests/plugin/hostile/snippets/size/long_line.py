# problem: none
# says: 2000000
text = "{long}"
print(len(text))
