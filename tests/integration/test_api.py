"""The API as programs meet it: every resource, its mistakes and its pages, on both databases."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from service.clock import utc_now
from service.model.delivery import DeliveryState
from service.model.user import Role
from service.storage import audit, deliveries, sources
from service.storage.database import Database
from service.web.problems import KINDS
from tests.support.alerts import NOW
from tests.support.api import Api, api
from tests.support.folder import write_rules
from tests.support.line import limit_up
from tests.support.news import ARTICLE, STORY, store, tell
from tests.support.web import parse, signed_in
from tests.support.workers import NAMES

ROUTES = """
route:
  receiver: desk
  routes: [{matchers: [severity=critical], receiver: boss, continue: true}]
receivers:
  - {name: desk, targets: ["json://desk.example.com/${TOKEN}"]}
  - {name: boss, targets: ["inbox://"]}
"""


SOURCES = """
sources:
  - {id: wire, kind: feed, url: "https://news.example.com/rss", interval: 1m}
"""


@pytest.fixture
def running(database: Database, tmp_path: Path) -> Iterator[Api]:
    with api(database, write_rules(tmp_path, routes=ROUTES, sources=SOURCES)) as running:
        yield running


def pushed(number: int, **changes: object) -> dict[str, object]:
    text = f"{NAMES[number % len(NAMES)]} hit limit-up on Monday, says report {number}."
    return {"source": "desk", "guid": f"desk-{number}", "title": f"Report {number}", "text": text, **changes}


def test_a_name_that_is_stored_in_another_form_is_answered_in_it(running: Api) -> None:
    [first] = running.post("/api/v1/items", {**pushed(0), "guid": "desk\0-1"})["items"]
    assert (first["guid"], first["status"]) == ("desk-1", "stored")
    [again] = running.post("/api/v1/items", {**pushed(0), "guid": "desk\0-1"})["items"]
    assert again == {**first, "status": "known"}


def test_a_pushed_item_goes_down_the_line_once(running: Api) -> None:
    one = pushed(0, published="2025-12-22T10:04:30+08:00", publisher="Desk", link="https://news.example.com/1")
    [first] = running.post("/api/v1/items", one)["items"]
    assert (first["source"], first["guid"], first["status"]) == ("desk", "desk-0", "stored")
    assert running.post("/api/v1/items", one)["items"] == [{**first, "status": "known"}]
    item = running.get(f"/api/v1/items/{first['id']}")
    assert (item["title"], item["published"], item["publisher"]) == ("Report 0", "2025-12-22T02:04:30+00:00", "Desk")
    [event] = item["events"]
    assert (event["type"], event["subject"]) == ("limit_up", NAMES[0])
    [alert] = running.get("/api/v1/alerts")["alerts"]
    assert (alert["item"], alert["rule"], alert["subject"]) == (first["id"], "limit-up", NAMES[0])
    assert running.get(f"/api/v1/items/{first['id']}/explain")["decisions"][0]["alert"] == alert["id"]


def test_many_items_at_once_are_answered_in_their_order(running: Api) -> None:
    several: list[dict[str, object]] = [pushed(1), pushed(2, source="other"), pushed(1), {"text": "Nothing of note."}]
    answers = running.post("/api/v1/items", {"items": several})["items"]
    assert [(one["source"], one["guid"][:6]) for one in answers] == [
        ("desk", "desk-1"),
        ("other", "desk-2"),
        ("desk", "desk-1"),
        ("push", "sha256"),
    ]
    assert len({one["id"] for one in answers}) == 3
    again = running.post("/api/v1/items", pushed(9, source="desk", guid="new", title="Report 1", text=several[0]["text"]))
    assert again["items"] == [{"source": "desk", "guid": "new", "status": "known", "id": None}], "the words are known"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "title or a text"),
        ({"text": "   "}, "title or a text"),
        ({"text": "x", "colour": "red"}, "colour"),
        ({"text": "x", "source": "Not A Name"}, "source"),
        ({"text": "x", "published": "2025-12-22T10:04:30"}, "published"),
        ({"text": "x" * 70_000}, "text"),
        ({"items": []}, "items"),
        ({"items": [{"text": "x"}] * 501}, "items"),
        ([], ""),
        ("x", ""),
        (None, ""),
    ],
)
def test_an_item_that_cannot_be_taken_is_refused_whole(running: Api, body: object, words: str) -> None:
    status, problem = running.ask("/api/v1/items", "POST", body) if body is not None else running.ask("/api/v1/items", "POST", {})
    assert status == 400
    assert problem["type"] == "/api/problems#invalid-request"
    assert words in problem["detail"]
    assert running.get("/api/v1/items") == {"items": [], "next": None}


def test_lists_are_followed_by_their_links_without_gap_or_repeat(running: Api) -> None:
    for number in range(7):
        running.post("/api/v1/items", pushed(number, text=f"{NAMES[number % 4]} hit limit-up. {'word ' * number}"))
    for path, name, key in (
        ("/api/v1/items", "items", "id"),
        ("/api/v1/items?q=limit-up", "items", "id"),
        ("/api/v1/alerts?q=report", "alerts", "id"),
        ("/api/v1/alerts", "alerts", "id"),
        ("/api/v1/events?type=limit_up", "events", "id"),
        ("/api/v1/deliveries", "deliveries", "key"),
        ("/api/v1/entities?q=a", "entities", "id"),
    ):
        whole = running.get(path + ("&" if "?" in path else "?") + "limit=200")
        assert len(whole[name]) > 2, path
        followed: list[object] = []
        link: str | None = path + ("&" if "?" in path else "?") + "limit=2"
        while link and len(followed) <= len(whole[name]):
            page = running.get(link)
            followed += [row[key] for row in page[name]]
            link = page["next"]
            if name == "entities" and len(followed) >= 6:
                break
        expected = [row[key] for row in whole[name]]
        assert followed == expected[: len(followed)], path
        assert name == "entities" or followed == expected, path


def test_search_narrows_alerts_and_items(running: Api) -> None:
    running.post("/api/v1/items", pushed(0, text=f"{NAMES[0]} hit limit-up on Monday. It says 甲山科技 fell."))
    running.post("/api/v1/items", pushed(1))
    for name in ("alerts", "items"):
        found = running.get(f"/api/v1/{name}?q=%E7%94%B2%E5%B1%B1")[name]
        assert [row.get("item", row["id"]) for row in found] == [
            running.get("/api/v1/items?q=%22says+%E7%94%B2%22")["items"][0]["id"]
        ]
        assert running.get(f"/api/v1/{name}?q=...")[name] == []


def test_events_are_listed_by_type_entity_and_time(running: Api) -> None:
    before = utc_now()
    running.post("/api/v1/items", {"items": [pushed(number) for number in range(3)]})
    every = running.get("/api/v1/events")["events"]
    assert {event["type"] for event in every} == {"limit_up"}
    assert every[0]["title"] == "Report 2"
    entity = next(event["entity"] for event in every if event["entity"])
    assert {event["entity"] for event in running.get(f"/api/v1/events?entity={entity}")["events"]} == {entity}
    assert running.get("/api/v1/events?type=new_high")["events"] == []

    def within(**times: object) -> int:
        asked = "&".join(f"{name}={moment:%Y-%m-%dT%H:%M:%S}Z" for name, moment in times.items())
        return len(running.get(f"/api/v1/events?{asked}")["events"])

    hour = timedelta(hours=1)
    assert within(since=before - hour) == len(every)
    assert within(since=before + hour) == 0
    assert within(until=before - hour) == 0
    assert within(since=before - hour, until=before + hour) == len(every)
    assert running.get(f"/api/v1/entities/{entity}")["id"] == entity
    assert running.ask("/api/v1/entities/none")[0] == 404


def test_an_alert_is_acknowledged_snoozed_and_said_to_be_of_no_use(running: Api, database: Database) -> None:
    running.post("/api/v1/items", pushed(0))
    [alert] = running.get("/api/v1/alerts")["alerts"]
    path = f"/api/v1/alerts/{alert['id']}"
    assert "Acknowledged by admin" in running.post(f"{path}/ack")["said"]
    assert running.get(path)["acknowledged"]["by"] == "admin"
    assert "Silenced by admin" in running.post(f"{path}/snooze")["said"]
    assert "admin said" in running.post(f"{path}/not-useful")["said"]
    [silence] = running.get("/api/v1/silences")["silences"]
    assert silence["matchers"][0]["value"] == "limit-up"
    assert running.ask("/api/v1/alerts/nobody/ack", "POST")[0] == 404
    running.post(f"{path}/ack")
    with database.read() as connection:
        entries = [(one.who, one.what, one.subject) for one in audit.page(connection, limit=9)]
    done = ("alert.not-useful", "alert.snooze", "alert.acknowledge")
    assert entries == [("admin", what, alert["id"]) for what in done], "each once"


def test_silences_are_asked_for_and_ended(running: Api, database: Database) -> None:
    made = running.post("/api/v1/silences", {"matchers": ["rule=limit-up", "subject=~Lum.*"], "for": "2h", "why": "known"})
    assert (made["by"], made["why"], made["in_force"]) == ("admin", "known", True)
    assert made["matchers"][1] == {"label": "subject", "op": "=~", "value": "Lum.*"}
    assert running.get(f"/api/v1/silences/{made['number']}") == made
    running.post("/api/v1/items", pushed(0))
    assert running.get("/api/v1/deliveries")["deliveries"] == []
    status, ended = running.ask(f"/api/v1/silences/{made['number']}", "DELETE")
    assert (status, ended["ended_by"], ended["in_force"]) == (200, "admin", False)
    assert running.ask(f"/api/v1/silences/{made['number']}", "DELETE")[0] == 404
    assert running.get("/api/v1/silences?ended=false")["silences"] == []
    with database.read() as connection:
        assert [one.what for one in audit.page(connection, limit=9)] == ["silence.end", "silence.add"]


@pytest.mark.parametrize(
    "body",
    [
        {"matchers": ["rule"], "for": "1h"},
        {"matchers": [], "for": "1h"},
        {"matchers": ["rule=x"]},
        {"matchers": ["rule=x"], "for": "soon"},
        {"matchers": ["rule=x"], "for": "9999999d"},
        {"matchers": ["rule=x"], "for": "0s"},
        {"matchers": ["rule=x"], "until": "2020-01-01T00:00:00Z"},
        {"matchers": ["rule=x"], "until": "9999-01-01T00:00:00Z"},
        {"matchers": ["rule=~("], "for": "1h"},
    ],
)
def test_a_silence_that_makes_no_sense_is_refused(running: Api, body: object) -> None:
    status, problem = running.ask("/api/v1/silences", "POST", body)
    assert (status, problem["type"]) == (400, "/api/problems#invalid-request")


def test_deliveries_are_shown_put_back_and_dropped(running: Api, database: Database) -> None:
    now = utc_now()
    told = store(database, ARTICLE, STORY, now)
    tell(database, told[:2], {"mail": DeliveryState.DISCARDED, "chat": DeliveryState.SENT}, now)
    [given_up] = running.get("/api/v1/deliveries?state=discarded")["deliveries"]
    assert (given_up["receiver"], given_up["alerts"], given_up["target"]) == ("mail", 2, "json://mail.example.com")
    path = f"/api/v1/deliveries/{given_up['key']}"
    whole = running.get(path)
    assert [one["id"] for one in whole["carries"]] == [alert.id for alert in told[:2]]
    assert [one["outcome"] for one in whole["tries"]] == ["discarded"]
    back = running.post(f"{path}/retry")
    assert (back["state"], back["tries"][-1]["outcome"]) == ("retryable", "put back")
    gone = running.post(f"{path}/drop", {"why": "the channel is gone"})
    assert (gone["state"], gone["detail"]) == ("cancelled", "dropped by admin: the channel is gone")
    status, problem = running.ask(f"{path}/drop", "POST", {})
    assert (status, problem["type"]) == (409, "/api/problems#conflict")
    assert running.get("/api/v1/deliveries?receiver=chat&state=sent&state=pending")["deliveries"][0]["receiver"] == "chat"
    for wrong in (given_up["key"][:5], "x" * 1000, "%25"):
        assert running.ask(f"/api/v1/deliveries/{wrong}")[0] == 404


def test_sources_are_shown_and_fetched_at_once(running: Api, database: Database) -> None:
    with database.begin() as connection:
        sources.sync(connection, running.line.book.sources, NOW)
    known = running.get("/api/v1/sources")["sources"]
    name = known[0]["id"]
    assert running.get(f"/api/v1/sources/{name}") == known[0]
    with database.begin() as connection:
        [claim] = sources.claim_due(connection, limit=1, per_host=1, lease=timedelta(seconds=5))
        sources.record_unchanged(connection, claim, state=claim.state, next_at=utc_now() + timedelta(days=1))
    assert running.post(f"/api/v1/sources/{name}/poll")["id"] == name
    with database.begin() as connection:
        assert sources.claim_due(connection, limit=1, per_host=1, lease=timedelta(seconds=5))
    assert running.ask("/api/v1/sources/none/poll", "POST")[0] == 404
    with database.begin() as connection:
        sources.sync(connection, (), utc_now())
    assert running.ask(f"/api/v1/sources/{name}/poll", "POST")[0] == 409
    status, problem = running.ask("/api/v1/items", "POST", pushed(0, source=name))
    assert status == 400, "what is fetched cannot be pushed"
    assert "fetched" in problem["detail"]


def test_routes_say_where_an_alert_would_go(running: Api) -> None:
    tree = running.get("/api/v1/routes")["route"]
    assert (tree["receiver"], tree["routes"][0]["continue"]) == ("desk", True)
    assert running.get("/api/v1/receivers")["receivers"][1] == {"name": "desk", "kinds": ["json"], "max_per_hour": 0}
    [made] = running.post("/api/v1/routes/test", {"labels": {"severity": "critical"}})["alerts"]
    assert [one["receiver"] for one in made["receivers"]] == ["boss"]
    running.line.push(limit_up(NAMES[0]))
    [alert] = running.get("/api/v1/alerts")["alerts"]
    [stored] = running.post("/api/v1/routes/test", {"alert": alert["id"], "at": "2025-12-22T10:00:00Z"})["alerts"]
    assert stored["title"] == alert["title"]
    for body in ({}, {"labels": {"severity": "grave"}}, {"labels": {"a": "b"}, "alert": "x"}):
        assert running.ask("/api/v1/routes/test", "POST", body)[0] == 400
    assert running.ask("/api/v1/routes/test", "POST", {"alert": "nobody"})[0] == 404


def test_the_status_says_how_the_service_is(running: Api, database: Database) -> None:
    now = utc_now()
    told = store(database, replace(ARTICLE, published=now), STORY, now)
    tell(database, told[:1], {"chat": DeliveryState.SENT}, now)
    status = running.get("/api/v1/status")
    assert (status["ready"], status["deliveries"]["sent"], status["latency"]["count"]) == (True, 1, 1)
    assert running.get("/api/v1/me") == {"name": "admin", "role": "admin"}
    with database.read() as connection:
        assert deliveries.counts(connection)[DeliveryState.SENT] == 1


def test_a_token_does_what_its_scopes_say_and_its_owner_may(sqlite_database: Database, tmp_path: Path) -> None:
    folder = write_rules(tmp_path, routes=ROUTES)
    with api(sqlite_database, folder, "alerts:read") as reading:
        assert reading.get("/api/v1/alerts")["alerts"] == []
        for path, body in (("/api/v1/items", pushed(0)), ("/api/v1/silences", {"matchers": ["a=b"], "for": "1h"})):
            status, problem = reading.ask(path, "POST", body)
            assert (status, problem["type"]) == (403, "/api/problems#not-allowed")
    with api(sqlite_database, folder, "items:write", "alerts:write", "alerts:read", role=Role.VIEWER) as viewing:
        assert viewing.ask("/api/v1/items", "POST", pushed(0))[0] == 403
        viewing.line.push(limit_up(NAMES[0]))
        [alert] = viewing.get("/api/v1/alerts")["alerts"]
        assert viewing.post(f"/api/v1/alerts/{alert['id']}/ack")


def test_a_page_explains_every_type_of_problem_and_every_path(sqlite_database: Database, tmp_path: Path) -> None:
    with api(sqlite_database, write_rules(tmp_path, routes=ROUTES)) as running:
        page = parse(signed_in(replace(running.site, always={}), sqlite_database).ask("/api/problems"))
        described = running.get("/api/v1/openapi.json")["paths"]
        assert all(path in page.text for path in described)
        assert {attributes["id"] for attributes in page.all("tr") if "id" in attributes} == set(KINDS)
        status, problem = running.ask("/api/v1/none")
        assert (status, problem["type"]) == (404, "/api/problems#not-found")
