"""The button of a message: its link asks, its page acts once, and what is acknowledged goes no further."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from service.alerting.links import Action, LinkClaim, make_link
from service.clock import utc_now
from service.model.delivery import Delivery
from service.notify.links import Links
from service.notify.render import render
from service.storage import acknowledgements, deliveries
from service.storage.acknowledgements import Acknowledgement
from service.storage.database import Database
from service.storage.routing_tables import ACKNOWLEDGEMENTS, REMINDERS
from service.storage.tables import DELIVERIES
from tests.integration.test_web_security import carries_all_headers
from tests.support.folder import RULES, write_rules
from tests.support.html_page import Page
from tests.support.line import Line, limit_up
from tests.support.stored import LEASE
from tests.support.web import LINK_KEY, Site, parse, site
from tests.support.workers import NAMES

ROUTES = """
route: {receiver: desk, escalate: {after: 1ms, to: boss}}
receivers:
  - {name: desk, targets: ["json://desk.example.com"]}
  - {name: boss, targets: ["json://boss.example.com"]}
"""


@pytest.fixture
def line(tmp_path: Path, database: Database) -> Line:
    line = Line(database, write_rules(tmp_path, rules=RULES.replace("severity: high", "severity: critical"), routes=ROUTES))
    line.push(limit_up(NAMES[0]))
    return line


@pytest.fixture
def running(line: Line) -> Iterator[Site]:
    with site(line.database) as running:
        yield running


def sent(database: Database) -> list[Delivery]:
    """What is due to be sent now."""
    with database.begin() as connection:
        connection.execute(update(DELIVERIES).values(next_at=utc_now()))
        return deliveries.claim_due(connection, limit=100, lease=LEASE)


def button(running: Site, delivery: Delivery) -> str:
    """The path behind the button of the mail that this delivery makes."""
    rendered = render(delivery, running.url, Links(running.url, LINK_KEY).of)
    [link] = [link for link in Page(rendered.html).links if "/act/" in link]
    return link.removeprefix(running.url)


def rows(database: Database) -> tuple[int, ...]:
    with database.read() as connection:
        return tuple(connection.execute(select(func.count()).select_from(t)).scalar_one() for t in (ACKNOWLEDGEMENTS, REMINDERS))


def receivers(database: Database) -> list[str]:
    with database.read() as connection:
        return sorted(connection.execute(select(DELIVERIES.c.receiver)).scalars())


def known(database: Database, alert_id: str) -> Acknowledgement | None:
    with database.read() as connection:
        return acknowledgements.acknowledged(connection, [alert_id]).get(alert_id)


def token(alert_id: str = "0123456789abcdef", action: Action = Action.ACKNOWLEDGE, days: float = 1, key: bytes = LINK_KEY) -> str:
    return make_link(LinkClaim(action, alert_id, "desk", utc_now() + timedelta(days=days)), key)


def test_whoever_follows_the_link_of_a_mail_is_asked_and_nothing_changes(line: Line, running: Site) -> None:
    [delivery] = sent(line.database)
    [alert] = delivery.alerts
    before = rows(line.database)
    path = button(running, delivery)
    answers = [running.ask(path, method) for method in ("GET", "HEAD", "GET")]
    page = parse(answers[0])
    for words in (alert.title, alert.rule, "desk", "Acknowledge"):
        assert words in page.text, words
    assert page.all("form") == [{"method": "post", "action": path}]
    assert len(page.all("button")) == 1
    assert [answer.status for answer in answers] == [200] * 3
    assert all(carries_all_headers(answer) and answer.headers["cache-control"] == "no-store" for answer in answers)
    assert rows(line.database) == before == (0, 1)
    line.sweep()
    assert receivers(line.database) == ["boss", "desk"]


def test_the_button_acknowledges_once_and_then_nobody_else_is_told(line: Line, running: Site) -> None:
    [delivery] = sent(line.database)
    [alert] = delivery.alerts
    path = button(running, delivery)
    done = running.ask(path, "POST")
    assert (done.status, done.headers["location"]) == (303, path)
    assert carries_all_headers(done)
    first = known(line.database, alert.id)
    assert first is not None
    assert first.by == "desk"
    other = make_link(LinkClaim(Action.ACKNOWLEDGE, alert.id, "boss", utc_now() + timedelta(days=1)), LINK_KEY)
    assert {running.ask(f"/act/{one}", "POST").status for one in (path.removeprefix("/act/"), other)} == {303}
    assert known(line.database, alert.id) == first
    line.sweep()
    assert receivers(line.database) == ["desk"]

    said = f"Acknowledged by desk at {first.at:%-d %b %Y, %H:%M} UTC"
    for shown in (path, f"/alerts/{alert.id}"):
        page = parse(running.ask(shown))
        assert said in page.text, shown
        assert not page.all("form")
    for asked in (f"/api/v1/alerts/{alert.id}", "/api/v1/alerts"):
        body = json.loads(running.ask(asked).body)
        row = body["alerts"][0] if "alerts" in body else body
        assert row["acknowledged"] == {"by": "desk", "at": first.at.isoformat()}


def test_what_nobody_acknowledged_says_nothing_of_it(line: Line, running: Site) -> None:
    [row] = json.loads(running.ask("/api/v1/alerts").body)["alerts"]
    assert row["acknowledged"] is None
    assert "cknowledged by" not in parse(running.ask(f"/alerts/{row['id']}")).text


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_link_that_does_not_hold_does_nothing_and_says_why(line: Line, running: Site, method: str) -> None:
    [delivery] = sent(line.database)
    alert_id = delivery.alerts[0].id
    good = token(alert_id)
    refused = {
        "x": (403, "This link is not complete, or was changed on its way"),
        "%3Cscript%3Ealert(1)%3C": (403, "This link is not complete"),
        good[:-1]: (403, "This link is not complete"),
        token(alert_id, key=b"another key of thirty-two bytes."): (403, "This link is not complete"),
        token(alert_id, days=-1): (410, "This link ended on"),
        token(alert_id, action=Action.SNOOZE): (410, "This cannot be done from a message any more."),
        token("nobody"): (410, "The alert of this link has been removed."),
    }
    for asked, (status, words) in refused.items():
        answer = running.ask(f"/act/{asked}", method)
        assert answer.status == status, asked
        assert words in parse(answer).text, asked
        assert alert_id not in answer.text
        assert carries_all_headers(answer)
    assert rows(line.database) == (0, 1)
