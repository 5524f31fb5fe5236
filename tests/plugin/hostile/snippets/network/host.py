# problem: none
# says: nobody there
# works without a sandbox
import socket

try:
    with socket.create_connection(("127.0.0.1", {port}), timeout=2) as connection:
        print("ESCAPED: reached a service of the host:", connection.recv(20))
except OSError:
    print("nobody there")
