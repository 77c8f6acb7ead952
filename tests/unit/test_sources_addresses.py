"""The address guard: the whole deny list, the forms that hide an address, the allow list."""

from ipaddress import ip_network

import pytest

from service.addresses import AddressGuard
from service.errors import RefusedAddress

DENIED_NETWORKS = """
0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24
192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 168.63.129.16/32
::/96 ::1/128 ::ffff:0:0:0/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 3fff::/20 5f00::/16 fc00::/7 fe80::/10 fec0::/10
ff00::/8 fd00:ec2::254/128
""".split()


@pytest.mark.parametrize("network", DENIED_NETWORKS)
def test_both_ends_of_every_denied_network_are_refused(network: str) -> None:
    parsed = ip_network(network)
    for address in (parsed.network_address, parsed.broadcast_address):
        with pytest.raises(RefusedAddress):
            AddressGuard().check(str(address), 443)


@pytest.mark.parametrize("network", [network for network in DENIED_NETWORKS if ":" not in network])
def test_a_denied_ipv4_address_is_refused_inside_every_ipv6_form(network: str) -> None:
    address = ip_network(network).network_address
    high, low = divmod(int(address), 0x10000)
    for form in (
        f"::ffff:{address}",
        f"64:ff9b::{high:x}:{low:x}",
        f"2002:{high:x}:{low:x}::1",
        f"2001:0:808:808:0:0:{high ^ 0xFFFF:x}:{low ^ 0xFFFF:x}",  # Teredo client, inverted
        f"2001:0:{high:x}:{low:x}::",  # Teredo server
    ):
        with pytest.raises(RefusedAddress):
            AddressGuard().check(form, 443)


@pytest.mark.parametrize(
    "address",
    [
        "100.100.100.200",  # a cloud's metadata behind carrier-grade NAT: is_private says no
        "168.63.129.16",  # another cloud's: is_global says yes
        "224.0.0.1",
        "64:ff9b::7f00:1",  # NAT64 of 127.0.0.1
        "2002:7f00:1::",
        "::127.0.0.1",
        "fec0::1",
        "192.88.99.1",
        "169.254.169.254",
        "255.255.255.255",
        "::",
        "fe80::1%eth0",
    ],
)
def test_the_traps_of_the_standard_library_are_refused(address: str) -> None:
    with pytest.raises(RefusedAddress):
        AddressGuard(ports=None).check(address, 80)


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "128.0.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "223.255.255.255",
        "168.63.129.15",
        "2606:4700::1111",
        "2400:3200::1",
        "::ffff:1.1.1.1",
        "2001:200::1",
        "64:ff9b::101:101",
        "2002:101:101::1",
    ],
)
def test_public_addresses_are_allowed_on_the_web_ports_only(address: str) -> None:
    guard = AddressGuard()
    guard.check(address, 80)
    guard.check(address, 443)
    with pytest.raises(RefusedAddress, match="port 22 is not one of 80, 443"):
        guard.check(address, 22)
    AddressGuard(ports=None).check(address, 587)


@pytest.mark.parametrize(
    "address", ["localhost", "0x7f.1", "017700000001", "2130706433", "127.1", "①②⑦.⓪.⓪.①", "127。0。0。1", "", "1.2.3.04"]
)
def test_what_is_not_a_plain_numeric_address_is_refused(address: str) -> None:
    with pytest.raises(RefusedAddress):
        AddressGuard(["0.0.0.0/0", "::/0"]).check(address, 80)


@pytest.mark.parametrize(
    ("entry", "address", "port"),
    [
        ("127.0.0.0/8", "127.1.2.3", 8080),
        ("127.0.0.1:8025", "127.0.0.1", 8025),
        ("10.0.0.0/8:80", "10.255.0.1", 80),
        ("[::1]/128:25", "::1", 25),
        ("[::1]:25", "::1", 25),
        ("[fd00::]/8", "fd12::1", 9999),
        ("fd00::/8", "fd12::1", 9999),
        ("::1", "::1", 1),
        ("127.0.0.0/8", "::ffff:127.0.0.1", 80),
        (" 192.168.1.5 ", "192.168.1.5", 1),
        ("1.1.1.1:8443", "1.1.1.1", 8443),
    ],
)
def test_the_allow_list_opens_what_it_names(entry: str, address: str, port: int) -> None:
    AddressGuard([entry]).check(address, port)


@pytest.mark.parametrize(
    ("entry", "address", "port"),
    [
        ("127.0.0.1:8025", "127.0.0.1", 8026),
        ("127.0.0.1", "127.0.0.2", 80),
        ("[::1]:25", "::1", 26),
        ("10.0.0.0/8", "127.0.0.1", 80),
        ("10.0.0.0/8", "fd00::1", 80),
    ],
)
def test_the_allow_list_opens_nothing_else(entry: str, address: str, port: int) -> None:
    with pytest.raises(RefusedAddress):
        AddressGuard([entry]).check(address, port)


@pytest.mark.parametrize(
    "entry",
    [
        "",
        "localhost",
        "10.0.0.5/8",
        "10.0.0.0/33",
        "10.0.0.0/8:0",
        "10.0.0.0/8:65536",
        "10.0.0.0/8:http",
        "fd00::/8:443x",
        "[::1",
        "1.2.3",
        "１０.0.0.0/8",
        "10.0.0.0/8,::1",
    ],
)
def test_a_wrong_allow_list_entry_is_named(entry: str) -> None:
    with pytest.raises(ValueError, match=r"is not a network|the port must lie") as caught:
        AddressGuard([entry])
    assert repr(entry) in str(caught.value)


def test_the_refusal_names_the_cure_and_the_cure_works() -> None:
    for address, entry in (("127.0.0.1", "127.0.0.1/32:8080"), ("::1", "[::1]/128:8080"), ("fe80::1%eth0", "[fe80::1]/128:8080")):
        with pytest.raises(RefusedAddress, match="TAPEWATCH_ALLOW_NETWORKS") as caught:
            AddressGuard().check(address, 8080)
        assert entry in str(caught.value)
        AddressGuard([entry]).check(address, 8080)


def test_the_refusal_shows_the_address_inside() -> None:
    with pytest.raises(RefusedAddress, match=r"64:ff9b::7f00:1 \(that is 127\.0\.0\.1\) is not a public address \(loopback\)"):
        AddressGuard().check("64:ff9b::7f00:1", 80)
