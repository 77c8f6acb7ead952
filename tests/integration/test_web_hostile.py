"""What attackers send to the doors: places to go, bodies, many requests at once. Tests of advisories are named after them."""

import json
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from urllib.parse import quote

import pytest
from sqlalchemy import func, select

from service.model.user import SCOPES, Role
from service.storage import audit, sessions, tokens
from service.storage.access_tables import SESSIONS, USERS
from service.storage.database import Database
from service.storage.tokens import NewToken
from service.web import create_app
from service.web.access.invitations import password_link, set_up_link
from tests.integration.test_web_security import MARKUP, shape
from tests.support.corpora import members
from tests.support.routes import known_routes
from tests.support.web import Answer, Site, context, parse, session_cookie, signed_in, site, user, with_token

PASSWORD = "four words in a row"
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
BODY_LIMIT = 4 * 1024 * 1024
MEBIBYTE = 1024 * 1024
PART = b'--x\r\nContent-Disposition: form-data; name="f%d"\r\n\r\nx\r\n'


@pytest.fixture
def running(sqlite_database: Database) -> Iterator[Site]:
    with site(sqlite_database) as running:
        yield running


def host_in_a_browser(location: str) -> str | None:
    """The host that a browser goes to for a Location header, None where it stays: the steps of the URL standard, for http."""
    text = location.strip("".join(map(chr, range(0x21))))
    text = "".join(character for character in text if character not in "\t\n\r").replace("\\", "/")
    scheme, colon, rest = text.partition(":")
    if colon and scheme.isascii() and scheme[:1].isalpha() and all(one.isalnum() or one in "+-." for one in scheme):
        return rest.lstrip("/") or scheme
    return text.lstrip("/") if text.startswith("//") else None


def test_a_browser_is_understood_rightly() -> None:
    assert [host_in_a_browser(one) for one in ("//evil", "/\\evil", "\t//evil", "https:evil", "javascript:x", "///evil")] == [
        "evil",
        "evil",
        "evil",
        "evil",
        "x",
        "evil",
    ]
    assert [host_in_a_browser(one) for one in ("/", "/a//b", "/?next=//evil", "/@evil", "/.//evil")] == [None] * 5


REDIRECTS = (
    "//evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "https://evil.example",
    "/\r\nSet-Cookie: a=b",
    "/%0d%0aX: y",
    "\\/evil",
)


def test_miniflux_cve_2025_67713_cve_2026_55185_next_stays_here(running: Site, sqlite_database: Database) -> None:
    assert_stays_here(running, sqlite_database, list(REDIRECTS))


@pytest.mark.corpora
def test_miniflux_cve_2025_67713_none_of_the_collected_places_leads_away(running: Site, sqlite_database: Database) -> None:
    files = members("corpora/hostile.tar.gz", "payloads/PayloadsAllTheThings/Open Redirect/Intruder/")
    lines = [line for content in files.values() for line in content.decode("utf-8", "replace").splitlines()]
    assert len(lines) == 325
    assert_stays_here(running, sqlite_database, sorted({line for line in lines if line.strip()}))


def assert_stays_here(running: Site, database: Database, places: list[str]) -> None:
    """Each as `?next=` of one who is logged in already, and as the hidden field of the form."""
    browser = signed_in(running, database)
    for place in places:
        answer = browser.ask(f"/login?next={quote(place, safe='')}")
        assert answer.status == 303, place
        assert answer.headers["location"].startswith("/"), place
        assert host_in_a_browser(answer.headers["location"]) is None, place
        assert len(answer.cookies) == 0, place
    for start in range(0, len(places), 25):  # the form: it is sent back as it is asked for
        page = running.ask(f"/login?next={quote(places[start], safe='')}")
        [kept] = [str(one["value"]) for one in parse(page).all("input") if one.get("name") == "next"]
        assert host_in_a_browser(kept) is None


def at_once(count: int, work: Callable[[int], Answer]) -> list[Answer]:
    barrier = Barrier(count)

    def begin(number: int) -> Answer:
        barrier.wait(60)
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(begin, range(count)))


def test_row_65_uptime_kuma_set_up_of_twenty_at_once_one_is_administrator(running: Site, sqlite_database: Database) -> None:
    """On both databases, without the pages: test_storage_access."""
    database = sqlite_database
    with database.begin() as connection:
        secret = set_up_link(connection, "", database.now(connection)).partition("link=")[2]

    def set_up(number: int) -> Answer:
        return running.post("/setup", {"link": secret, "name": f"admin{number}", "password": PASSWORD, "again": PASSWORD})

    answers = at_once(20, set_up)
    assert sorted(answer.status for answer in answers) == [303] + [410] * 19
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(USERS)).scalar_one() == 1
        assert connection.execute(select(func.count()).select_from(SESSIONS)).scalar_one() == 1


