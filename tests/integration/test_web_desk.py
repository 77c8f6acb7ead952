"""The pages that look after the service, over a running line: sources, routes, deliveries, silences, status, settings."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import update

from service.app import App
from service.model.delivery import DeliveryState
from service.model.item import Item
from service.model.user import Role
from service.storage import audit, delivery_desk, silences, sources
from service.storage.tables import DELIVERIES
from service.web.desk import silences_page
from tests.integration.test_app import deliver, item, opened
from tests.support.console import console
from tests.support.folder import INBOX_ROUTES, rss, write_rules
from tests.support.http_server import HttpServer, serve
from tests.support.web import Answer, Site, parse, signed_in

DEAD = "json://127.0.0.1:9/nowhere"
ROUTES = f"""\
route:
  receiver: inbox
  routes:
    - matchers: [severity=critical]
      receiver: desk
      continue: true
receivers:
  - name: inbox
    targets: ["inbox://"]
  - name: desk # the people
    max_per_hour: 20
    targets: ["{DEAD}"]
inhibit_rules:
  - source_matchers: [severity=critical]
    target_matchers: [severity=low]
    equal: [entity]
"""


@pytest.fixture
def server() -> Iterator[HttpServer]:
    with serve() as running:
        yield running


@pytest.fixture
def app(tmp_path: Path, sqlite_url: str, server: HttpServer) -> Iterator[App]:
    write_rules(tmp_path, routes=ROUTES, sources=f"sources:\n  - id: wire # a feed\n    url: {server.url('/wire.xml')}\n")
    with opened(tmp_path, sqlite_url, server.server_port) as running:
        yield running


@pytest.fixture
def desk(app: App) -> Iterator[Site]:
    with console(app, Role.ADMIN) as site:
        yield site


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A console that is only looked at."""
    folder = tmp_path_factory.mktemp("still")
    write_rules(folder, routes=ROUTES)
    with opened(folder, "", 1) as running, console(running, Role.ADMIN) as site:
        yield site


def there(answer: Answer) -> str:
    assert answer.status == 303, answer.text
    return answer.headers["location"]


def fields_of(answer: Answer) -> dict[str, str]:
    """The last form's hidden fields and its text."""
    text = parse(answer)
    hidden = {str(one["name"]): str(one.get("value") or "") for one in text.all("input") if one.get("type") == "hidden"}
    found = re.search(r"<textarea id=\"text\"[^>]*>\n(.*?)</textarea>", answer.text, re.DOTALL)
    assert found
    return {"base": hidden["base"], "text": found[1].replace("&#34;", '"').replace("&gt;", ">").replace("&lt;", "<")}


def changes(app: App) -> list[str]:
    with app.parts.database.read() as connection:
        return [one.what for one in audit.page(connection, limit=10)]


