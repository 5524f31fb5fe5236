# problem: none
# says: nobody there
import socket

for address in (("169.254.169.254", 80), ("1.1.1.1", 53), ("10.0.0.1", 80)):
    with socket.socket() as connection:
        connection.settimeout(0.5)
        try:
            connection.connect(address)
            print("ESCAPED: reached", address)
        except OSError:
            pass
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
    try:
        datagrams.sendto(b"secret", ("8.8.8.8", 53))
        print("ESCAPED: sent a datagram")
    except OSError:
        pass
print("nobody there")
