"""Reverse proxies: what they forward is believed of configured ones alone."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event, select

from service.clock import utc_now
from service.config import Settings
from service.errors import InvalidFiles
from service.model.user import Role
from service.rulebook import load_folder
from service.storage import audit, users
from service.storage.access_tables import SESSIONS, THROTTLES
from service.storage.database import Database
from service.web import create_app
from service.web.access import AccessSettings
from service.web.access.settings import access_settings
from tests.support.folder import write_rules
from tests.support.web import Site, context, parse, serve, signed_in, user

NAMED = {"Remote-User": "anna"}
OURS = {"Sec-Fetch-Site": "same-origin"}


@contextmanager
def behind(database: Database, **settings: object) -> Iterator[Site]:
    """The pages as the operator configured them; the tests ask from 127.0.0.1."""
    given = context(database, hosts=["watch.example.com"])
    access = access_settings(Settings(**settings))
    with closing(given.desk), serve(create_app(replace(given, access=access))) as running:
        yield running


def test_a_configured_proxy_names_a_user_and_may_bring_new_ones(sqlite_database: Database) -> None:
    user(sqlite_database, Role.EDITOR, "anna")
    with behind(sqlite_database, proxy_networks=("127.0.0.0/8",), proxy_user_header="Remote-User") as running:
        assert "anna" in parse(running.ask("/account", headers={"remote-user": "ANNA"})).text
        assert running.ask("/users", headers=NAMED).status == 403
        for name in ("somebody", "", "a b", "<b>", "x" * 300):
            assert running.ask("/account", headers={"Remote-User": name}).status in (303, 403), name
        assert running.ask("/account/taste", "POST", NAMED).status == 403
        assert running.ask("/account/taste", "POST", {**NAMED, **OURS}).status == 303
        with sqlite_database.begin() as connection:
            account = users.named(connection, "anna")
            assert account is not None
            users.set_disabled(connection, account.id, utc_now())
        assert running.ask("/account", headers=NAMED).status == 403
    settings = {"proxy_networks": ("127.0.0.1",), "proxy_user_header": "Remote-User", "proxy_new_users": "viewer"}
    with behind(sqlite_database, **settings) as running:
        assert [running.ask("/account", headers={"Remote-User": "lilei"}).status for _ in range(2)] == [200, 200]
        assert running.ask("/audit", headers={"Remote-User": "lilei"}).status == 403
    with sqlite_database.read() as connection:
        made = users.named(connection, "lilei")
        [change] = audit.page(connection, limit=9)
    assert made is not None and made.user.role is Role.VIEWER
    assert (change.who, change.what, change.subject) == ("proxy", "user.add", "lilei")


def test_a_newcomer_is_made_a_user_by_one_connection_at_a_time(sqlite_database: Database) -> None:
    """Of as many newcomers as there are connections none waits for another."""
    held: list[int] = [0]
    pool = sqlite_database._engine.pool
    event.listen(pool, "checkout", lambda *_: held.append(held[-1] + 1))
    event.listen(pool, "checkin", lambda *_: held.append(held[-1] - 1))
    settings = {"proxy_networks": ("127.0.0.1",), "proxy_user_header": "Remote-User", "proxy_new_users": "viewer"}
    with behind(sqlite_database, **settings) as running:
        assert running.ask("/account", headers={"Remote-User": "lilei"}).status == 200
    assert max(held) == 1


def test_freshrss_cve_2025_46341_nobody_else_is_believed(sqlite_database: Database) -> None:
    user(sqlite_database, Role.ADMIN, "anna")
    for settings in (
        {},
        {"proxy_networks": ("127.0.0.1",)},
        {"proxy_user_header": "Remote-User"},
        {"proxy_networks": ("192.0.2.0/24",), "proxy_user_header": "Remote-User"},
    ):
        with behind(sqlite_database, **settings) as running:
            for header in ("Remote-User", "X-WebAuth-User", "X-Forwarded-User", "Remote_User"):
                assert running.ask("/account", headers={header: "anna"}).status == 303, (settings, header)


def test_freshrss_cve_2025_46341_two_names_are_none(sqlite_database: Database) -> None:
    user(sqlite_database, Role.ADMIN, "anna")
    with behind(sqlite_database, proxy_networks=("127.0.0.1",), proxy_user_header="Remote-User") as running:
        assert running.ask("/account", headers={"Remote-User": "anna", "remote-user": "anna"}).status == 303
        assert running.ask("/account", headers={"Remote-User": "anna, bo"}).status == 403


def test_miniflux_cve_2023_27591_a_forwarded_address_counts_from_a_configured_proxy_alone(sqlite_database: Database) -> None:
    user(sqlite_database)
    spoofed = {"X-Forwarded-For": "198.51.100.9", **OURS, "Content-Type": "application/x-www-form-urlencoded"}

    def tried() -> list[str]:
        with sqlite_database.read() as connection:
            return [key for key in connection.execute(select(THROTTLES.c.key)).scalars() if key.startswith("address:")]

    with behind(sqlite_database) as running:
        running.ask("/login", "POST", spoofed, b"name=a&password=b")
        assert tried() == ["address:127.0.0.1"]
        assert running.ask("/metrics", headers={"X-Forwarded-For": "127.0.0.1", "X-Real-IP": "127.0.0.1"}).status == 303
    with behind(sqlite_database, proxy_networks=("127.0.0.1", "10.0.0.0/8")) as running:
        chained = {**spoofed, "X-Forwarded-For": "203.0.113.1, 198.51.100.9, 10.1.2.3"}
        running.ask("/login", "POST", chained, b"name=a&password=b")
        assert sorted(tried()) == ["address:127.0.0.1", "address:198.51.100.9"]


def test_behind_https_the_cookie_is_bound_to_the_host(sqlite_database: Database) -> None:
    settings = {"base_url": "https://watch.example.com", "proxy_networks": ("127.0.0.1",)}
    with behind(sqlite_database, **settings) as running:
        public = {"Host": "watch.example.com", "X-Forwarded-Proto": "https"}
        for headers in (public, {"Host": "watch.example.com"}):
            user(sqlite_database)
            answer = running.ask("/login", headers=headers)
            [cookie] = answer.cookies
            assert cookie.startswith("__Host-tapewatch-form=")
            assert "Secure" in cookie and "Path=/" in cookie and "HttpOnly" in cookie and "Domain" not in cookie
            assert answer.headers["strict-transport-security"] == "max-age=31536000"
        plain = signed_in(running, sqlite_database)
        assert plain.ask("/account").status == 200  # on the machine itself, without https
        assert plain.ask("/account", headers=public).status == 303  # a cookie without the prefix could be anybody's
        name, _, secret = plain.always["Cookie"].partition("=")
        assert running.ask("/account", headers={**public, "Cookie": f"__Host-{name}={secret}"}).status == 200
    with behind(sqlite_database) as running:
        answer = running.ask("/login", headers={"X-Forwarded-Proto": "https"})
        assert "Secure" not in answer.cookies[0]
        assert "strict-transport-security" not in answer.headers


@pytest.mark.parametrize(
    "header", ["X-Forwarded-Host", "X-Host", "X-Original-URL", "X-Rewrite-URL", "Forwarded", "X-HTTP-Method-Override"]
)
def test_row_64_other_forwarded_headers_change_nothing(sqlite_database: Database, header: str) -> None:
    admin_number = user(sqlite_database).id
    with behind(sqlite_database, proxy_networks=("127.0.0.1",)) as running:
        value = {"Forwarded": "for=127.0.0.1;host=evil.example", "X-HTTP-Method-Override": "POST"}.get(header, "evil.example")
        admin = signed_in(running, sqlite_database)
        answer = admin.ask("/users", headers={header: value})
        assert answer.status == 200
        assert "evil.example" not in answer.text
        shown = admin.ask(f"/users/{admin_number}/link", "POST", {**OURS, header: value})
        assert "evil.example" not in shown.text
    with sqlite_database.read() as connection:
        assert connection.execute(select(SESSIONS.c.address)).scalars().all() == ["127.0.0.1"]


def test_without_a_loopback_address_nobody_reads_before_there_are_users(sqlite_database: Database) -> None:
    closed = (
        {"host": "0.0.0.0"},
        {"host": "192.0.2.5"},
        {"base_url": "https://watch.example.com"},
        {"allowed_hosts": ("watch.example.com",)},
        {"proxy_networks": ("10.0.0.1",)},
        {"host": "watch.example.com"},
    )
    for settings in closed:
        with behind(sqlite_database, **settings) as running:
            assert running.ask("/").headers.get("location") == "/setup", settings
            assert running.ask("/api/v1/alerts").status == 401, settings
    for host in ("127.0.0.1", "::1", "localhost", "127.0.0.53"):
        assert access_settings(Settings(host=host)).open_reading, host
    assert not AccessSettings().open_reading


@pytest.mark.parametrize("key", ["headers", "header", "user_agent", "authorization", "cookies", "method"])
def test_freshrss_cve_2025_46341_a_source_sends_no_headers_of_somebody_s_choice(tmp_path: Path, key: str) -> None:
    sources = "sources:\n  - id: wire\n    url: https://wire.example.com/feed\n"
    assert [source.id for source in load_folder(write_rules(tmp_path, sources=sources)).sources] == ["wire"]
    forged = f"{sources}    {key}: {{Remote-User: anna}}\n"
    with pytest.raises(InvalidFiles, match=f"sources.yaml:4:5: .*{key}"):
        load_folder(write_rules(tmp_path, sources=forged))
