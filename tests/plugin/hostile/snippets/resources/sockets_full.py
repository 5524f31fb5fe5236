# problem: descriptors|Too many open files|memory
import socket

held = []
while True:
    one, other = socket.socketpair()
    one.setblocking(False)
    try:
        while True:
            one.send(b"x" * 65536)
    except BlockingIOError:
        held += [one, other]
