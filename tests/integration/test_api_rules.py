"""Rules, sources and receivers changed over the API of a service that works: in force at once, or refused with every mistake."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.app import App
from service.cli.run import web_context
from service.model.user import Role
from service.storage import audit
from service.storage.database import Database
from service.web import create_app
from service.web.rules import trial
from tests.integration.test_app import opened
from tests.support.api import Api
from tests.support.folder import INBOX_ROUTES, RULES, write_rules
from tests.support.web import serve, with_token
from tests.support.workers import NAMES

SCOPES = ("alerts:read", "items:write", "rules:read", "rules:write", "sources:write", "routes:write")
DESK = "/api/v1/rules/files/alerts/desk.yaml"
SOURCES = """\
sources:
  # what the desk reads
  - {id: wire, kind: feed, url: "https://news.example.com/rss", enabled: false}
"""


@pytest.fixture
def app(tmp_path: Path, database_url: str) -> Iterator[App]:
    write_rules(tmp_path, routes=INBOX_ROUTES, sources=SOURCES)
    with opened(tmp_path, database_url) as app:
        yield app


@pytest.fixture
def running(app: App) -> Iterator[Api]:
    web = web_context(app, lambda: False)
    with serve(create_app(web)) as site:
        yield Api(with_token(site, app.parts.database, *SCOPES), None)  # type: ignore[arg-type]


def etag(running: Api, path: str = DESK) -> str:
    return running.site.ask(path).headers["etag"]


def entries(database: Database) -> list[tuple[str, str]]:
    with database.read() as connection:
        return [(one.what, one.subject) for one in audit.page(connection, limit=9)]


def test_a_file_is_read_changed_and_in_force(running: Api, app: App) -> None:
    before = running.get("/api/v1/rules")
    assert [(rule["id"], rule["file"], rule["severity"]) for rule in before["rules"]] == [
        ("limit-up", "alerts/desk.yaml", "high")
    ]
    assert running.get(DESK) == {"file": "alerts/desk.yaml", "text": RULES}
    mark = etag(running)
    changed = {"text": RULES.replace("high", "low"), "why": "quieter"}
    status, saved = running.ask(DESK, "PUT", changed, If_Match=mark)
    assert status == 200
    assert running.get("/api/v1/rules")["version"] == saved["version"] != before["version"]
    running.post("/api/v1/items", {"text": f"{NAMES[0]} hit limit-up on Monday."})
    assert [alert["severity"] for alert in running.get("/api/v1/alerts")["alerts"]] == ["low"]
    for given, status, kind in ((mark, 412, "changed-meanwhile"), ("", 428, "precondition-required")):
        answer = running.ask(DESK, "PUT", changed, **({"If_Match": given} if given else {}))
        assert (answer[0], answer[1]["type"]) == (status, f"/api/problems#{kind}")
    assert entries(app.parts.database)[0][1] == "rules/alerts/desk.yaml"


def test_a_file_with_mistakes_is_refused_with_all_of_them_and_nothing_changes(running: Api) -> None:
    before = running.get("/api/v1/rules")["version"]
    wrong = RULES.replace("severity: high", "severity: grave").replace("labels:", "label:")
    status, problem = running.ask(DESK, "PUT", {"text": wrong}, If_Match=etag(running))
    assert (status, problem["type"]) == (422, "/api/problems#invalid-files")
    assert {(one["file"], one["line"]) for one in problem["problems"]} == {("alerts/desk.yaml", 4), ("alerts/desk.yaml", 6)}
    assert running.get("/api/v1/rules")["version"] == before
    checked = running.post("/api/v1/rules/check", {"file": "alerts/desk.yaml", "text": wrong})
    assert (checked["ok"], len(checked["problems"])) == (False, 2)
    for place in ("alerts/../routes.yaml", "events/x.yaml", "../x.yaml", "alerts/x.txt", "%2e%2e/x.yaml"):
        status, _ = running.ask(f"/api/v1/rules/files/{place}", "PUT", {"text": RULES}, If_None_Match="*")
        assert status in (404, 422), place


def test_files_are_made_and_taken_away(running: Api) -> None:
    more = "/api/v1/rules/files/alerts/more.yaml"
    text = RULES.replace("id: limit-up", "id: more")
    assert running.ask(more)[0] == 404
    assert running.ask(more, "PUT", {"text": text}, If_Match='"x"')[0] == 412
    assert running.ask(more, "PUT", {"text": text}, If_None_Match="*")[0] == 200
    assert running.ask(more, "PUT", {"text": text}, If_None_Match="*")[0] == 412
    listed = {one["file"]: one["etag"] for one in running.get("/api/v1/rules/files")["files"]}
    assert listed["alerts/more.yaml"] == etag(running, more)
    assert running.ask(more, "DELETE")[0] == 428
    assert running.ask(more, "DELETE", None, If_Match="*")[0] == 200
    assert [rule["id"] for rule in running.get("/api/v1/rules")["rules"]] == ["limit-up"]


def test_a_draft_is_tried_on_a_text_and_on_what_is_stored(running: Api) -> None:
    running.post("/api/v1/items", {"text": f"{NAMES[0]} hit limit-up on Monday."})
    tried = {"file": "alerts/desk.yaml", "text": RULES, "text_to_try": {"text": f"{NAMES[1]} hit limit-up."}}
    answer = running.post("/api/v1/rules/check", tried)
    assert (answer["ok"], answer["problems"]) == (True, [])
    assert "limit-up" in str(answer["tried"])
    quiet = RULES.replace("event: limit_up", "event: limit_down").split("    examples:")[0]
    told = running.post("/api/v1/rules/backtest", {"file": "alerts/desk.yaml", "text": quiet, "days": 7})
    assert (told["counts"]["alerts"], told["counts"]["removed"], told["items"]) == (0, 1, 1)
    assert running.ask("/api/v1/rules/backtest", "POST", {"file": "alerts/desk.yaml", "text": "rules: 1"})[0] == 422


def test_the_way_back_to_an_earlier_version(running: Api, app: App) -> None:
    first = running.get("/api/v1/rules")["version"]
    running.ask(DESK, "PUT", {"text": RULES.replace("high", "low")}, If_Match=etag(running))
    versions = running.get("/api/v1/rules/versions")["versions"]
    assert [one["in_force"] for one in versions] == [True, False]
    assert running.post(f"/api/v1/rules/versions/{first[:8]}/activate")["version"] == first
    app.reload()
    assert running.get("/api/v1/rules")["version"] == first
    assert entries(app.parts.database)[0] == ("rules.activate", first)
    for nothing in ("nothing", "%00", "%ff", "0" * 64):
        assert running.ask(f"/api/v1/rules/versions/{nothing}/activate", "POST")[0] == 404


def test_a_source_is_added_paused_and_fetched_again(running: Api) -> None:
    new = {"id": "second", "url": "https://second.example.com/rss", "interval": "5m", "publisher": "Second <b>Wire</b>"}
    assert running.post("/api/v1/sources", new)["file"] == "sources.yaml"
    source = running.get("/api/v1/sources/second")
    assert (source["publisher"], source["interval"], source["active"]) == ("Second <b>Wire</b>", 300.0, True)
    assert "# what the desk reads" in running.get("/api/v1/rules/files/sources.yaml")["text"]
    assert running.ask("/api/v1/sources", "POST", {**new, "id": "x", "url": "file:///etc/passwd"})[0] == 422
    assert running.ask("/api/v1/sources", "POST", new)[0] in (409, 422)
    running.post("/api/v1/sources/second/pause")
    assert running.get("/api/v1/sources/second")["active"] is False
    assert running.ask("/api/v1/sources/second/poll", "POST")[0] == 409
    running.post("/api/v1/sources/second/resume")
    assert running.get("/api/v1/sources/second")["active"] is True
    assert running.ask("/api/v1/sources/none/pause", "POST")[0] == 404


def test_a_receiver_is_sent_a_test(running: Api, app: App) -> None:
    told = running.post("/api/v1/receivers/inbox/test")
    assert told["targets"] == [{"target": "inbox://", "outcome": "sent", "detail": told["targets"][0]["detail"]}]
    assert entries(app.parts.database)[0] == ("receiver.test", "inbox")
    assert running.ask("/api/v1/receivers/none/test", "POST")[0] == 404


def test_a_receiver_is_not_flooded_with_tests(running: Api, app: App) -> None:
    statuses = [running.ask("/api/v1/receivers/inbox/test", "POST")[0] for _ in range(8)]
    assert statuses[:5] == [200] * 5
    assert 429 in statuses[5:]
    assert len(entries(app.parts.database)) == statuses.count(200)


def test_a_viewers_token_reads_rules_but_no_file_that_may_hold_a_secret(running: Api, app: App) -> None:
    viewer = Api(with_token(running.site, app.parts.database, "rules:read", role=Role.VIEWER), None)  # type: ignore[arg-type]
    assert viewer.get(DESK)["text"] == RULES
    for place in ("sources.yaml", "routes.yaml"):
        assert viewer.ask(f"/api/v1/rules/files/{place}")[0] == 403
    for deed in ("check", "backtest"):
        assert viewer.ask(f"/api/v1/rules/{deed}", "POST", {"file": "alerts/desk.yaml", "text": RULES})[0] == 403


def test_a_backtest_that_finds_no_seat_is_told_so_at_once(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "WAITING", -1)
    with serve(create_app(web_context(app, lambda: False))) as site:
        running = Api(with_token(site, app.parts.database, "rules:read"), None)  # type: ignore[arg-type]
        asked = {"file": "alerts/desk.yaml", "text": RULES}
        assert running.ask("/api/v1/rules/backtest", "POST", asked)[1]["type"] == "/api/problems#unavailable"
