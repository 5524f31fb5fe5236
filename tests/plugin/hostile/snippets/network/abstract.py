# problem: none
# says: nobody there
# works without a sandbox
import socket

with socket.socket(socket.AF_UNIX) as connection:
    connection.settimeout(2)
    try:
        connection.connect("\0{abstract}")
        print("ESCAPED: reached a service of the host")
    except OSError:
        print("nobody there")
