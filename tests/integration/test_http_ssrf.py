"""Spellings of addresses that must not be reached: a tripwire on loopback gets no connection, whatever the URL says."""

import re
import socket
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing

import pytest

from service import urls
from service.addresses import AddressGuard
from service.errors import FetchError
from service.http import HttpClient, Request, Response
from tests.support.corpora import members
from tests.support.http_server import serve

PATIENCE = 30.0
"""Seconds: what is refused is refused at once, and a busy machine must not make a time-out of it."""
SPELLINGS = """
http://127.0.0.1:{port}/ http://127.1:{port}/ http://0:{port}/ http://0.0.0.0:{port}/ http://localhost:{port}/
http://LOCALHOST.:{port}/ http://2130706433:{port}/ http://017700000001:{port}/ http://0x7f000001:{port}/ http://0x7f.1:{port}/
http://0177.0.0.1:{port}/ http://[::1]:{port}/ http://[::]:{port}/ http://[::ffff:127.0.0.1]:{port}/ http://[::ffff:7f00:1]:{port}/
http://[::127.0.0.1]:{port}/ http://[64:ff9b::7f00:1]:{port}/ http://[2002:7f00:1::]:{port}/ http://①②⑦.⓪.⓪.①:{port}/
http://127。0。0。1:{port}/ http://１２７.0.0.1:{port}/ http://127.0.0.1:{port}\\@example.com/ http://example.com@127.0.0.1:{port}/
http://127.127.127.127:{port}/ http://rebind.example:{port}/ http://127.0.0.1:{port}#@example.com/ http://ⓛocalhost:{port}/
https://127.0.0.1:{port}/ http://169.254.169.254/latest/meta-data/ http://100.100.100.200/ http://[fd00:ec2::254]/
""".split()


class Tripwire:
    """Listens on every loopback address; counts who gets through."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("", 0), family=socket.AF_INET6, dualstack_ipv6=True)
        self.listener.settimeout(0.2)
        self.port = self.listener.getsockname()[1]

    def connections(self) -> int:
        count = 0
        while True:
            try:
                self.listener.accept()[0].close()
            except TimeoutError:
                return count
            count += 1


@pytest.fixture
def tripwire() -> Iterator[Tripwire]:
    wire = Tripwire()
    with wire.listener:
        yield wire


@pytest.fixture
def client() -> Iterator[HttpClient]:
    """Any port is allowed, so that the address alone decides; names resolve to loopback or nowhere."""
    names = dict.fromkeys(("rebind.example", "example.com", "www.example.com"), "127.0.0.1")
    with closing(HttpClient(AddressGuard(ports=None), "t", names)) as made:
        yield made


def reasons(futures: dict[str, Future[Response]]) -> dict[str, str]:
    found = {}
    for url, future in futures.items():
        error = future.exception(timeout=40)
        assert isinstance(error, FetchError), url
        found[url] = error.reason
    return found


def test_the_tripwire_works(tripwire: Tripwire) -> None:
    for address in ("127.0.0.1", "::1"):
        socket.create_connection((address, tripwire.port)).close()
    assert tripwire.connections() == 2


def test_no_spelling_of_loopback_gets_through(client: HttpClient, tripwire: Tripwire) -> None:
    spelled = [spelling.format(port=tripwire.port) for spelling in SPELLINGS]
    found = reasons({url: client.submit(Request(url, timeout=PATIENCE)) for url in spelled})
    assert tripwire.connections() == 0
    assert set(found.values()) <= {"refused_address", "bad_url", "dns"}, found
    assert sum(reason == "refused_address" for reason in found.values()) > len(spelled) / 2


def test_no_redirect_leads_inside(tripwire: Tripwire) -> None:
    with serve() as outside:
        guard = AddressGuard([f"127.0.0.1:{outside.server_port}"], ports=None)
        with closing(HttpClient(guard, "t", {"rebind.example": "127.0.0.1"})) as client:
            targets = [spelling.format(port=tripwire.port) for spelling in SPELLINGS]
            for number, target in enumerate(targets):
                # a raw header, so that the server sends what no decent one would
                head = f"HTTP/1.1 302 Found\r\nLocation: {target}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
                outside.raw(f"/{number}", [head.encode()])
            found = reasons(
                {target: client.submit(Request(outside.url(f"/{n}"), timeout=PATIENCE)) for n, target in enumerate(targets)}
            )
        assert set(found.values()) <= {"refused_address", "redirects", "dns"}, found
    assert tripwire.connections() == 0


def test_a_name_that_turns_to_loopback_after_it_was_public(tripwire: Tripwire) -> None:
    """Rebinding: the guard sees the socket's address each time, so an earlier good answer buys nothing."""
    with serve() as server:
        server.on("/", body="x")
        guard = AddressGuard([f"127.0.0.1:{server.server_port}"], ports=None)
        names = {"rebind.example": "127.0.0.1"}
        with closing(HttpClient(guard, "t", names)) as client:
            assert client.request(Request(server.url("/", host="rebind.example"))).body == b"x"
            with pytest.raises(FetchError) as caught:
                client.request(Request(f"http://rebind.example:{tripwire.port}/"))
    assert caught.value.reason == "refused_address"
    assert tripwire.connections() == 0


def test_the_cure_is_in_the_refusal(client: HttpClient, tripwire: Tripwire) -> None:
    with pytest.raises(FetchError, match="TAPEWATCH_ALLOW_NETWORKS") as caught:
        client.request(Request(f"http://127.0.0.1:{tripwire.port}/token"))
    assert (caught.value.permanent, "token" in str(caught.value)) == (True, False)


@pytest.mark.corpora
def test_the_spellings_that_others_collected() -> None:
    """No name leaves for a real resolver: all that are not plainly numeric are mapped to loopback."""
    (listed,) = members("corpora/hostile.tar.gz", "payloads/seclists/").values()
    lines = listed.decode("utf-8").split()
    names = {host: "127.0.0.1" for line in lines if (host := host_of(line)) and not re.fullmatch(r"[0-9a-fx.:\[\]]+", host)}
    with closing(HttpClient(AddressGuard(), "t", names)) as client:
        found = reasons({line: client.submit(Request(line, timeout=PATIENCE)) for line in lines})
    assert len(found) > 60
    assert set(found.values()) <= {"refused_address", "bad_url"}, found


def host_of(url: str) -> str:
    try:
        return urls.read(url).host
    except ValueError:
        return ""