def test_a_silence_is_previewed_made_and_ended(app: App, desk: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    app.pipeline.push("push", [item()])
    seen = parse(desk.ask("/silences?matchers=rule%3Dlimit-up")).text
    assert "Of the 1 alerts of the last 7 days it would have hushed 1." in seen
    assert "Only the newest" not in seen
    assert "hushed 0" in parse(desk.ask("/silences?matchers=rule%3Dother")).text
    monkeypatch.setattr(silences_page, "LOOKED_AT", 1)
    assert "Only the newest were looked at." in parse(desk.ask("/silences?matchers=rule%3Dlimit-up")).text
    place = there(desk.post("/silences", {"matchers": "rule=limit-up\nseverity!=low", "length": "4h", "why": "known <b>"}))
    page = desk.ask("/silences")
    assert place == "/silences#silence-1"
    assert 'rule="limit-up" severity!="low"' in parse(page).text
    assert "known &lt;b&gt;" in page.text
    with app.parts.database.read() as connection:
        made = silences.latest(connection, 1)[0]
    assert made.until - made.since == timedelta(hours=4)
    assert made.by == "admin"
    there(desk.post("/silences/1/end"))
    there(desk.post("/silences/1/end"))
    assert "by admin" in parse(desk.ask("/silences")).text
    assert changes(app) == ["silence.end", "silence.add"]
    assert desk.post("/silences/99/end").status == 404


@pytest.mark.parametrize(
    ("matchers", "says"),
    [("", "at least one matcher"), ("severity", "severity"), ("rule=a\n" * 21, "at most 20 matchers"), ("rule=~(", "rule=~(")],
)
def test_a_silence_that_cannot_be_is_said_at_its_field(still: Site, matchers: str, says: str) -> None:
    answer = still.post("/silences", {"matchers": matchers, "length": "nonsense"})
    assert answer.status == 422
    assert says in parse(answer).text


def test_many_silences_come_page_by_page(app: App, desk: Site) -> None:
    for number in range(52):
        desk.post("/silences", {"matchers": f"rule=r-{number}", "length": "1h"})
    older = next(one for one in parse(desk.ask("/silences")).all("a") if one.get("rel") == "next")
    page = parse(desk.ask(str(older["href"]))).text
    assert 'rule="r-1"' in page
    assert 'rule="r-2"' not in page


def test_a_viewer_sees_and_changes_nothing(app: App, desk: Site) -> None:
    viewer = signed_in(desk, app.parts.database, Role.VIEWER)
    for path in ("/silences", "/deliveries", "/routes", "/routes/test", "/sources", "/sources/wire", "/status"):
        answer = viewer.ask(path)
        assert answer.status == 200, path
        assert [form for form in parse(answer).all("form") if form.get("action") not in ("/language", "/logout", path)] == [], (
            path
        )
    for path in ("/settings", "/files/routes.yaml", "/sources/new"):
        assert viewer.ask(path).status == 403
    for path in ("/silences", "/deliveries/retry", "/routes/test", "/routes/receivers", "/sources/wire/pause"):
        assert viewer.post(path, {"matchers": "rule=a"}).status == 403


def test_a_dead_letter_is_found_read_and_put_back(app: App, desk: Site) -> None:
    app.pipeline.push("push", [item()])
    deliver(app)
    with app.parts.database.read() as connection:
        key = delivery_desk.listed(connection)[0].key
    assert "Sent 1" in parse(desk.ask("/deliveries")).text
    assert desk.ask(f"/deliveries/{key}").status == 200
    assert desk.post(f"/deliveries/{key}/retry").status == 409
    for other in ("none", key[:8], key.upper(), "%"):
        assert desk.ask(f"/deliveries/{quote(other)}").status == 404, "a whole key names it"
    with app.parts.database.begin() as connection:
        connection.execute(update(DELIVERIES).values(state=DeliveryState.DISCARDED.value))
    for _ in range(2):
        assert desk.post("/deliveries/retry").status == 303
    assert changes(app) == ["delivery.retry-all"], "where nothing was given up, nothing was done"
    assert "put back by" in desk.ask(f"/deliveries/{key}").text


def test_routes_are_drawn_and_doubts_told(still: Site) -> None:
    page = parse(still.ask("/routes"))
    for words in ("every alert → inbox", 'severity="critical" → desk and goes on', "json://127.0.0.1:9", "20 messages an hour"):
        assert words in page.text
    assert "/nowhere" not in page.text


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("labels=severity%3Dcritical", ("desk", "inbox", "at once")),
        ("text=Lumentum+hit+limit-up", ("Lumentum hits limit-up", "inbox")),
        ("text=Nothing+happened", ("No rule fires",)),
        ("labels=severity%3Dhuge", ("severity=huge",)),
        ("labels=severity", ("is no label",)),
        ("labels=" + "%0A".join(f"l{number}%3Dx" for number in range(31)), ("is no label",)),
    ],
)
def test_it_is_told_where_an_alert_would_go(still: Site, query: str, says: tuple[str, ...]) -> None:
    page = parse(still.ask(f"/routes/test?{query}")).text
    assert [words for words in says if words not in page] == []


def test_a_receiver_is_tried(app: App, desk: Site) -> None:
    page = parse(desk.post("/routes/test", {"receiver": "inbox"})).text
    assert "sent inbox://" in page
    assert "Test of receiver inbox" in parse(desk.ask("/inbox")).text
    assert "failed json://127.0.0.1:9" in parse(desk.post("/routes/test", {"receiver": "desk"})).text
    assert desk.post("/routes/test", {"receiver": "nobody"}).status == 404
    assert changes(app) == ["receiver.test", "receiver.test"]


def test_a_receiver_is_added_only_after_it_was_looked_at(app: App, desk: Site) -> None:
    proposed = desk.post(
        "/routes/receivers", {"name": "mail", "targets": "mailtos://${USER}:${WORD}@smtp.example.com/?to=a@example.com"}
    )
    assert "What changes" in parse(proposed).text
    assert "mail" not in app.rulebook.routing.receivers
    there(desk.post("/files/routes.yaml", {**fields_of(proposed), "do": "save", "why": "for mei"}))
    assert list(app.rulebook.routing.receivers) == ["inbox", "desk", "mail"]
    assert "# the people" in (app.settings.rules_dir / "routes.yaml").read_text()  # type: ignore[operator]
    assert "route.save" in changes(app)


