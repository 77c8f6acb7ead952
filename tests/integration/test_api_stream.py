"""The stream of alerts as browsers and programs follow it: real connections to a real server, on both databases."""

import http.client
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import uvicorn

from service.storage.database import Database
from service.web import InForce, create_app
from service.web.api import tape
from tests.support.api import Api, api, api_context
from tests.support.folder import write_rules
from tests.support.line import Line, limit_up
from tests.support.process import wait_until
from tests.support.web import serve, with_token
from tests.support.workers import NAMES

GRAVE = """\
rules:
  - {id: limit-up, severity: high, when: {event: limit_up}, examples: {match: ["Lumentum hit limit-up"]}}
  - {id: seen, severity: low, when: {event: limit_up, subject: {entity: NVDA.US}}, examples: {match: ["Nvidia hit limit-up"]}}
"""


OPEN: "list[Stream]" = []


class Stream:
    """An open stream, read event by event."""

    def __init__(self, running: Api, path: str = "/api/v1/alerts/stream", **headers: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", running.site.port, timeout=20)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._connection.request("GET", path, headers={**running.site.always, **named})
        self.answer = self._connection.getresponse()
        OPEN.append(self)

    def event(self) -> dict[str, str]:
        """The next event; {} at the end."""
        found: dict[str, str] = {}
        while line := self.answer.readline().decode():
            if line.strip():
                name, _, value = line.strip().partition(": ")
                assert name, "nothing came before a sign of life"
                found[name] = value
            elif found:
                return found
        return {}

    def alert(self) -> Any:
        return json.loads(self.event()["data"])

    def close(self) -> None:
        self.answer.close()
        self._connection.close()


@pytest.fixture(autouse=True)
def closing() -> Iterator[None]:
    yield
    while OPEN:
        OPEN.pop().close()


@pytest.fixture
def running(database: Database, tmp_path: Path) -> Iterator[Api]:
    with api(database, write_rules(tmp_path, rules=GRAVE)) as running:
        yield running


def test_alerts_come_as_they_are_made_to_those_who_asked_for_them(running: Api) -> None:
    running.line.push(limit_up(NAMES[3]))
    every, low = Stream(running), Stream(running, "/api/v1/alerts/stream?severity=low")
    assert every.answer.getheader("content-type", "").startswith("text/event-stream")
    assert every.answer.getheader("x-content-type-options") == "nosniff"
    assert every.event() == low.event() == {"retry": "3000"}
    running.line.push(limit_up(NAMES[0], 1))
    running.line.push(limit_up("Nvidia", 2))
    told = [every.event() for _ in range(3)]
    listed = running.get("/api/v1/alerts?limit=3")["alerts"]
    assert sorted(one["id"] for one in told) == sorted(row["id"] for row in listed)
    assert {one["event"] for one in told} == {"alert"}
    assert json.loads(told[0]["data"]) == next(row for row in listed if row["id"] == told[0]["id"])
    assert low.alert()["rule"] == "seen"
    every.close()
    low.close()


def test_who_comes_back_is_told_what_was_missed(running: Api) -> None:
    for minute, name in enumerate(NAMES[:3]):
        running.line.push(limit_up(name, minute))
    ids = [row["id"] for row in running.get("/api/v1/alerts")["alerts"]][::-1]
    for stream in (Stream(running, Last_Event_ID=ids[1]), Stream(running, f"/api/v1/alerts/stream?after={ids[1]}")):
        assert stream.event() == {"retry": "3000"}
        assert [stream.event()["id"] for _ in ids[2:]] == ids[2:]
        stream.close()
    stream = Stream(running, "/api/v1/alerts/stream?after=start")
    assert stream.event() == {"retry": "3000"}
    assert [stream.event()["id"] for _ in ids] == ids
    narrowed = Stream(running, "/api/v1/alerts/stream?rule=limit-up", Last_Event_ID="of nothing")
    assert narrowed.event() == {"retry": "3000"}
    running.line.push(limit_up(NAMES[3], 9))
    assert narrowed.alert()["rule"] == "limit-up"
    narrowed.close()


def test_streams_end_with_the_server_at_once(sqlite_database: Database, tmp_path: Path) -> None:
    with api(sqlite_database, write_rules(tmp_path)) as running:
        stream = Stream(running)
        assert stream.event() == {"retry": "3000"}
        ends: list[dict[str, str]] = []
        reader = Thread(target=lambda: ends.append(stream.event()))
        reader.start()
    reader.join(5)
    assert ends == [{}]


def test_as_many_follow_as_can_be_served(sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tape, "MOST_STREAMS", 2)
    with api(sqlite_database, write_rules(tmp_path)) as running:
        first, second = Stream(running), Stream(running)
        assert first.event() == second.event() == {"retry": "3000"}
        third = Stream(running)
        assert (third.answer.status, third.answer.getheader("retry-after")) == (503, "30")
        third.close()
        first.close()
        wait_until(lambda: Stream(running).answer.status == 200, 10, lambda: "nobody left")


def test_nobody_follows_for_ever(sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tape, "LIFE", 0.1)
    with api(sqlite_database, write_rules(tmp_path)) as running:
        stream = Stream(running)
        assert stream.event() == {"retry": "3000"}
        assert stream.event() == {}


def test_a_filter_that_does_not_exist_is_refused(sqlite_database: Database, tmp_path: Path) -> None:
    with api(sqlite_database, write_rules(tmp_path)) as running:
        assert running.ask("/api/v1/alerts/stream?severity=grave")[0] == 400
        assert running.site.ask("/api/v1/alerts/stream", "HEAD").status == 200


def test_whoever_asks_for_the_head_alone_follows_nothing(running: Api) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", running.site.port, timeout=20)
    for method, path in (("HEAD", "/api/v1/alerts/stream"), ("GET", "/healthz")):
        connection.request(method, path, headers=dict(running.site.always))
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, path
    connection.close()


def test_a_fault_of_ours_ends_the_streams_rather_than_leave_them_silent(sqlite_database: Database, tmp_path: Path) -> None:
    servers: list[uvicorn.Server] = []
    line = Line(sqlite_database, write_rules(tmp_path, rules=GRAVE))
    given = api_context(line, servers)
    broken: list[str] = []

    def rulebook() -> InForce:
        if broken:
            raise RuntimeError(broken[0])
        return given.rulebook()

    with serve(create_app(replace(given, rulebook=rulebook)), servers) as site:
        stream = Stream(Api(with_token(site, sqlite_database, "alerts:read"), line))
        assert "retry" in stream.event()
        broken.append("a fault of ours")
        line.push(limit_up(NAMES[0]))
        assert stream.event() == {}
        broken.clear()
        again = Stream(Api(with_token(site, sqlite_database, "alerts:read"), line))
        assert "retry" in again.event()
        line.push(limit_up(NAMES[1], 1))
        assert again.alert()["subject"] == NAMES[1]
    given.desk.close()
