"""Which addresses the server may open a connection to: public ones on the usual ports, and those that are listed.

Guarantee: `AddressGuard.check` looks at the numeric address that a socket is about to use, never at a name, and looks through the
forms that carry an IPv4 address inside an IPv6 one. What it cannot read it refuses. It does no IO and resolves nothing.

Why an own list: `ipaddress.is_private` misses carrier-grade NAT (100.64/10), and `is_global` holds NAT64 of loopback, multicast
and a cloud's metadata address for public.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from service.errors import RefusedAddress

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_DENIED: tuple[tuple[Network, str], ...] = tuple(
    (ip_network(network), what)
    for network, what in (
        ("0.0.0.0/8", "this network"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "carrier-grade NAT"),
        ("127.0.0.0/8", "loopback"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "protocol assignments"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
        ("168.63.129.16/32", "cloud metadata"),
        ("::1/128", "loopback"),
        ("::/96", "IPv4-compatible"),
        ("::ffff:0:0:0/96", "IPv4-translated"),
        ("64:ff9b:1::/48", "local NAT64"),
        ("100::/64", "discard-only"),
        ("2001::/23", "protocol assignments"),
        ("2001:db8::/32", "documentation"),
        ("3fff::/20", "documentation"),
        ("5f00::/16", "segment routing"),
        ("fd00:ec2::254/128", "cloud metadata"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local"),
        ("ff00::/8", "multicast"),
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")
_ALLOW = re.compile(r"(\[(?P<v6>[0-9a-fA-F:.]+)\]|(?P<v4>[0-9.]+))(?P<prefix>/\d{1,3})?(:(?P<port>\d{1,5}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Allowed:
    """One entry of the allow list; `port` None means any."""

    network: Network
    port: int | None


class AddressGuard:
    """Decides on one numeric address and port.

    `allow` holds "CIDR[:port]" or "[v6 address]/n:port" (a bare address is a network of one); a listed address is allowed on the
    listed port, or on any if none is listed. Others must be public and on one of `ports` (None: any port).
    """

    def __init__(self, allow: Sequence[str] = (), ports: frozenset[int] | None = frozenset({80, 443})) -> None:
        self._allowed = tuple(_parse(entry) for entry in allow)
        self._ports = ports

    def check(self, address: str, port: int) -> None:
        """Raise RefusedAddress, with the cure in its sentence, unless a connection there is allowed."""
        try:
            given = ip_address(address)
        except ValueError:
            raise RefusedAddress(f"connection refused: {address!r} is not a numeric address") from None
        embedded = tuple(_embedded(given))
        if any(self._listed(each, port) for each in (given, *embedded)):
            return
        for each in (given, *embedded):
            if what := _denied(each):
                raise RefusedAddress(_sentence(given, port, f"{_name(given, each)} is not a public address ({what})"))
        if self._ports is not None and port not in self._ports:
            ports = ", ".join(str(each) for each in sorted(self._ports))
            raise RefusedAddress(_sentence(given, port, f"port {port} is not one of {ports}"))

    def _listed(self, address: Address, port: int) -> bool:
        return any(address in allowed.network and allowed.port in (None, port) for allowed in self._allowed)


def _parse(entry: str) -> _Allowed:
    text = entry.strip()
    if text.count(":") > 1 and not text.startswith("["):
        text = "[" + text.replace("/", "]/", 1) if "/" in text else f"[{text}]"
    found = _ALLOW.fullmatch(text)
    if found is None:
        raise ValueError(f"{entry!r} is not a network such as 10.0.0.0/8, 192.168.1.5:8080 or [fd00::]/8:443")
    try:
        network = ip_network((found["v6"] or found["v4"]) + (found["prefix"] or ""))
    except ValueError as error:
        raise ValueError(f"{entry!r} is not a network: {error}") from None
    port = int(found["port"]) if found["port"] else None
    if port is not None and not 0 < port < 65536:
        raise ValueError(f"{entry!r}: the port must lie between 1 and 65535")
    return _Allowed(network, port)


def _embedded(address: Address) -> Iterator[Address]:
    """The IPv4 addresses that an IPv6 one stands for: traffic to it ends there."""
    if isinstance(address, IPv4Address):
        return
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    if address.sixtofour is not None:
        yield address.sixtofour
    if address in _NAT64:
        yield IPv4Address(int(address) & 0xFFFFFFFF)
    if address.teredo is not None:
        yield from address.teredo


def _denied(address: Address) -> str:
    for network, what in _DENIED:
        if address in network:
            return what
    return ""


def _name(given: Address, each: Address) -> str:
    return str(given) if given == each else f"{given} (that is {each})"


def _sentence(address: Address, port: int, why: str) -> str:
    bare = str(address).partition("%")[0]
    entry = f"[{bare}]/128:{port}" if isinstance(address, IPv6Address) else f"{bare}/32:{port}"
    return f"connection refused: {why}; if it is meant, list {entry} in TAPEWATCH_ALLOW_NETWORKS"
