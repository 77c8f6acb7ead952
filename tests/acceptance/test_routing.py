"""Routing in real processes: held and sent as a digest, breaking through, escalated once, a reload, SIGKILL; on both databases.

On PostgreSQL two processes share the work and one of them is killed; on SQLite the one there is, and started again.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from service.clock import utc_now
from service.model.delivery import DeliveryState
from service.storage import alerts, deliveries
from service.storage.database import open_database
from service.storage.tables import DELIVERIES
from tests.support.folder import rss, write_rules
from tests.support.http_server import HttpServer, Reply, serve
from tests.support.process import Service, running, wait_until

TOKENS = {"DESK": "T00000000/B00000000/000000000000000000000001", "BOSS": "T00000000/B00000000/000000000000000000000002"}
RULES = """\
rules:
  - id: limit-up
    severity: high
    when: {event: limit_up}
  - id: halted
    severity: critical
    when: {text: [trading halted]}
"""
ROUTES = """\
route:
  receiver: desk
  group_by: [rule]
  mute_time_intervals: [now]
  break_through: critical
  routes:
    - matchers: [severity = critical]
      escalate: {{after: 1s, to: boss}}
time_intervals:
  - name: now
    times: {times}
    timezone: UTC
receivers:
  - name: desk
    targets: ["slack://${{DESK}}"]
  - name: boss
    targets: ["slack://${{BOSS}}"]
"""
ITEMS = (
    ("one", "Lumentum rallies", "Lumentum hit limit-up on Monday."),
    ("two", "Nvidia rallies", "Nvidia hit limit-up on Monday."),
    ("three", "Alder Optics stops", "Alder Optics: trading halted."),
)


@dataclass
class Place:
    """A folder, a feed, and what two Slack-shaped receivers got."""

    folder: Path
    env: dict[str, str]
    web: HttpServer

    def got(self, receiver: str) -> Counter[str]:
        """How often each message arrived, by its key."""
        return Counter(request.headers["idempotency-key"] for request in self.web.to(f"/services/{TOKENS[receiver]}"))

    def words(self, receiver: str) -> list[str]:
        return [request.body.decode() for request in self.web.to(f"/services/{TOKENS[receiver]}")]

    def state(self) -> tuple[int, dict[DeliveryState, int]]:
        database = open_database(self.env["TAPEWATCH_DATABASE_URL"], utc_now)
        try:
            with database.read() as connection:
                return alerts.count(connection), {key: number for key, number in deliveries.counts(connection).items() if number}
        finally:
            database.close()

    def hours_end(self) -> None:
        """What is held is due now."""
        database = open_database(self.env["TAPEWATCH_DATABASE_URL"], utc_now)
        with database.begin() as connection:
            connection.execute(update(DELIVERIES).where(DELIVERIES.c.state == "pending").values(next_at=utc_now()))
        database.close()

    def reached(self, words: str, service: Service, **states: int) -> None:
        wanted = {DeliveryState(name): number for name, number in states.items()}
        wait_until(lambda: self.state() == (len(ITEMS), wanted), 60, lambda: f"{words}: {self.state()}\n{service.log}")


@pytest.fixture
def place(tmp_path: Path, empty_database_url: str) -> Iterator[Place]:
    with serve() as web:
        for token in TOKENS.values():
            web.on(f"/services/{token}", Reply(body="ok"))
        url = web.feed("/feed", rss())
        sources = f"sources: [{{id: wire, kind: feed, url: '{url}', interval: 500ms, language: en}}]\n"
        now = utc_now()
        times = f"{now - timedelta(hours=1):%H:%M}-{now + timedelta(hours=2):%H:%M}"
        write_rules(tmp_path, rules=RULES, routes=ROUTES.format(times=times), sources=sources)
        env = {
            "TAPEWATCH_DATABASE_URL": empty_database_url,
            "TAPEWATCH_ALLOW_NETWORKS": f"127.0.0.1/32:{web.server_port}",
            "TAPEWATCH_SLACK_WEBHOOK_BASE": web.url("/services"),
            "TAPEWATCH_TICK": "200ms",
            "TAPEWATCH_LEASE": "8s",
            **TOKENS,
        }
        yield Place(tmp_path, env, web)


def test_held_broken_through_escalated_reloaded_and_killed(place: Place) -> None:
    with ExitStack() as stack:
        service = stack.enter_context(running(place.folder, place.env))
        if place.env["TAPEWATCH_DATABASE_URL"].startswith("postgresql"):
            stack.enter_context(running(place.folder, place.env))
        seen = len(place.web.to("/feed"))
        wait_until(lambda: len(place.web.to("/feed")) > seen + 2, 30, lambda: service.log)
        place.web.feed("/feed", rss(*ITEMS))
        place.reached("the critical one is told and escalated, two are held as one", service, sent=2, pending=1)
        assert ["Alder Optics" in text for text in place.words("DESK")] == [True]
        assert ["Alder Optics" in text for text in place.words("BOSS")] == [True]

        routes = place.folder / "rules" / "routes.yaml"
        routes.write_text(routes.read_text("utf-8").replace("after: 1s", "after: 2s") + "# changed\n", "utf-8")
        wait_until(lambda: "rules changed" in service.log, 30, lambda: service.log)
        service.kill()
    with running(place.folder, place.env) as service:
        seen = len(place.web.to("/feed"))
        wait_until(lambda: len(place.web.to("/feed")) > seen + 2, 30, lambda: service.log)
        place.reached("neither a reload nor a new run tells anything again", service, sent=2, pending=1)
        place.hours_end()
        place.reached("the digest is sent", service, sent=3)
    assert set(place.got("DESK").values()) == {1}
    assert set(place.got("BOSS").values()) == {1}
    [_, digest] = place.words("DESK")
    assert "Lumentum" in digest
    assert "Nvidia" in digest
