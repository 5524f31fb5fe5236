# problem: none
# says: refused
# What an attacker would try in turn; each has to fail.
import ctypes
import errno
import platform

libc = ctypes.CDLL(None, use_errno=True)
x86 = platform.machine() == "x86_64"
calls = {
    "ptrace": (101 if x86 else 117, 16, 1, 0, 0),
    "process_vm_readv": (310 if x86 else 270, 1, 0, 0, 0, 0, 0),
    "keyctl": (250 if x86 else 219, 0, -3, 1),
    "add_key": (248 if x86 else 217, 0, 0, 0, 0, 0),
    "bpf": (321 if x86 else 280, 0, 0, 0),
    "perf_event_open": (298 if x86 else 241, 0, 0, -1, -1, 0),
    "unshare": (272 if x86 else 97, 0x10000000),
    "mount": (165 if x86 else 40, 0, 0, 0, 0, 0),
    "umount2": (166 if x86 else 39, 0, 2),
    "pivot_root": (155 if x86 else 41, 0, 0),
    "chroot": (161 if x86 else 51, 0),
    "setns": (308 if x86 else 268, 0, 0),
    "kexec_load": (246 if x86 else 104, 0, 0, 0, 0),
    "init_module": (175 if x86 else 105, 0, 0, 0),
    "reboot": (169 if x86 else 142, 0, 0, 0, 0),
    "swapon": (167 if x86 else 224, 0, 0),
    "userfaultfd": (323 if x86 else 282, 0),
    "open_by_handle_at": (304 if x86 else 265, 0, 0, 0),
    "memfd_create": (319 if x86 else 279, b"m", 0),
    "open_tree": (428, -100, b"/", 1),
    "fsopen": (430, b"tmpfs", 0),
    "move_mount": (429, -1, b"", -1, b"/", 4),
}
for name, arguments in calls.items():
    ctypes.set_errno(0)
    if libc.syscall(*(ctypes.c_long(a) if isinstance(a, int) else a for a in arguments)) != -1:
        print("ESCAPED: could call", name)
    elif ctypes.get_errno() not in (errno.EPERM, errno.ENOSYS, errno.EACCES):
        print("ESCAPED: the kernel looked at", name, errno.errorcode[ctypes.get_errno()])
print("refused")
