# problem: none
# says: none
import glob
import os
import stat

try:
    os.mknod("/tmp/disk", 0o600 | stat.S_IFBLK, os.makedev(8, 0))
    print("ESCAPED: made a device")
except OSError:
    pass
for path in (
    *glob.glob("/dev/[shv]d*"),
    "/dev/mem",
    "/dev/kmsg",
    "/dev/kvm",
    "/dev/fuse",
    "/dev/net/tun",
):
    try:
        os.close(os.open(path, os.O_RDONLY))
        print("ESCAPED: opened", path)
    except OSError:
        pass
print("none")
