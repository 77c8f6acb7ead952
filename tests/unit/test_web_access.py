"""The pure parts of access: who is a proxy, where a request came from, what is a name or a password."""

import pytest
from starlette.requests import Request

from service.config import Settings
from service.model.user import LONGEST_NAME, Role, User, folded_name, user_name
from service.web.access import AccessSettings, allow
from service.web.access.choosing import fault_of_name, fault_of_password
from service.web.access.forgery import Origin, form_token, masked, said_origin, unmasked
from service.web.access.peers import address_key, client_address, is_https, proxy_user
from service.web.access.settings import access_settings

PROXY = access_settings(Settings(proxy_networks=("10.0.0.0/8", "fd00::1"), proxy_user_header="Remote-User")).proxy


def request(peer: str | None, *headers: tuple[str, str]) -> Request:
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
    return Request({"type": "http", "headers": raw, "client": (peer, 1) if peer is not None else None})


@pytest.mark.parametrize(
    ("site", "origin", "host", "said"),
    [
        ("same-origin", "https://evil.example", "localhost", Origin.OURS),
        ("none", None, "localhost", Origin.OURS),
        ("same-site", "http://localhost", "localhost", Origin.FOREIGN),
        ("cross-site", None, "localhost", Origin.FOREIGN),
        ("", None, "localhost", Origin.FOREIGN),
        (None, "http://localhost:8000", "LOCALHOST:8000", Origin.OURS),
        (None, "https://watch.example.com", "watch.example.com", Origin.OURS),
        (None, "https://watch.example.com:443", "watch.example.com", Origin.OURS),
        (None, "http://[::1]:8000", "[::1]:8000", Origin.OURS),
        (None, "http://localhost:8001", "localhost:8000", Origin.FOREIGN),
        (None, "null", "localhost", Origin.FOREIGN),
        (None, "null", "", Origin.FOREIGN),
        (None, "", "", Origin.FOREIGN),
        (None, "file://", "", Origin.FOREIGN),
        (None, "http://localhost@evil.example", "localhost", Origin.FOREIGN),
        (None, "http://user@localhost", "localhost", Origin.FOREIGN),
        (None, "http://localhost/path", "localhost", Origin.FOREIGN),
        (None, "http://localhost:99999", "localhost", Origin.FOREIGN),
        (None, "http://[", "[", Origin.FOREIGN),
        (None, None, "localhost", Origin.UNSAID),
    ],
)
def test_where_the_browser_says_that_a_request_was_made(site: str | None, origin: str | None, host: str, said: Origin) -> None:
    assert said_origin(site, origin, host) is said


def test_the_token_of_a_form_is_bound_to_its_browser_and_to_the_key() -> None:
    tokens = {form_token(key, anchor) for key in (b"a", b"b") for anchor in ("one", "two")}
    assert len(tokens) == 4
    assert form_token(b"a", "") == ""


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("192.0.2.1", ("203.0.113.9",), "192.0.2.1"),
        ("10.0.0.1", (), "10.0.0.1"),
        ("10.0.0.1", ("203.0.113.9",), "203.0.113.9"),
        ("10.0.0.1", ("198.51.100.1, 203.0.113.9",), "203.0.113.9"),
        ("10.0.0.1", ("198.51.100.1", "203.0.113.9, 10.2.3.4"), "203.0.113.9"),
        ("10.0.0.1", ("10.9.9.9",), "10.9.9.9"),
        ("10.0.0.1", ("203.0.113.9, nonsense",), "10.0.0.1"),
        ("::ffff:10.0.0.1", ("2001:db8::7",), "2001:db8::7"),
        ("fd00::1%eth0", ("203.0.113.9",), "203.0.113.9"),
        (None, ("203.0.113.9",), ""),
        ("not an address", ("203.0.113.9",), "not an address"),
    ],
)
def test_the_address_of_a_person_behind_proxies(peer: str | None, forwarded: tuple[str, ...], address: str) -> None:
    assert client_address(request(peer, *(("X-Forwarded-For", one) for one in forwarded)), PROXY) == address


