# problem: none
import os

os.write(
    1, bytes(range(256)) * 4 + b"\xed\xa0\x80\xff\xfe" + b"\x1b[999999999C" + b"\x1b[1;999999999Hx"
)
