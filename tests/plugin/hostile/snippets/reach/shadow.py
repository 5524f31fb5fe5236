# problem: none
# says: closed
import glob

for path in ("/etc/shadow", "/etc/sudoers", *glob.glob("/etc/ssl/private/*"), "/var/lib/dpkg/lock"):
    try:
        with open(path) as file:
            file.read(1)
        print("ESCAPED: read", path)
    except OSError:
        pass
print("closed")
