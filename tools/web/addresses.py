"""Which addresses of the internet may be connected to.

After the special-purpose registries of IANA (RFC 6890 and what followed it), written out because
the standard library's ``is_global`` differs between versions of Python. In IPv6, all but the
blocks of 2000::/3 that are handed out for use is refused.
"""

from collections.abc import Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_FORBIDDEN: tuple[tuple[str, str], ...] = (
    ("0.0.0.0/8", "an unspecified address"),
    ("10.0.0.0/8", "a private address"),
    ("100.64.0.0/10", "an address behind carrier-grade NAT"),
    ("127.0.0.0/8", "a loopback address"),
    ("169.254.0.0/16", "a link-local address, where clouds keep their metadata"),
    ("172.16.0.0/12", "a private address"),
    ("192.0.0.0/24", "a reserved address"),
    ("192.0.2.0/24", "an address for documentation"),
    ("192.88.99.0/24", "a 6to4 relay"),
    ("192.168.0.0/16", "a private address"),
    ("198.18.0.0/15", "an address for benchmarks"),
    ("198.51.100.0/24", "an address for documentation"),
    ("203.0.113.0/24", "an address for documentation"),
    ("224.0.0.0/4", "a multicast address"),
    ("240.0.0.0/4", "a reserved address"),
    # Public by its number, but inside Azure it is the host's own service.
    ("168.63.129.16/32", "an address where a cloud keeps its metadata"),
    ("::/128", "an unspecified address"),
    ("::1/128", "a loopback address"),
    ("fc00::/7", "a private address"),
    ("fe80::/10", "a link-local address"),
    ("fec0::/10", "a private address"),
    ("ff00::/8", "a multicast address"),
    ("2001::/32", "a Teredo address, which hides another one"),
    ("2001::/23", "a reserved address"),
    ("2001:db8::/32", "an address for documentation"),
    ("2002::/16", "a 6to4 address, which hides another one"),
    ("3ffe::/16", "a reserved address"),
    ("3fff::/20", "an address for documentation"),
)
_FORBIDDEN_NETWORKS = tuple((ip_network(block), kind) for block, kind in _FORBIDDEN)
_GLOBAL_UNICAST = IPv6Network("2000::/3")
# Networks of IPv6 only reach the rest of the internet under this prefix (RFC 6052).
_NAT64 = IPv6Network("64:ff9b::/96")


def forbidden_kind(address: Address, *, allowed: Sequence[Network] = ()) -> str | None:
    """Say why an address must not be connected to.

    Args:
        address: Where a connection would go. IPv4 addresses inside IPv6 ones, mapped or behind
            NAT64, are judged as themselves.
        allowed: Networks that are allowed whatever they are.

    Returns:
        What kind of address it is, such as ``a private address``; nothing if it is allowed.
    """
    if any(address in network for network in allowed):
        return None
    if isinstance(address, IPv6Address):
        embedded = address.ipv4_mapped
        if embedded is None and address in _NAT64:
            embedded = IPv4Address(int(address) & 0xFFFF_FFFF)
        if embedded is not None:
            return forbidden_kind(embedded, allowed=allowed)
    for network, kind in _FORBIDDEN_NETWORKS:
        if address in network:
            return kind
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return "a reserved address"
    return None
