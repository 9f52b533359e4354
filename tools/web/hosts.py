"""Hosts of addresses in one spelling, whatever spelling they came in.

Numbers are read as browsers read them (WHATWG URL standard, "host parsing"), so that what is
checked is what any other program would connect to.
"""

import ipaddress
import re
from urllib.parse import unquote

import idna

_LABEL = re.compile(r"[a-z0-9_-]{1,63}")
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")
_LONGEST = 253  # characters of a name, RFC 1035


def canonical_host(host: str) -> str:
    """Return the one spelling of a host: a lower-case ASCII name or an address.

    Args:
        host: As it stands in a URL; IPv6 addresses in square brackets.

    Returns:
        A name in its ASCII form (IDNA 2008 with the mapping of UTS 46), without a trailing dot;
        an IPv4 address in four decimal numbers; an IPv6 address, compressed and in brackets.

    Raises:
        ValueError: It is none of these.
    """
    if host.startswith("["):
        return f"[{_ipv6(host)}]"
    try:
        name = _ascii_name(unquote(host, errors="strict")).removesuffix(".")
    except UnicodeError as error:
        raise ValueError(f"{host[:100]!r} is no host name: {str(error)[:100]}") from error
    labels = name.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return str(_ipv4(labels))
    if len(name) > _LONGEST or not all(_LABEL.fullmatch(label) for label in labels):
        raise ValueError(f"{host[:100]!r} is no host name")
    return name


def _ipv6(host: str) -> ipaddress.IPv6Address:
    # A zone names a network interface of this machine: never part of a public address.
    if not host.endswith("]") or "%" in host:
        raise ValueError(f"{host[:100]!r} is no IPv6 address")
    try:
        return ipaddress.IPv6Address(host[1:-1])
    except ValueError as error:
        raise ValueError(f"{host[:100]!r} is no IPv6 address") from error


def _ascii_name(host: str) -> str:
    lowered = host.lower()
    if lowered.isascii():
        return lowered
    if len(lowered) > _LONGEST:  # IDNA takes time that grows with the square of the length
        raise UnicodeError("it is too long")
    mapped = idna.uts46_remap(lowered, std3_rules=False, transitional=False)
    # Label by label, for IDNA knows no underscores, which names in use do have.
    return ".".join(
        label if label.isascii() else idna.alabel(label).decode("ascii")
        for label in mapped.split(".")
    )


def _ipv4(labels: list[str]) -> ipaddress.IPv4Address:
    spelled = ".".join(labels)
    if len(labels) > 4 or not all(_NUMBER.fullmatch(label) for label in labels):
        raise ValueError(f"{spelled[:100]!r} is neither a host name nor an IPv4 address")
    *leading, last = (_number(label) for label in labels)
    # The last number fills all bytes that the others leave.
    if any(number > 255 for number in leading) or last >= 256 ** (4 - len(leading)):
        raise ValueError(f"{spelled[:100]!r} is no IPv4 address: a number is too large")
    return ipaddress.IPv4Address(
        last + sum(number << (24 - 8 * place) for place, number in enumerate(leading))
    )


def _number(digits: str) -> int:
    if digits.startswith("0x"):
        return int(digits[2:] or "0", 16)
    return int(digits, 8 if len(digits) > 1 and digits.startswith("0") else 10)
