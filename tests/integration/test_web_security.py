"""What the pages refuse and what every answer carries; the tests of advisories are named after them."""

import http.client
import json
import re
import socket
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote, urlencode

import pytest

from service.alerting.links import Action, LinkClaim, make_link
from service.clock import utc_now
from service.model.alert import Alert
from service.model.entity import Entity, EntityKind
from service.model.health import Health
from service.model.item import Item
from service.model.rule import Rule, Severity
from service.model.source import Source
from service.model.span import Span
from service.storage import alerts, decisions, deliveries, inbox, items, sources
from service.storage.database import Database
from service.web import InForce, WebContext, create_app
from service.web.guard import HEADERS
from tests.support.alerts import make_alert
from tests.support.corpora import members
from tests.support.news import ARTICLE, STORY, store
from tests.support.web import LINK_KEY, Answer, Page, Site, context, parse, serve, site


@pytest.fixture
def full(sqlite_database: Database) -> Iterator[tuple[Site, str]]:
    (made, *_) = store(sqlite_database, ARTICLE, STORY, utc_now())
    with site(sqlite_database, hosts=["watch.example.com"]) as running:
        yield running, made.id


def link_to(alert_id: str) -> str:
    """The token of a link in a message about this alert."""
    return make_link(LinkClaim(Action.ACKNOWLEDGE, alert_id, "desk", utc_now() + timedelta(days=1)), LINK_KEY)


def carries_all_headers(answer: Answer) -> bool:
    return all(answer.headers.get(name.lower()) == value for name, value in HEADERS.items()) and "cache-control" in answer.headers


def test_the_policy_is_the_one_that_was_decided() -> None:
    assert HEADERS["Content-Security-Policy"] == (
        "default-src 'self'; script-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    assert HEADERS["X-Content-Type-Options"] == "nosniff"
    assert HEADERS["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize(
    "path", ["/docs", "/redoc", "/openapi.json", "/alerts/nobody", "/nowhere", "/?severity=x", "/static/none.css"]
)
def test_errors_carry_all_headers_and_no_documentation_is_served(full: tuple[Site, str], path: str) -> None:
    answer = full[0].ask(path)
    assert answer.status in (400, 404)
    assert carries_all_headers(answer)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "[::1]:8000", "watch.example.com", "WATCH.example.com:443"])
def test_the_pages_answer_to_their_names(full: tuple[Site, str], host: str) -> None:
    assert full[0].ask("/healthz", headers={"Host": host}).status == 200


@pytest.mark.parametrize(
    "host", ["", "evil.example", "localhost.evil.example", "watch.example.com.evil.example", "10.0.0.1", "a/?x", "localhost@evil"]
)
def test_and_to_no_other(full: tuple[Site, str], host: str) -> None:
    answer = full[0].ask("/", headers={"Host": host})
    assert answer.status == 400
    assert "evil" not in answer.text


