# problem: none
# says: nobody there
import glob
import socket

paths = [
    "/var/run/docker.sock",
    "/run/dbus/system_bus_socket",
    "{project}/service",
    *glob.glob("/run/*/*.sock"),
]
for path in paths:
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(path)
            print("ESCAPED: reached", path)
        except OSError:
            pass
print("nobody there")
