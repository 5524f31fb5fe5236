"""Sockets, as in ``tokio::net``. What most programs need is exported by `wakepoint`."""

from __future__ import annotations

from wakepoint.net.halves import OwnedReadHalf, OwnedWriteHalf
from wakepoint.net.lookup import lookup_host
from wakepoint.net.tcp import TcpListener as TcpListener
from wakepoint.net.tcp import TcpStream as TcpStream
from wakepoint.net.udp import UdpSocket as UdpSocket
from wakepoint.net.unix import UCred
from wakepoint.net.unix import UnixDatagram as UnixDatagram
from wakepoint.net.unix import UnixListener as UnixListener
from wakepoint.net.unix import UnixStream as UnixStream

__all__ = ["OwnedReadHalf", "OwnedWriteHalf", "UCred", "lookup_host"]
