# problem: OSError|File too large|SIGXFSZ|No space
with open("large", "wb") as file:
    file.truncate(1 << 40)
    file.seek(1 << 39)
    file.write(b"x")
