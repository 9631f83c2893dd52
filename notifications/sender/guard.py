"""What the process may not do, whichever of Apprise's services asks for it: held by an audit hook, which nothing takes out.

- Connect to this machine, to what its link or its network has, or to a Unix socket: only public addresses, unless told
  otherwise. That is asked of the address that is connected to, so no name that resolves to another one and no
  redirect leads around it.
- Run a program, or write a file.
"""

import ipaddress
import os
import socket
import sys
from typing import Any

from notifications.sender import texts

# Programs run other programs by these.
PROGRAMS = (
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "os.fork",
    "os.forkpty",
    "pty.spawn",
)
CONNECTS = ("socket.connect", "socket.sendto", "socket.sendmsg")
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
# IPv4 addresses inside of IPv6 ones.
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Refused(OSError):
    """The address, or the deed, is not allowed; the text says why."""


def refusal(host: str) -> str:
    """Return why an IP address may not be connected to where only public ones may; "" where it may."""
    address = ipaddress.ip_address(host.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        embedded = address.ipv4_mapped or address.sixtofour
        if embedded is None and address in NAT64:
            embedded = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if embedded is not None:
            return refusal(str(embedded))
    if address.is_loopback or address.is_unspecified:
        said = texts.MACHINE
    elif address.is_link_local:
        said = texts.LINK
    elif not address.is_global or address.is_multicast:
        said = texts.NETWORK
    else:
        return ""
    return said.format(host=host)


class Guard:
    """Installed once; it knows what it refused last, since libraries say that in words of their own."""

    def __init__(self, *, private: bool) -> None:
        self.private = private
        self.refused = ""

    def install(self) -> None:
        """Hold from now on what this module says."""
        sys.addaudithook(self._on)

    def _on(self, event: str, args: tuple[Any, ...]) -> None:
        if event in CONNECTS:
            self._on_connect(args[1])
        elif event in PROGRAMS:
            self._refuse(texts.WOULD_RUN)
        elif event == "open" and args[0] != os.devnull and (args[2] or 0) & WRITES:
            self._refuse(texts.WOULD_WRITE)

    def _on_connect(self, address: Any) -> None:
        if address is None:
            return  # A message on a socket that is connected.
        if not isinstance(address, tuple):
            self._refuse(texts.WOULD_REACH)
        if self.private:
            return
        host = str(address[0])
        try:
            hosts = [str(ipaddress.ip_address(host.partition("%")[0]))]
        except ValueError:
            found = socket.getaddrinfo(host, address[1])
            hosts = [str(entry[4][0]) for entry in found]
        for each in hosts:
            if reason := refusal(each):
                self._refuse(reason)

    def _refuse(self, reason: str) -> None:
        self.refused = reason
        raise Refused(reason)
