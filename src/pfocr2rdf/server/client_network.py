"""The network of a client, by which connections and queries are shared out."""

from __future__ import annotations

import ipaddress
from typing import Any


def client_network(peer: Any) -> str:
    """The network of a client: its IPv4 address, or the /64 of its IPv6 address, in which it can take any address."""
    if not isinstance(peer, tuple):  # a Unix socket
        return ""
    try:
        address = ipaddress.ip_address(peer[0].partition("%")[0])
    except ValueError:  # a name that another server gives
        return str(peer[0])
    if isinstance(address, ipaddress.IPv6Address):
        return str(address.ipv4_mapped or ipaddress.ip_network((address, 64), strict=False))
    return str(address)