def test_addresses_of_one_customer_are_one() -> None:
    assert address_key("2001:db8:1:2:3:4:5:6") == address_key("2001:db8:1:2::1") == "2001:db8:1:2::/64"
    assert address_key("2001:db8:1:3::1") != address_key("2001:db8:1:2::1")
    assert address_key("::ffff:192.0.2.1") == address_key("192.0.2.1") == "192.0.2.1"
    assert address_key("somewhere") == "somewhere"


@pytest.mark.parametrize(
    ("peer", "headers", "https"),
    [
        ("10.0.0.1", (("X-Forwarded-Proto", "https"),), True),
        ("10.0.0.1", (("X-Forwarded-Proto", "http"),), False),
        ("10.0.0.1", (("X-Forwarded-Proto", "https"), ("X-Forwarded-Proto", "http")), False),
        ("192.0.2.1", (("X-Forwarded-Proto", "https"), ("Host", "localhost")), False),
        ("192.0.2.1", (("Host", "watch.example.com"),), True),
        ("192.0.2.1", (("Host", "127.0.0.1:8000"),), False),
    ],
)
def test_whether_a_browser_speaks_https(peer: str, headers: tuple[tuple[str, str], ...], https: bool) -> None:
    settings = AccessSettings("https://watch.example.com", proxy=PROXY)
    assert is_https(request(peer, *headers), settings) is https
    assert not is_https(request("192.0.2.1", ("Host", "watch.example.com")), AccessSettings("http://watch.example.com"))


def test_whom_a_proxy_names() -> None:
    assert proxy_user(request("10.0.0.1", ("Remote-User", "anna")), PROXY) == "anna"
    assert proxy_user(request("10.0.0.1", ("Remote-User", "李雷".encode().decode("latin-1"))), PROXY) == "李雷"
    assert proxy_user(request("10.0.0.1", ("Remote-User", "a"), ("Remote-User", "b")), PROXY) == ""
    assert proxy_user(request("192.0.2.1", ("Remote-User", "anna")), PROXY) == ""
    assert proxy_user(request("10.0.0.1"), PROXY) == ""


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("anna", "anna"),
        (" anna ", "anna"),
        ("李雷", "李雷"),
        ("a.b@c+d-e_f", "a.b@c+d-e_f"),
        ("ａｎｎａ", "anna"),
        ("x" * LONGEST_NAME, "x" * LONGEST_NAME),
        ("x" * (LONGEST_NAME + 1), ""),
        ("", ""),
        ("a b", ""),
        ("a\nb", ""),
        ("<b>", ""),
        ("a\u202eb", ""),
        ("a\0", ""),
    ],
)
def test_what_is_a_name(text: str, name: str) -> None:
    assert user_name(text) == name
    assert bool(fault_of_name(text)) is not bool(name)
    assert folded_name("Straße") == folded_name("STRASSE")


def test_what_is_a_password() -> None:
    assert fault_of_password("four words in a row", "four words in a row", "anna") == ""
    assert fault_of_password("密码由几个词语连起来", "密码由几个词语连起来", "anna") == ""
    for password, name in (("x" * 9, "a"), ("x" * 600, "a"), ("ababababab", "c"), ("anna123456", "Anna")):
        assert fault_of_password(password, password, name)
    assert fault_of_password("four words in a row", "four words in a", "anna")


def test_roles_and_scopes() -> None:
    assert [User("a", role).may(Role.EDITOR) for role in Role] == [False, True, True]
    with pytest.raises(ValueError, match="is no scope"):
        allow(Role.VIEWER, scope="alerts:reed")


def test_settings_of_proxies_are_refused_with_the_name_of_the_setting() -> None:
    for wrong in ({"proxy_networks": ("10.0.0.1/8",)}, {"proxy_user_header": "Host"}, {"proxy_user_header": "a b"}):
        with pytest.raises(ValueError, match="proxy_"):
            Settings(**wrong)


def test_the_token_of_a_form_looks_different_each_time_and_is_the_same() -> None:
    token = form_token(b"a", "one")
    shown = {masked(token) for _ in range(5)}
    assert len(shown) == 5
    assert {unmasked(one) for one in shown} == {token}
    assert masked("") == "" == unmasked("") == unmasked("no token") == unmasked("\ud800")
    assert unmasked(token) != token