def test_a_file_with_mistakes_is_not_saved_and_a_newer_version_is_not_overwritten(app: App, desk: Site) -> None:
    before = fields_of(desk.ask("/files/routes.yaml"))
    wrong = desk.post("/files/routes.yaml", {**before, "text": before["text"] + "nonsense: 1\n", "do": "save"})
    assert (wrong.status, "line 17" in parse(wrong).text) == (422, True)
    checked = desk.post("/files/routes.yaml", {**before, "text": INBOX_ROUTES, "do": "check"})
    assert "This can be saved" in parse(checked).text
    there(desk.post("/files/routes.yaml", {**before, "text": INBOX_ROUTES, "do": "save"}))
    late = desk.post("/files/routes.yaml", {**before, "text": before["text"] + "# late\n", "do": "save"})
    assert (late.status, "another version meanwhile" in parse(late).text) == (409, True)
    assert list(app.rulebook.routing.receivers) == ["inbox"]
    assert desk.ask("/files/alerts.yaml").status == 404


def test_a_source_is_read_now_paused_and_resumed(app: App, desk: Site, server: HttpServer) -> None:
    there(desk.post("/sources/wire/poll"))
    there(desk.post("/sources/wire/pause"))
    assert not app.rulebook.sources
    assert "not read" in parse(desk.ask("/sources/wire")).text
    assert desk.post("/sources/wire/poll").status == 409
    there(desk.post("/sources/wire/resume"))
    assert [source.id for source in app.rulebook.sources] == ["wire"]
    assert "id: wire # a feed" in (app.settings.rules_dir / "sources.yaml").read_text()  # type: ignore[operator]
    assert desk.post("/sources/none/pause").status == 409
    assert desk.post("/sources/none/poll").status == 404
    assert desk.ask("/sources/none").status == 404


def test_a_sources_items_come_page_by_page(app: App, desk: Site) -> None:
    with app.parts.database.read() as connection:
        assert [one.id for one in sources.overview(connection)] == ["wire"]
    app.pipeline.push("wire", [Item("wire", f"g{number}", "", f"Report {number} of nothing") for number in range(33)])
    first = parse(desk.ask("/sources/wire"))
    older = next(one for one in first.all("a") if one.get("rel") == "next")
    assert "Report 32 of nothing" in first.text
    assert "Report 2 of nothing" in parse(desk.ask(str(older["href"]))).text


def test_a_feed_is_looked_at_and_then_added(app: App, desk: Site, server: HttpServer) -> None:
    server.on("/new.xml", body=rss(("1", "Lumentum hit limit-up", "It did."), ("2", "<b>Quiet</b>", "day")))
    address = server.url("/new.xml")
    looked = parse(desk.post("/sources/new", {"url": address}))
    for words in ("2 items", "Lumentum hits limit-up", "limit up"):
        assert words in looked.text
    proposed = desk.post("/sources/new", {"url": address, "do": "add", "interval": "5m", "language": "en"})
    assert "What changes" in parse(proposed).text
    there(desk.post("/files/sources.yaml", {**fields_of(proposed), "do": "save"}))
    added = app.rulebook.sources[1]
    assert (added.id, added.url, added.interval, added.language) == ("127-0-0-1", address, timedelta(minutes=5), "en")


def test_a_site_names_its_feeds(desk: Site, server: HttpServer) -> None:
    server.on(
        "/",
        body='<html><head><link rel="alternate" type="application/rss+xml" href="/all.xml"></head><p>News',
        headers={"Content-Type": "text/html"},
    )
    assert server.url("/all.xml") in parse(desk.post("/sources/new", {"url": server.url("/")})).text


@pytest.mark.parametrize(
    ("address", "status", "says"),
    [
        ("", 422, "http"),
        ("file:///etc/passwd", 422, "http"),
        ("https://user:word@news.example.com/", 422, "password"),
        ("http://169.254.169.254/latest", 200, "not a public address"),
        ("http://[::1]/", 200, "not a public address"),
    ],
)
def test_an_address_that_may_not_be_asked_is_refused(still: Site, address: str, status: int, says: str) -> None:
    answer = still.post("/sources/new", {"url": address})
    assert answer.status == status
    assert says in parse(answer).text.replace("non-public", "not a public address")


def test_the_status_tells_how_it_goes(app: App, desk: Site) -> None:
    app.pipeline.push("push", [item()])
    deliver(app)
    page = parse(desk.ask("/status"))
    for words in ("Items1 in 48 hours", "Alerts1 in 48 hours", "Sources failing0", "Given up0"):
        assert words in page.text
    assert len(page.all("rect")) >= 2


def test_settings_are_shown_without_secrets(app: App, desk: Site) -> None:
    page = parse(desk.ask("/settings")).text
    assert "TAPEWATCH_TICK 1s" in page
    assert str(app.settings.database_url) not in page
    assert "TAPEWATCH_DATABASE_URL set, not shown" in page


def test_states_have_a_tab(still: Site) -> None:
    assert len(DeliveryState) == 6
    for name in ("waiting", "discarded", "sent", "cancelled", "nonsense"):
        assert still.ask(f"/deliveries?show={name}&receiver=nobody").status == 200
