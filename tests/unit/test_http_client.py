"""The HTTP client against real servers on loopback: what is sent, what comes back, what is cut off."""

import gzip
import socket
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest

from service.addresses import AddressGuard
from service.errors import FetchError
from service.http import HttpClient, Request, retry_after
from service.http.messages import NOT_SENT, REASONS
from tests.support.http_server import CERTIFICATE, Exchange, HttpServer, Reply, serve

NOW = datetime(2026, 1, 1, tzinfo=UTC)
MIB = 2**20
Fails = Callable[..., FetchError]


@pytest.fixture
def server() -> Iterator[HttpServer]:
    with serve() as running:
        yield running


@pytest.fixture
def client() -> Iterator[HttpClient]:
    with closing(HttpClient(AddressGuard(["127.0.0.0/8", "::1"]), "Tapewatch/9.9")) as made:
        yield made


@pytest.fixture
def fails(client: HttpClient) -> Fails:
    def run(url: str, **options: object) -> FetchError:
        with pytest.raises(FetchError) as caught:
            client.request(Request(url, **options))  # type: ignore[arg-type]
        assert caught.value.reason in REASONS
        return caught.value

    return run


# --- the ordinary case ---


def test_a_get_says_who_asks_and_returns_what_came(client: HttpClient, server: HttpServer) -> None:
    url = server.on("/feed?x=1", body="涨停", headers={"X-Two": "a", "ETag": '"t"'})
    response = client.request(Request(url + "#top", headers={"Accept": "text/xml", "X-Empty": ""}))
    assert (response.status, response.body.decode(), response.url, response.permanent_url) == (200, "涨停", url, None)
    assert (response.headers["etag"], response.headers["x-two"]) == ('"t"', "a")
    (asked,) = server.requests
    assert (asked.method, asked.path) == ("GET", "/feed?x=1")
    assert (asked.headers["user-agent"], asked.headers["accept"]) == ("Tapewatch/9.9", "text/xml")
    assert not {"cookie", "authorization", "x-empty", "expect"} & set(asked.headers)


def test_a_post_carries_its_body_and_basic_auth(client: HttpClient, server: HttpServer) -> None:
    url = server.on("/hook", body="ok")
    body = b'{"text": "\x00"}' * 200_000
    response = client.request(Request(url, "POST", {"Content-Type": "application/json"}, body, auth=("me", "pässword")))
    assert (response.status, response.body) == (200, b"ok")
    (asked,) = server.requests
    assert (asked.method, asked.body == body, asked.headers["content-type"]) == ("POST", True, "application/json")
    assert asked.headers["authorization"] == "Basic bWU6cMOkc3N3b3Jk"


def test_gets_and_posts_alternate_on_one_kept_connection(client: HttpClient, server: HttpServer) -> None:
    url = server.on("/", body="x")
    for _ in range(5):
        client.request(Request(url, "POST", body=b"hello"))
        client.request(Request(url))
    assert [(asked.method, asked.body) for asked in server.requests] == [("POST", b"hello"), ("GET", b"")] * 5
    assert server.connections == 1


def test_a_connection_that_the_server_closed_meanwhile_is_replaced(client: HttpClient, server: HttpServer) -> None:
    def once(exchange: Exchange) -> None:
        exchange.send(Reply(200, b"x"))
        exchange.hang_up()

    url = server.answer("/", once)
    assert [client.request(Request(url)).body for _ in range(4)] == [b"x"] * 4


def test_every_status_is_an_answer(client: HttpClient, server: HttpServer) -> None:
    for status in (204, 304, 400, 404, 410, 429, 500, 503):
        assert client.request(Request(server.on(f"/{status}", status=status))).status == status


def test_repeated_and_unusual_headers(client: HttpClient, server: HttpServer) -> None:
    raw = b"HTTP/1.1 200 OK\r\nX-A: 1\r\nx-a: 2\r\nX-Zh: \xe6\xb6\xa8\r\nX-Latin: \xe9\r\nContent-Length: 0\r\n\r\n"
    headers = client.request(Request(server.raw("/", [b"HTTP/1.1 100 Continue\r\nX-Early: 1\r\n\r\n", raw]))).headers
    assert headers == {"x-a": "1, 2", "x-zh": "涨", "x-latin": "é", "content-length": "0"}


def test_many_requests_at_once_more_than_run_together(server: HttpServer) -> None:
    url = server.on("/", body="x")
    with closing(HttpClient(AddressGuard(["127.0.0.0/8"]), "t", concurrency=5)) as client:
        futures = [client.submit(Request(f"{url}?{number}")) for number in range(200)]
        assert {future.result(20).status for future in futures} == {200}
    assert sorted(int(asked.path[2:]) for asked in server.requests) == list(range(200))
    assert server.connections <= 5