def raw(running: Site, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", running.port), timeout=20) as connection:
        connection.sendall(request)
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
        return b"".join(parts)


def test_two_host_headers_or_none_are_refused(full: tuple[Site, str]) -> None:
    running = full[0]
    for head in (b"Host: localhost\r\nHost: evil.example\r\n", b""):
        assert raw(running, b"GET / HTTP/1.0\r\n" + head + b"Connection: close\r\n\r\n").split(b" ")[1] == b"400"


def test_cve_2026_48710_a_host_header_cannot_change_the_path(full: tuple[Site, str]) -> None:
    answer = raw(full[0], b"GET /nowhere HTTP/1.1\r\nHost: localhost/readyz?x=\r\nConnection: close\r\n\r\n")
    assert answer.split(b" ")[1] == b"400"


@pytest.mark.parametrize(
    "path",
    [
        "/static/%2e%2e/rendering.py",
        "/static/../rendering.py",
        "/static/..%2frendering.py",
        "/static/%2e%2e%2f%2e%2e%2fconfig.py",
    ],
)
def test_cve_2026_25527_static_files_do_not_climb(full: tuple[Site, str], path: str) -> None:
    answer = raw(full[0], f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    assert answer.split(b" ")[1] == b"404"
    assert b"import" not in answer


def test_cve_2026_27645_an_error_repeats_nothing_as_markup(full: tuple[Site, str]) -> None:
    for path in (
        "/%3Cscript%3Ealert(1)%3C/script%3E",
        "/alerts/%3Cimg%20src=x%20onerror=alert(1)%3E",
        "/?severity=%3Csvg/onload=alert(1)%3E",
    ):
        answer = full[0].ask(path)
        assert answer.status in (400, 404)
        assert "alert(1)" not in answer.text


def test_the_api_speaks_of_errors_as_problems(full: tuple[Site, str]) -> None:
    for path, status in (
        ("/api/v1/alerts/nobody", 404),
        ("/api/v1/alerts?limit=0", 400),
        ("/api/v1/alerts?limit=x", 400),
        ("/api/v1/none", 404),
    ):
        answer = full[0].ask(path)
        assert answer.status == status
        assert answer.headers["content-type"] == "application/problem+json"
        assert json.loads(answer.body)["status"] == status


def test_an_error_of_ours_shows_no_detail_but_has_the_headers(
    sqlite_database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    broken = replace(context(sqlite_database), rulebook=_fails)
    application = create_app(broken)
    with serve(application) as running:
        answer = running.ask("/sources")
        assert answer.status == 500
        assert carries_all_headers(answer)
        assert "hunter2" not in answer.text
        assert "Something went wrong" in answer.text
        assert running.ask("/healthz").status == 200


def _fails() -> InForce:
    raise RuntimeError("hunter2")


def test_a_database_that_is_gone_is_said_in_one_sentence(postgres_database: Database) -> None:
    with site(postgres_database) as running:
        with postgres_database.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE sources RENAME TO sources_gone")
            connection.exec_driver_sql(
                "CREATE VIEW sources AS SELECT *, pg_terminate_backend(pg_backend_pid()) FROM sources_gone"
            )
            connection.exec_driver_sql(
                "INSERT INTO sources_gone SELECT 'a','','','','',true,null,null,null,'','','',0,false,now(),null,null,'','',0,''"
            )
        answer = running.ask("/sources")
        assert answer.status == 503
        assert carries_all_headers(answer)
        assert "The database does not answer" in answer.text


MARKUP = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' autofocus onfocus=alert(1) x='",
    "</title><svg onload=alert(1)>",
    "</textarea></option></select><script>alert(1)</script>",
    "--><b>x</b><!--",
    "{{ 7 * 7 }}{% print 7 %}",
    "<![CDATA[<b>x</b>]]>",
    "&lt;script&gt;",
    "&#60;img src=x&#62;",
    "\u2028<b>\u202e",
    '<a href="javascript:alert(1)">x</a>',
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "<style>*{display:none}</style>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
]


def test_cve_2025_52558_markup_in_any_stored_text_stays_text(sqlite_database: Database) -> None:
    assert_text_stays_text(sqlite_database, MARKUP)


@pytest.mark.corpora
def test_cve_2025_52558_the_collected_payloads_stay_text(sqlite_database: Database) -> None:
    files = members("corpora/hostile.tar.gz", "payloads/PayloadsAllTheThings/XSS Injection/Intruders/")
    lines = sorted(
        {line for content in files.values() for line in content.decode("utf-8", "replace").splitlines() if line.strip()}
    )
    assert len(lines) > 500
    # Ten to a text: what breaks out alone breaks out in company, and a page a line would take a minute.
    assert_text_stays_text(sqlite_database, [" ".join(lines[start : start + 10]) for start in range(0, len(lines), 10)])


def assert_text_stays_text(database: Database, payloads: list[str]) -> None:
    """Every page has the elements and attributes that it has with harmless words, and says the payload as text."""
    with serve(create_app(poisoned(database, "harmless"))) as running:
        (harmless,) = poison(database, ["harmless"])
        shapes = {path: shape(parse(running.ask(path))) for path in paths(harmless)}
        acting = shape(parse(running.ask(f"/act/{link_to(harmless)}")))
    for start in range(0, len(payloads), 30):
        chunk = [payload.replace("\0", "").replace("\n", " ").replace("\r", " ") for payload in payloads[start : start + 30]]
        wipe(database)
        with serve(create_app(poisoned(database, chunk[0]))) as running:
            ids = poison(database, chunk)
            assert set(shape(parse(running.ask("/")))) <= set(shapes["/"]), chunk
            for path in ("/sources", "/inbox"):
                assert set(shape(parse(running.ask(path)))) == set(shapes[path]), (path, chunk)
            asked = urlencode({name: chunk[0][:200] for name in ("q", "rule", "entity", "tag", "source")}, errors="replace")
            reflected = parse(running.ask(f"/?{asked}"))
            assert set(shape(reflected)) <= {*shapes["/"], *shapes[NOTHING], *shapes[FOUND]}, chunk[0]
            assert " ".join(chunk[0][:200].split()) in [" ".join(str(one.get("value")).split()) for one in reflected.all("input")]
            for alert_id, payload in zip(ids, chunk, strict=True):
                page = parse(running.ask(f"/alerts/{alert_id}"))
                assert shape(page) == shapes[f"/alerts/{harmless}"], payload
                assert " ".join(payload.split()) in page.text, payload
                confirmed = parse(running.ask(f"/act/{link_to(alert_id)}"))
                assert shape(confirmed) == acting, payload
                assert " ".join(payload.split()) in confirmed.text, payload
                if len(payload) <= 200 and "/" not in payload and payload not in (".", ".."):
                    of_entity = parse(running.ask(f"/entities/{quote(payload, safe='', errors='replace')}"))
                    assert set(shape(of_entity)) <= set(shapes["/entities/harmless"]), payload
                    assert " ".join(payload.split()) in of_entity.text, payload


FOUND = "/?q=harmless&rule=harmless&entity=harmless&tag=harmless&source=harmless"
NOTHING = "/?q=nowhere&rule=none&entity=nobody&tag=none&source=none"
"""What is asked for is shown again, and no alert answers."""


def paths(alert_id: str) -> list[str]:
    return ["/", f"/alerts/{alert_id}", "/sources", "/inbox", "/entities/harmless", NOTHING, FOUND]


def shape(page: Page) -> Counter[tuple[str, tuple[str, ...]]]:
    """How often which element stands with which attributes; `lang` follows from the words."""
    for _, attributes in page.elements:
        for name in ("href", "src", "action"):
            assert re.match(r"(/|#|https?://)", attributes.get(name) or "/"), attributes
    return Counter((tag, tuple(sorted(set(attributes) - {"lang"}))) for tag, attributes in page.elements)


def poisoned(database: Database, text: str) -> WebContext:
    entity = Entity(text, EntityKind.STOCK, (text,), (text,), frozenset({text}))
    rulebook = InForce((Rule(text, text, Severity.LOW, text),), (Source(text, text, publisher=text),), text, None, {text: entity})
    return replace(context(database), health=lambda: Health(True, (text,)), rulebook=lambda: rulebook)


def poison(database: Database, payloads: list[str]) -> list[str]:
    """One item with one alert, decision and delivery for each payload, all text being the payload."""
    now = utc_now()
    made: list[tuple[Alert, int]] = []
    with database.begin() as connection:
        sources.sync(connection, [Source(f"s-{payloads[0]}", payloads[0], f"https://x.example/{payloads[0]}")], now)
        (claim,) = sources.claim_due(connection, limit=1, per_host=9, lease=timedelta(seconds=9))
        sources.record_failure(connection, claim, error=payloads[0], reason=payloads[0], next_at=now + timedelta(hours=1))
        for number, text in enumerate(payloads):
            item = Item(text, f"{number}", text, f"body {text}", "javascript:" + text, now, text)
            ((item_id, _),) = items.insert_new(connection, [item], disposition="evaluated", rules_version=text, now=now)
            words = {name: text for name in ("title", "alias", "rule", "rule_place", "reason", "headline", "source", "publisher")}
            alert = make_alert(
                id=f"{number:016x}",
                fingerprint=f"{number:064x}",
                subject=f"subject {text}",
                entity=text,
                event_type=text,
                excerpt=f"body {text}",
                marks=(Span(0, 4),),
                link="javascript:" + text,
                created_at=now - timedelta(seconds=number),
                facts={"kind": text},
                labels={"label": text},
                **words,
            )
            made.append((alert, item_id))
        alerts.insert_new(connection, made)
        rows = [
            decisions.Decision(item_id, alert.rule, alert.fingerprint, "alerted", alert.reason, alert.id, now)
            for alert, item_id in made
        ]
        decisions.record(connection, rows)
        wait = timedelta(0)
        deliveries.enqueue(
            connection, [deliveries.Order(alert.id, alert.rule, alert.rule, alert.id, wait, now) for alert, _ in made]
        )
        inbox.append(connection, key=payloads[0], subject=payloads[0], text=payloads[0], alerts=["x"], now=now)
    return [alert.id for alert, _ in made]


def wipe(database: Database) -> None:
    with database.begin() as connection:
        for table in ("delivery_alerts", "attempts", "deliveries", "decisions", "alerts", "events", "items", "sources", "inbox"):
            connection.exec_driver_sql(f"DELETE FROM {table}")


def test_a_link_of_an_article_leads_to_the_web_and_gives_nothing_away(full: tuple[Site, str]) -> None:
    page = parse(full[0].ask(f"/alerts/{full[1]}"))
    outward = [link for link in page.all("a") if str(link["href"]).startswith("http")]
    assert [link["href"] for link in outward] == [ARTICLE.link]
    assert all("noopener" in str(link["rel"]).split() for link in outward)


def test_ten_thousand_parameters_or_a_very_long_one_are_no_trouble(full: tuple[Site, str]) -> None:
    many = full[0].ask("/?" + "&".join(f"p{number}=x" for number in range(5_000)))
    assert many.status in (200, 400, 414, 431)
    assert full[0].ask(f"/?rule={'x' * 5_000}").status == 400
    assert full[0].ask(f"/?before={'x' * 5_000}").status == 200
    connection = http.client.HTTPConnection("127.0.0.1", full[0].port, timeout=20)
    connection.request("GET", "/healthz")
    assert connection.getresponse().status == 200
    connection.close()