def test_many_logins_at_once_are_refused_or_served_and_others_are_answered(running: Site, sqlite_database: Database) -> None:
    reader = signed_in(running, sqlite_database)

    def ask(number: int) -> Answer:
        if number % 4 == 0:
            return reader.ask("/inbox")
        return running.post("/login", {"name": f"name{number % 2}", "password": "wrong"})

    answers = at_once(48, ask)
    assert [answer.status for answer in answers[::4]] == [200] * 12
    tried = [answer.status for number, answer in enumerate(answers) if number % 4]
    assert set(tried) == {401, 429}
    assert tried.count(401) <= 20


def resident() -> int:
    """Bytes of memory that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def pour(running: Site, path: str, head: str, chunk: bytes, count: int) -> bytes:
    """Send a body without end; the first bytes of the answer."""
    with socket.create_connection(("127.0.0.1", running.port), timeout=60) as connection:
        connection.sendall(f"POST {path} HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\n{head}\r\n\r\n".encode())
        try:
            for _ in range(count):
                connection.sendall(chunk)
        except (BrokenPipeError, ConnectionResetError):
            pass
        try:
            return connection.recv(65536)
        except ConnectionResetError:
            return b""


def status(told: bytes) -> int:
    """The status of an answer; 413 where the connection was closed on us while we spoke."""
    return int(told.split(b" ")[1]) if told else 413


@pytest.mark.parametrize("path", ["/login", "/setup", "/act/x", "/users"])
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json"])
def test_row_66_a_hundred_megabytes_are_not_kept(running: Site, sqlite_database: Database, path: str, kind: str) -> None:
    user(sqlite_database)
    before = resident()
    told = pour(running, path, f"Content-Type: {kind}\r\nContent-Length: {100 * MEBIBYTE}", b"x" * 65536, 1600)
    assert 300 < status(told) < 500
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    told = pour(running, path, f"Content-Type: {kind}\r\nTransfer-Encoding: chunked", chunk, 1600)
    assert 300 < status(told) < 500
    if "json" not in kind and path != "/act/x":  # a form is refused while it comes; nobody reads what no form is
        assert status(told) in (400, 413)
    assert resident() - before < 50 * MEBIBYTE
    assert running.ask("/healthz").status == 200


def test_row_66_a_body_that_is_announced_too_large_is_refused_before_it_comes(running: Site) -> None:
    told = pour(running, "/login", f"Content-Type: {FORM['Content-Type']}\r\nContent-Length: {BODY_LIMIT + 1}", b"", 0)
    assert status(told) == 413
    assert b"content-security-policy" in told.lower()


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", b"&".join(b"field%d=x" % number for number in range(10_000))),
        (
            "multipart/form-data; boundary=x",
            b"".join(b'--x\r\nContent-Disposition: form-data; name="f%d"\r\n\r\nx\r\n' % number for number in range(10_000))
            + b"--x--\r\n",
        ),
    ],
)
def test_row_66_ten_thousand_fields_are_refused(running: Site, kind: str, body: bytes) -> None:
    assert running.ask("/login", "POST", {**FORM, "Content-Type": kind}, body).status in (400, 413)


def bodies() -> dict[str, tuple[str, bytes]]:
    """Bodies that break parsers, by name."""
    deep, wide = b"[" * 100_000, b'{"a":' * 100_000
    form, plain = "application/x-www-form-urlencoded", "text/plain"
    return {
        "deep array": ("application/json", deep),
        "deep object": ("application/json", wide),
        "deep and closed": ("application/json", deep + b"]" * 100_000),
        "not json": ("application/json", b"\xff\xfe{"),
        "a huge number": ("application/json", b"1" + b"0" * 10_000),
        "a lone surrogate": ("application/json", b'{"name":"\\ud800","title":"\\ud800"}'),
        "not a mapping": ("application/json", b"[]"),
        "json as text": (plain, b'{"name":"x"}'),
        "a null byte": (form, b"name=%00&password=%00&link=%00&next=%00&session=%00&role=%00&language=%00&time_zone=%00"),
        "not utf-8": (form, b"name=%ff%fe&password=%ff&link=%ff&next=%ff&session=%ff&what=%ff"),
        "a field many times": (form, b"name=a&" * 500),
        "a file for a word": (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="name"; filename="a"\r\n\r\nx\r\n--x--\r\n',
        ),
        "no boundary": ("multipart/form-data", b"--x"),
    }


def test_row_66_no_body_that_breaks_parsers_breaks_a_route(running: Site, sqlite_database: Database) -> None:
    routes = [route for route in known_routes(create_app(context(sqlite_database))) if route.changes and route.path != "/logout"]
    name, secret = session_cookie(sqlite_database)
    for route in routes:
        api = route.path.startswith("/api/")
        for what, (kind, body) in bodies().items():
            if api != kind.endswith("/json") and what != "deep array":
                continue
            headers = {"Content-Type": kind, "Sec-Fetch-Site": "same-origin", "Cookie": f"{name}={secret}"}
            answer = running.ask(route.filled(), route.method, headers, body)
            assert answer.status < 500, (route, what)
            if answer.status in (401, 303) and "login" in answer.headers.get("location", ""):
                name, secret = session_cookie(sqlite_database)


@pytest.mark.corpora
def test_row_66_no_text_of_the_json_test_suite_breaks_a_route(running: Site, sqlite_database: Database) -> None:
    texts = members("corpora/hostile.tar.gz", "json/JSONTestSuite/test_parsing/")
    assert len(texts) > 300
    routes = [route for route in known_routes(create_app(context(sqlite_database))) if route.changes]
    route = next((route for route in routes if route.path.startswith("/api/")), routes[0])
    program = with_token(running, sqlite_database, *SCOPES)
    for name, body in texts.items():
        answer = program.ask(route.filled(), route.method, {"Content-Type": "application/json"}, body)
        assert answer.status < 500, (route, name)


def test_fastapi_cve_2021_32677_json_sent_as_text_changes_nothing(running: Site, sqlite_database: Database) -> None:
    browser = signed_in(running, sqlite_database)
    body = json.dumps({"name": "bo", "role": "admin"}).encode()
    for kind in ("text/plain", "application/json", "text/plain; charset=application/json"):
        assert browser.ask("/users", "POST", {"Content-Type": kind, "Sec-Fetch-Site": "same-origin"}, body).status in (
            400,
            415,
            422,
        )
    with sqlite_database.read() as connection:
        assert connection.execute(select(func.count()).select_from(USERS)).scalar_one() == 1


def test_a_stranger_s_name_in_the_log_is_one_line(
    running: Site, sqlite_database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    user(sqlite_database)
    running.post("/login", {"name": "x\n2026-01-01 INFO all is well", "password": "wrong"})
    assert "\n" not in "".join(record.getMessage() for record in caplog.records)


def test_freshrss_cve_2025_54875_no_field_of_a_form_makes_an_administrator(running: Site, sqlite_database: Database) -> None:
    bo = user(sqlite_database, Role.VIEWER, "bo")
    with sqlite_database.begin() as connection:
        secret = password_link(connection, "", bo.id, sqlite_database.now(connection)).partition("link=")[2]
    more = {"role": "admin", "is_admin": "1", "user_id": "1", "name": "root"}
    assert running.post("/setup", {"link": secret, "password": PASSWORD, "again": PASSWORD, **more}).status == 303
    viewer = signed_in(running, sqlite_database, Role.VIEWER, "bo")
    assert viewer.post("/account/taste", {"language": "en", **more}).status == 303
    with sqlite_database.read() as connection:
        assert connection.execute(select(USERS.c.name, USERS.c.role)).all() == [("bo", "viewer")]


def test_cve_2025_52558_names_browsers_and_changes_stay_text(running: Site, sqlite_database: Database) -> None:
    admin = signed_in(running, sqlite_database)
    number = user(sqlite_database).id

    def fill(payload: str) -> None:
        with sqlite_database.begin() as connection:
            now = sqlite_database.now(connection)
            for table in ("tokens", "audit_log"):
                connection.exec_driver_sql(f"DELETE FROM {table}")
            connection.exec_driver_sql("DELETE FROM sessions WHERE agent != 'test'")
            sessions.begin(connection, payload, number, now + timedelta(days=1), (payload, payload), now)
            tokens.add(connection, payload, NewToken(number, payload, {"admin"}), now)
            audit.write(connection, who=payload, what=payload, subject=payload, before=payload, after=f"{payload}\n", now=now)

    def shapes(payload: str) -> list[Counter[tuple[str, tuple[str, ...]]]]:
        pages = [admin.ask(path) for path in ("/account", "/tokens", "/audit")]
        pages.append(running.post("/login", {"name": payload, "password": "x", "next": payload}))
        pages.append(running.ask(f"/setup?link={quote(payload)}"))
        pages.append(admin.post("/users", {"name": payload, "role": "viewer"}))
        pages.append(admin.post("/tokens", {"name": payload, "scopes": payload}))
        for page in pages[:3]:
            assert " ".join(payload.split()) in parse(page).text, payload
        return [shape(parse(page)) for page in pages]

    fill("a harmless word or two that is long enough to be folded away " * 2)
    harmless = shapes("a harmless word or two that is long enough to be folded away " * 2)
    for payload in MARKUP:
        with sqlite_database.begin() as connection:
            connection.exec_driver_sql("DELETE FROM throttles")
        long = f"{payload} {payload * 90}"[:2000] if len(payload) < 20 else f"{payload} " * 3
        fill(long)
        found = shapes(long[:100])
        assert [found[place] for place in (0, 1, 2)] == [harmless[place] for place in (0, 1, 2)], payload
        for place in (3, 4, 5, 6):
            assert set(found[place]) <= set(harmless[place]) | {("p", ("class", "role"))}, (payload, place)