def test_requests_from_many_threads(client: HttpClient, server: HttpServer) -> None:
    url = server.on("/", body="x")
    with ThreadPoolExecutor(16) as callers:
        assert set(callers.map(lambda _: client.request(Request(url)).status, range(300))) == {200}


# --- encodings and caps ---


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_encoded_bodies_are_decoded(client: HttpClient, server: HttpServer, encoding: str) -> None:
    data = gzip.compress(b"hello" * 1000) if encoding == "gzip" else zlib.compress(b"hello" * 1000)
    assert client.request(Request(server.on("/", body=data, headers={"Content-Encoding": encoding}))).body == b"hello" * 1000
    assert {"gzip", "br"} <= {each.strip() for each in server.requests[0].headers["accept-encoding"].split(",")}


@pytest.mark.parametrize("encodings", [("gzip",), ("gzip", "gzip"), ("deflate",)])
def test_a_bomb_is_cut_while_it_streams(fails: Fails, server: HttpServer, encodings: tuple[str, ...]) -> None:
    url = server.bomb("/bomb", mebibytes=32, encodings=encodings)
    started = monotonic()
    error = fails(url)
    assert (error.reason, str(error)) == ("too_large", f"http://127.0.0.1:{server.server_port} sends more than 10 MiB")
    assert monotonic() - started < 5


def test_a_bomb_in_the_body_of_a_redirect_is_cut_too(fails: Fails, server: HttpServer) -> None:
    assert fails(server.bomb("/bomb", mebibytes=32, status=302, to="/elsewhere")).reason == "too_large"
    assert not server.to("/elsewhere")


def test_a_body_without_end_is_cut(fails: Fails, server: HttpServer) -> None:
    assert fails(server.flood("/flood")).reason == "too_large"


def test_a_body_that_announces_too_much_is_not_even_read(fails: Fails, server: HttpServer) -> None:
    huge = server.raw("/", [b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\nx"])
    assert fails(huge).reason == "too_large"


def test_the_cap_is_exact(client: HttpClient, fails: Fails, server: HttpServer) -> None:
    assert len(client.request(Request(server.on("/fits", body=b"x" * 1000), max_bytes=1000)).body) == 1000
    assert fails(server.on("/over", body=b"x" * 1001), max_bytes=1000).reason == "too_large"


@pytest.mark.parametrize(
    "lines",
    [[b"X-%d: 1\r\n" % number for number in range(10_000)], [b"X: " + b"x" * 70_000 + b"\r\n"], [b"X: " + b"x" * 8 * MIB]],
    ids=["many", "long", "endless"],
)
def test_headers_are_capped(fails: Fails, server: HttpServer, lines: list[bytes]) -> None:
    error = fails(server.raw("/", [b"HTTP/1.1 200 OK\r\n", *lines, b"\r\n"]))
    assert (error.reason, "headers" in str(error)) == ("too_large", True)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"garbage\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
        b"SSH-2.0-OpenSSH_9.9\r\n",
    ],
    ids=["nothing", "garbage", "cut", "bad chunk", "bad gzip", "another protocol"],
)
def test_a_broken_answer_is_a_protocol_error(fails: Fails, server: HttpServer, raw: bytes) -> None:
    assert fails(server.raw("/", [raw] if raw else [])).reason == "protocol"


# --- time ---


def test_the_total_time_ends_a_drip(fails: Fails, server: HttpServer) -> None:
    started = monotonic()
    error = fails(server.drip("/drip"), timeout=0.6)
    assert (error.reason, str(error)) == ("timeout", f"http://127.0.0.1:{server.server_port} did not finish within 0.6 s")
    assert 0.5 < monotonic() - started < 2


def test_the_total_time_covers_all_hops(fails: Fails, server: HttpServer) -> None:
    def slow(exchange: Exchange) -> None:
        exchange.pause(0.3)
        exchange.send(Reply(302, b"", {"Location": "/slow"}))

    started = monotonic()
    assert fails(server.answer("/slow", slow), timeout=0.7).reason == "timeout"
    assert monotonic() - started < 2


def test_a_silent_server_delays_nobody_else(client: HttpClient, server: HttpServer) -> None:
    hanging = client.submit(Request(server.hang("/hang"), timeout=5))
    started = monotonic()
    assert client.request(Request(server.on("/quick"))).status == 200
    assert monotonic() - started < 1
    assert not hanging.done()


def test_a_refused_connection(fails: Fails) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    error = fails(f"http://127.0.0.1:{port}/token")
    assert (error.reason, str(error)) == ("connect", f"http://127.0.0.1:{port} cannot be reached: Connection refused")


