# problem: none
# says: none
import socket

for family, kind in (
    (socket.AF_INET, socket.SOCK_RAW),
    (socket.AF_PACKET, socket.SOCK_RAW),
    (38, socket.SOCK_SEQPACKET),
    (40, socket.SOCK_STREAM),
):
    try:
        socket.socket(family, kind, 1 if family == socket.AF_INET else 0).close()
        print("ESCAPED: a socket of family", family)
    except OSError:
        pass
print("none")
