"""Where somebody comes from: the address that is at the other end, or that a proxy we believe has named (BELLHOP_FORWARDED_ALLOW_IPS)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv6Address, IPv6Network, ip_address

from starlette.requests import HTTPConnection

# One customer of a provider has all of such a network.
NETWORK_BITS = 64
# A proxy may pass on as an address what its client has written.
HOST_CHARACTERS = 64


def address_of(connection: HTTPConnection) -> str:
    """What bounds are counted by: an IPv4 address, or an IPv6 network. "" where there is none (a unix socket)."""
    return counted(connection.client.host if connection.client else "")


def counted(host: str) -> str:
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host[:HOST_CHARACTERS]
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or IPv6Network((address, NETWORK_BITS), strict=False))
    return str(address)


class Places:
    """How many are here from each address, at most `most`."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken: Counter[str] = Counter()

    @contextmanager
    def taken(self, address: str) -> Iterator[bool]:
        """Whether there was a place."""
        if self._taken[address] >= self._most:
            yield False
            return
        self._taken[address] += 1
        try:
            yield True
        finally:
            self._taken[address] -= 1
            if not self._taken[address]:
                del self._taken[address]