def test_a_port_that_accepts_but_never_speaks_tls_is_a_connection_that_failed(fails: Fails) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        error = fails(f"https://127.0.0.1:{silent.getsockname()[1]}/", timeout=0.3)
    assert error.reason == "connect"
    assert error.reason in NOT_SENT


def test_an_unknown_name(fails: Fails) -> None:
    error = fails("http://no-such-host.invalid/secret-path", timeout=3)
    assert (error.reason, "secret" in str(error)) == ("dns", False)


# --- TLS ---


def test_certificates_are_verified() -> None:
    guard = AddressGuard(["127.0.0.0/8"])
    names = {"localhost.test": "127.0.0.1"}
    with serve(tls=True) as server:
        with closing(HttpClient(guard, "t", names)) as client, pytest.raises(FetchError, match="self-signed") as unknown:
            client.request(Request(server.url("/", host="localhost"), headers={"Authorization": "hunter2"}))
        with closing(HttpClient(guard, "t", names, ca_file=str(CERTIFICATE))) as client:
            assert client.request(Request(server.on("/", body="x").replace("127.0.0.1", "localhost"))).body == b"x"
            with pytest.raises(FetchError, match="cannot be trusted") as other_name:
                client.request(Request(server.url("/", host="localhost.test")))
    assert {unknown.value.reason, other_name.value.reason} == {"tls"}
    assert len(server.requests) == 1


# --- redirects ---


def test_redirects_are_followed_to_the_fifth(client: HttpClient, fails: Fails, server: HttpServer) -> None:
    for number in range(6):
        server.redirect(f"/{number}", f"/{number + 1}")
    server.on("/6", body="there")
    response = client.request(Request(server.url("/1")))
    assert (response.body, response.url, response.permanent_url) == (b"there", server.url("/6"), None)
    assert fails(server.url("/0")).reason == "redirects"
    assert fails(server.redirect("/loop", "/loop")).reason == "redirects"


@pytest.mark.parametrize(
    ("statuses", "permanent"), [((301,), True), ((308, 301), True), ((301, 302), False), ((307, 308), False), ((302,), False)]
)
def test_a_permanent_address_needs_every_hop_to_be_permanent(
    client: HttpClient, server: HttpServer, statuses: tuple[int, ...], permanent: bool
) -> None:
    for number, status in enumerate(statuses):
        server.redirect(f"/{number}", f"/{number + 1}", status)
    end = server.on(f"/{len(statuses)}")
    assert client.request(Request(server.url("/0"))).permanent_url == (end if permanent else None)


def test_the_answer_itself_may_be_a_redirect(client: HttpClient, server: HttpServer) -> None:
    moved = server.redirect("/moved", "/elsewhere", 307)
    assert client.request(Request(moved, redirects=0)).status == 307
    posted = client.request(Request(moved, "POST", body=b"the alert"))
    assert (posted.status, posted.headers["location"]) == (307, "/elsewhere")
    assert client.request(Request(server.on("/nowhere", status=302))).status == 302
    assert not server.to("/elsewhere")


def test_credentials_stay_with_their_origin(client: HttpClient, server: HttpServer) -> None:
    secret = {"Authorization": "Bearer s", "Cookie": "s", "X-Api-Key": "s", "If-None-Match": '"1"', "Accept": "text/xml"}
    with serve() as other:
        server.redirect("/a", "/b")
        server.redirect("/b", other.url("/c"))
        other.redirect("/c", server.url("/d"))
        server.on("/d")
        client.request(Request(server.url("/a"), headers=secret))
        same, (foreign,), (back,) = server.to("/a") + server.to("/b"), other.requests, server.to("/d")
    for asked in same:
        assert all(asked.headers[name.lower()] == value for name, value in secret.items())
    for asked in (foreign, back):  # what was dropped on the way does not come back
        assert not {"authorization", "cookie", "x-api-key"} & set(asked.headers)
        assert (asked.headers["if-none-match"], asked.headers["accept"]) == ('"1"', "text/xml")


def test_basic_auth_and_another_scheme_or_port_are_other_origins(client: HttpClient, server: HttpServer) -> None:
    with serve() as other:
        other.on("/")
        client.request(Request(server.redirect("/", other.url("/")), auth=("me", "hunter2")))
        assert "authorization" in server.requests[0].headers
        assert "authorization" not in other.requests[0].headers


@pytest.mark.parametrize(
    "target",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "gopher://127.0.0.1/",
        "http://127.0.0.1\\@example.com/",
        "http://u:p@127.0.0.1/",
        "javascript:alert(1)",
        "http://[::1",
        "http://",
        "/a b",
        "//",
        "http:///x",
        "x" * 3000,
    ],
)
def test_a_redirect_to_where_nobody_may_go(fails: Fails, server: HttpServer, target: str) -> None:
    error = fails(server.redirect("/", target))
    assert error.reason in ("redirects", "refused_address", "bad_url")
    assert len(server.requests) == 1


