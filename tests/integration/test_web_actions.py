"""The button of a message: its link asks, its page acts once, and what is acknowledged goes no further."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from service.alerting.links import Action, LinkClaim, make_link
from service.alerting.silencing import same_subject
from service.clock import utc_now
from service.model.delivery import Delivery
from service.notify.links import Links
from service.notify.render import render
from service.storage import acknowledgements, alerts, audit, rule_stats, silences
from service.storage.acknowledgements import Acknowledgement
from service.storage.database import Database
from service.storage.routing_tables import ACKNOWLEDGEMENTS, REMINDERS
from service.storage.tables import DELIVERIES
from service.web.deeds import DEEDS
from tests.integration.test_web_security import carries_all_headers
from tests.support.claims import claim_due
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
        return claim_due(connection, limit=100, lease=LEASE)


def button(running: Site, delivery: Delivery, action: Action = Action.ACKNOWLEDGE) -> str:
    """The path behind a button of the mail that this delivery makes."""
    rendered = render(delivery, running.url, Links(running.url, LINK_KEY).of)
    links = [link for link in Page(rendered.html).links if "/act/" in link]
    return links[list(Action).index(action)].removeprefix(running.url)


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
    assert page.forms == [{"method": "post", "action": path}]
    assert [button for button in page.all("button") if button.get("class") == "primary"] == [{"class": "primary"}]
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
    with line.database.read() as connection:
        entries = [(one.who, one.what, one.subject) for one in audit.page(connection, limit=9)]
    assert entries == [("receiver desk", "alert.acknowledge", alert.id)]
    line.sweep()
    assert receivers(line.database) == ["desk"]

    said = f"Acknowledged by desk, {first.at:%-d %b %Y, %H:%M} UTC"
    for shown in (path, f"/alerts/{alert.id}"):
        page = parse(running.ask(shown))
        assert said in page.text, shown
        assert not [one for one in page.all("button") if one.get("formaction") is None and one.get("class") == "small-button"]
    assert not parse(running.ask(path)).forms
    for asked in (f"/api/v1/alerts/{alert.id}", "/api/v1/alerts"):
        body = json.loads(running.ask(asked).body)
        row = body["alerts"][0] if "alerts" in body else body
        assert row["acknowledged"] == {"by": "desk", "at": first.at.isoformat()}


def act(line: Line, running: Site, action: Action) -> tuple[str, str]:
    """What a button of the mail of the alert asks, and what its page says when it was pressed twice."""
    [delivery] = sent(line.database)
    path = button(running, delivery, action)
    asked = parse(running.ask(path))
    assert len(asked.forms) == 1
    assert {running.ask(path, "POST").status for _ in range(2)} == {303}
    done = parse(running.ask(path))
    assert not done.forms
    return asked.text, done.text


def test_snooze_silences_the_rule_on_its_subject_for_an_hour(line: Line, running: Site) -> None:
    before = utc_now()
    asked, done = act(line, running, Action.SNOOZE)
    assert f"For 1 hr no receiver is told what the rule limit-up says of {NAMES[0]}." in asked
    with line.database.read() as connection:
        [silence] = silences.latest(connection, 10)
        [alert] = [stored.alert for stored in alerts.page(connection, limit=10)]
    assert f"Silenced by desk until {silence.until:%-d %b %Y, %H:%M} UTC." in done
    assert (silence.matchers, silence.by) == (same_subject(alert), "desk")
    assert before + timedelta(hours=1) <= silence.until <= utc_now() + timedelta(hours=1)
    line.sweep()
    assert receivers(line.database) == ["desk"], "the escalation waits"
    line.push(limit_up(NAMES[1], 1))
    assert receivers(line.database) == ["desk", "desk"], "another company is told"


def test_mute_silences_the_rule_for_a_day(line: Line, running: Site) -> None:
    asked, done = act(line, running, Action.MUTE)
    assert "For 1 day no receiver is told what the rule limit-up says." in asked
    assert "Silenced by desk until" in done
    line.push(limit_up(NAMES[1], 1))
    assert receivers(line.database) == ["desk"]
    [shown] = [row for row in json.loads(running.ask("/api/v1/alerts").body)["alerts"] if row["subject"] == NAMES[1]]
    page = parse(running.ask(f"/alerts/{shown['id']}")).text
    assert "Nobody was told: silenced until" in page
    assert "by desk: muted" in page


def test_not_useful_is_counted_once_for_the_rule_and_changes_nothing_else(line: Line, running: Site) -> None:
    asked, done = act(line, running, Action.NOT_USEFUL)
    assert "This alert was of no use to desk. It is counted for the rule limit-up" in asked
    assert "desk said that this alert was of no use, " in done
    with line.database.read() as connection:
        assert rule_stats.of_all(connection, utc_now())["limit-up"].useless == 1
        assert silences.latest(connection, 10) == []
    line.sweep()
    assert receivers(line.database) == ["boss", "desk"]


def test_every_button_of_a_message_leads_to_a_deed() -> None:
    assert set(DEEDS) == set(Action)


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
        token("nobody"): (410, "The alert of this link has been removed."),
    }
    for asked, (status, words) in refused.items():
        answer = running.ask(f"/act/{asked}", method)
        assert answer.status == status, asked
        assert words in parse(answer).text, asked
        assert alert_id not in answer.text
        assert carries_all_headers(answer)
    assert rows(line.database) == (0, 1)
