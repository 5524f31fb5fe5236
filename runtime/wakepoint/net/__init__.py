"""Sockets, as in ``tokio::net``. What most programs need is exported by `wakepoint`."""

from __future__ import annotations

from wakepoint.net.tcp import TcpListener as TcpListener
from wakepoint.net.tcp import TcpStream as TcpStream
from wakepoint.net.udp import UdpSocket as UdpSocket