# --- what never leaves ---


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1\\@example.com/",
        "http://exa mple.com/",
        " http://example.com",
        "http://example.com/\n",
        "http://u:p@example.com/",
        "http://@example.com/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "//example.com",
        "example.com",
        "",
        "http://",
        "http://:80/",
        "http://example.com:0/",
        "http://example.com:99999/",
        "http://example.com:x/",
        "http://%31%32%37.0.0.1/",
        "http://exa\u200bmple.com/",
        "http://example.com/" + "x" * 2048,
        "http://a" + "." * 300 + "ü/",
        "http://exa\x00mple.com",
        "http://[::1%25lo]/",
        "http://\ud800/",
    ],
)
def test_surprising_urls_are_refused_before_anything_is_sent(fails: Fails, url: str) -> None:
    error = fails(url)
    assert (error.reason, error.permanent) == ("bad_url", True)


def test_control_characters_in_headers_are_refused(fails: Fails, server: HttpServer) -> None:
    for value in ("a\r\nX-Injected: 1", "a\x00b", "\ud800", "a\nb"):
        assert fails(server.url("/"), headers={"If-None-Match": value}).reason == "bad_url"
    assert not server.requests


def test_an_unknown_method_is_a_mistake_of_ours(client: HttpClient) -> None:
    with pytest.raises(ValueError, match="DELETE"):
        client.submit(Request("http://example.com/", "DELETE"))


def test_no_error_shows_more_than_scheme_and_host(fails: Fails, server: HttpServer) -> None:
    secret = "hunter2"
    path = f"/services/{secret}?token={secret}"
    urls = [
        f"http://{secret}:{secret}@127.0.0.1:{server.server_port}/",
        f"http://127.0.0.1:1{path}",
        f"http://10.0.0.1{path}",
        f"http://127.0.0.1\\{secret}",
        f"https://127.0.0.1:{server.server_port}{path}",
        server.url(f"/hang{path}"),
        server.url(f"/loop{path}"),
        server.url(f"/away{path}"),
        server.url(f"/big{path}"),
        server.url(f"/cut{path}"),
    ]
    server.hang(f"/hang{path}")
    server.redirect(f"/loop{path}", f"/loop{path}")
    server.redirect(f"/away{path}", f"file:///{secret}")
    server.on(f"/big{path}", body=b"x" * 2000)
    server.raw(f"/cut{path}", [])
    for url in urls:
        assert secret not in str(fails(url, timeout=0.3, max_bytes=1000)), url


def test_the_environment_names_no_proxy(client: HttpClient, server: HttpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url())
        assert client.request(Request(server.on("/", body="x"))).body == b"x"
        assert not proxy.requests


# --- the end ---


def test_close_ends_what_runs_and_what_waits(server: HttpServer) -> None:
    client = HttpClient(AddressGuard(["127.0.0.0/8"]), "t", concurrency=2)
    futures = [client.submit(Request(server.hang(f"/{number}"))) for number in range(5)]
    server.wait_for(2)
    futures[4].cancel()
    client.close()
    assert futures[4].cancelled()
    for future in futures[:4]:
        error = future.exception(timeout=5)
        assert isinstance(error, FetchError)
        assert error.reason == "closed"
    with pytest.raises(FetchError, match="closed"):
        client.request(Request(server.url("/")))
    client.close()


def test_a_request_cancelled_while_it_waits_is_never_sent(server: HttpServer) -> None:
    with closing(HttpClient(AddressGuard(["127.0.0.0/8"]), "t", concurrency=1)) as client:
        running = client.submit(Request(server.hang("/hang")))
        server.wait_for(1)
        waiting = client.submit(Request(server.url("/never")))
        assert waiting.cancel()
        assert not running.done()
    assert not server.to("/never")


# --- Retry-After ---


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0), ("120", 120), (" 30 ", 30), ("86401", 86400), ("9" * 5000, 86400), ("315360000", 86400),
        ("Thu, 01 Jan 2026 00:05:00 GMT", 300), ("Thu, 01 Jan 2026 01:00:00 +0100", 0), ("Wed, 31 Dec 2025 00:00:00 GMT", 0),
        ("Thu, 01 Jan 2036 00:00:00 GMT", 86400), ("Thu, 01 Jan 2026 00:01:00 -0000", 60),
        ("", None), ("soon", None), ("-5", None), ("1.5", None), ("٣٠", None), ("Thu, 99 Foo 2026 00:00:00 GMT", None),
        ("Thu, 01 Jan 99999 00:00:00 GMT", None),
    ],
)  # fmt: skip
def test_retry_after_is_clamped(value: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": value}, NOW) == seconds
    assert retry_after({}, NOW + timedelta(days=1)) is None
