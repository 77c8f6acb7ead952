import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from service.clock import utc_now
from service.model.delivery import DeliveryState
from service.model.entity import Entity, EntityKind
from service.model.health import Health, Part
from service.model.item import Item
from service.model.rule import Rule, Severity
from service.model.source import Source
from service.model.user import Role
from service.rulebook import parse_folder
from service.rulefiles import place_of
from service.rulefolder import read_folder
from service.storage import audit, inbox, silences, sources
from service.storage.database import Database
from service.web import InForce
from service.web.inforce import Current, own_places
from tests.integration.test_cli import good
from tests.support.folder import RULES, write_rules
from tests.support.line import MEMORY, Line, limit_up
from tests.support.news import ARTICLE, STORY, store, tell
from tests.support.web import Site, parse, signed_in, site

RULEBOOK = InForce(
    rules=tuple(Rule(name, name, Severity.HIGH, f"rules/alerts/{name}.yaml:4:5") for name in ("limit-up", "never-fired")),
    sources=(Source("wire", "feed", "https://news.example.com/rss", publisher="Example Wire"),),
    version="0123456789ab",
)


@pytest.fixture
def full(database: Database) -> Iterator[Site]:
    now = utc_now() - timedelta(minutes=5)
    made = store(database, ARTICLE, STORY, now)
    tell(database, made[:1], {"mail": DeliveryState.SENT, "chat": DeliveryState.RETRYABLE, "pager": DeliveryState.DISCARDED}, now)
    with site(database, rulebook=RULEBOOK) as running:
        yield running


@pytest.fixture
def empty(sqlite_database: Database) -> Iterator[Site]:
    with site(sqlite_database, rulebook=RULEBOOK) as running:
        yield running


def listed(site: Site, query: str = "") -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(site.ask(f"/api/v1/alerts{query}").body)["alerts"]
    return found


def test_a_card_tells_what_happened_why_and_who_knows(full: Site) -> None:
    page = parse(full.ask("/"))
    for words in (
        "Harbour Fibre hits limit-up",
        "港湾光纤",
        "600999.SH",
        "limit up",
        "stage planned",
        "venue Hong Kong",
        "5 min ago",
        "Example Wire",
        "via wire",
        "sent: mail",
        "retryable: chat",
        "discarded: pager",
        "no receiver",
        "4 alerts in 24 hours",
    ):
        assert words in page.text, words
    assert "status planned" not in page.text
    marks = [attributes["class"] for attributes in page.all("mark")]
    assert marks
    assert set(marks) == {"fired"}


def test_the_words_that_fired_are_the_ones_marked(full: Site) -> None:
    text = full.ask("/").text
    assert '<mark class="fired">hit its limit-up</mark>' in text
    assert '<mark class="fired">to a fresh high</mark>' in text


def test_alerts_stand_in_the_order_of_the_text_newest_fetch_first(full: Site, database: Database) -> None:
    later = replace(ARTICLE, guid="wire-2", title="Second")
    store(database, later, STORY[:1], utc_now())
    found = [row["title"] for row in listed(full)]
    assert found == ["Harbour Fibre hits limit-up", *(told.title for told in STORY)]


def test_filters_narrow_the_list_and_the_chart_and_stay_in_the_links(full: Site) -> None:
    page = parse(full.ask("/?severity=critical&span=7d"))
    assert "Optical Index at a new high" in page.text
    assert "Quay Optics moves" not in page.text
    assert "1 alert in 7 days" in page.text
    assert "/?span=7d" in {link["href"] for link in page.all("a")}
    assert "/?severity=critical&rule=index-high&span=7d" in {link["href"] for link in page.all("a")}
    nothing = parse(full.ask("/?severity=info"))
    assert "No alert answers to this filter" in nothing.text
    chosen = parse(full.ask("/?rule=big-move"))
    assert "Quay Optics moves" in chosen.text
    assert "Optical Index at a new high" not in chosen.text


def test_all_rules_can_be_chosen_also_those_that_never_fired_or_are_gone(full: Site) -> None:
    options = full.ask("/?rule=long-gone").text
    for name in ("limit-up", "never-fired", "big-move", "long-gone"):
        assert f">{name}</option>" in options


def test_pages_of_the_list_lead_to_each_other(full: Site, database: Database) -> None:
    for number in range(12):
        store(database, replace(ARTICLE, guid=f"more-{number}"), STORY[1:], utc_now() - timedelta(hours=number + 1))
    first = parse(full.ask("/"))
    (older,) = [str(link["href"]) for link in first.all("a") if link.get("rel") == "next"]
    second = parse(full.ask(older))
    shown = [str(link["href"]) for page in (first, second) for link in page.all("a") if str(link["href"]).startswith("/alerts/")]
    assert len(shown) == len(set(shown)) == 4 + 12 * 3
    assert not [link for link in second.all("a") if link.get("rel") == "next"]
    beyond = parse(full.ask("/?before=nobody"))
    assert "No older alerts" in beyond.text


@pytest.mark.parametrize(
    ("age", "window"), [(1, "24 hours"), (3, "24 hours"), (30, "7 days"), (24 * 20, "30 days"), (24 * 90, "30 days")]
)
def test_the_chart_chooses_the_shortest_window_with_something_in_it(sqlite_database: Database, age: int, window: str) -> None:
    store(sqlite_database, ARTICLE, STORY, utc_now() - timedelta(hours=age))
    with site(sqlite_database) as running:
        page = parse(running.ask("/"))
        assert f"alerts in {window}" in page.text
        assert len(page.all("svg")) >= 2


def test_the_whole_article_is_shown_with_all_evidence_and_what_became_of_it(full: Site) -> None:
    first = listed(full)[0]
    answer = full.ask(f"/alerts/{first['id']}")
    page = parse(answer)
    for words in (
        "Optical shares rally in Shanghai",
        "Later Quay Optics",
        "rules/alerts/limit-up.yaml:4:5: event limit_up in “hit its limit-up”",
        "first report of this event",
        "rejected: the server said <no>",
        "1 try",
        "news.example.com",
        "json",
    ):
        assert words in page.text, words
    assert '<mark class="fired">hit its limit-up</mark>' in answer.text
    assert '<mark class="other">climbed 12%</mark>' in answer.text
    assert "TOKEN" not in answer.text
    links = {str(link["href"]) for link in page.all("a")}
    anchors = {f"#{attributes['id']}" for attributes in page.all("span") if "id" in attributes}
    assert {link for link in links if link.startswith("#event")} == anchors
    others = {f"/alerts/{row['id']}" for row in listed(full)[1:]}
    assert others <= links


def test_every_try_can_be_read(sqlite_database: Database) -> None:
    made = store(sqlite_database, ARTICLE, STORY, utc_now())
    tell(sqlite_database, made[:1], {"chat": DeliveryState.RETRYABLE}, utc_now() - timedelta(hours=1))
    tell(sqlite_database, made[:1], {"chat": DeliveryState.DISCARDED}, utc_now())
    with site(sqlite_database) as running:
        page = parse(running.ask(f"/alerts/{made[0].id}"))
        assert "The last 2 tries" in page.text
        assert "discarded, rejected" in page.text


def test_the_api_says_the_same_page_by_page(full: Site) -> None:
    answer = full.ask("/api/v1/alerts?limit=3&severity=")
    assert answer.headers["content-type"] == "application/json"
    body = json.loads(answer.body)
    assert len(body["alerts"]) == 3
    rest = json.loads(full.ask(body["next"]).body)
    assert [row["rule"] for row in body["alerts"] + rest["alerts"]] == [told.rule for told in STORY]
    assert rest["next"] is None
    first = body["alerts"][0]
    assert [first["excerpt"][start:end] for start, end in first["marks"]] == ["Harbour Fibre", "hit its limit-up"]
    assert first["facts"] == {}
    assert {row["receiver"]: row["state"] for row in first["deliveries"]} == {
        "mail": "sent",
        "chat": "retryable",
        "pager": "discarded",
    }
    assert json.loads(full.ask(f"/api/v1/alerts/{first['id']}").body) == first
    assert [row["rule"] for row in listed(full, "?rule=big-move&limit=1")] == ["big-move"]


def test_the_newest_alert_is_named_for_the_script_that_looks_for_newer_ones(full: Site) -> None:
    page = parse(full.ask("/?severity=low"))
    (place,) = [attributes for attributes in page.all("div") if attributes.get("id") == "alerts"]
    assert place["data-question"] == "severity=low"
    assert place["data-newest"] == listed(full, "?severity=low")[0]["id"]
    (none,) = [one for one in parse(full.ask("/?rule=of-nobody")).all("div") if one.get("id") == "alerts"]
    assert none["data-newest"] == "start"
    (older,) = [one for one in parse(full.ask(f"/?before={place['data-newest']}")).all("div") if one.get("id") == "alerts"]
    assert older["data-newest"] == ""


def test_an_empty_installation_is_told_the_next_three_steps(empty: Site) -> None:
    page = parse(empty.ask("/"))
    for words in (
        "Nothing has fired yet",
        "1 source is read. 2 rules are waiting.",
        "Add your watchlist",
        "Add a receiver and send a test",
        "Write a rule",
    ):
        assert words in page.text
    assert [attributes for attributes in page.all("div") if attributes.get("data-reload")]
    assert "The inbox is empty" in parse(empty.ask("/inbox")).text
    assert "No source yet" in parse(empty.ask("/sources")).text
    assert json.loads(empty.ask("/api/v1/alerts").body) == {"alerts": [], "next": None}


def test_without_a_source_the_page_says_that_nothing_can_fire(sqlite_database: Database) -> None:
    with site(sqlite_database) as running:
        assert "No source is read yet" in parse(running.ask("/")).text


def test_sources_show_the_failing_ones_first_with_their_error(database: Database) -> None:
    now = utc_now()
    known = [
        Source(name, "feed", f"https://{name}.example.com/rss", publisher="某报")
        for name in ("a-well", "b-fails", "c-new", "d-gone")
    ]
    with database.begin() as connection:
        sources.sync(connection, known, now)
        for claim in sources.claim_due(connection, limit=9, per_host=9, lease=timedelta(seconds=60)):
            if claim.source_id == "a-well":
                state = replace(claim.state, baselined=True)
                sources.record_success(
                    connection,
                    claim,
                    state=state,
                    next_at=now + timedelta(minutes=9),
                    new_items=1234,
                    warnings=["cut at 5,000 items"],
                )
            elif claim.source_id == "b-fails":
                sources.record_failure(connection, claim, error="the name does not resolve", reason="dns", next_at=now)
        sources.sync(connection, known[:3], now)
    health = Health(True, ("b-fails fails.",), (Part("poll", True, "1 s ago"), Part("deliver", False, "no tick for 3 min")))
    with site(database, health, replace(RULEBOOK, sources=tuple(known[:3]))) as running:
        page = parse(running.ask("/sources"))
        assert re.search("in [89] min", page.text)
        places = [page.text.index(name) for name in ("the name does not resolve", "c-new", "a-well", "d-gone")]
        assert places == sorted(places)
        for words in (
            "failing (1 in a row)",
            "not read yet",
            "cut at 5,000 items",
            "1,234",
            "not read",
            "某报",
            "due now",
        ):
            assert words in page.text, words
        assert "no tick for 3 min" in parse(running.ask("/status")).text


def test_the_inbox_shows_what_the_local_receiver_got(sqlite_database: Database) -> None:
    (made, *_) = store(sqlite_database, ARTICLE, STORY, utc_now())
    with sqlite_database.begin() as connection:
        inbox.append(
            connection, key="k", subject="[high] <b>limit-up</b>", text="first line\nsecond line", alerts=[made.id], now=utc_now()
        )
    with site(sqlite_database) as running:
        answer = running.ask("/inbox")
        page = parse(answer)
        assert "[high] <b>limit-up</b>" in page.text
        assert "first line\nsecond line" in answer.text
        assert f"/alerts/{made.id}" in {link.get("href") for link in page.all("a")}


def test_machines_are_told_how_it_is(sqlite_database: Database) -> None:
    with site(sqlite_database) as running:
        assert running.ask("/healthz").text == "ok\n"
        ready = running.ask("/readyz")
        assert (ready.status, ready.text) == (200, "ready\n")
        metrics = running.ask("/metrics")
        assert metrics.headers["content-type"].startswith("text/plain; version=0.0.4")
        assert 'tapewatch_build_info{python="' in metrics.text
        assert "Running" in parse(running.ask("/")).text
    with site(sqlite_database, Health(False, ("the database is locked", "no rules are loaded"))) as running:
        ready = running.ask("/readyz")
        assert (ready.status, ready.text) == (503, "not ready\nthe database is locked\nno rules are loaded\n")
        assert running.ask("/healthz").status == 200
        page = parse(running.ask("/"))
        assert "Not ready" in page.text
        assert "no rules are loaded" in page.text


def test_why_an_item_was_or_was_not_alerted(tmp_path: Path, database: Database) -> None:
    line = Line(database, write_rules(tmp_path))
    line.push(limit_up("Lumentum"), Item("wire", "2", "", "Quiet."))
    in_force = InForce(line.book.rules.rules, (), line.book.version, line.book.rules)
    with site(database, rulebook=in_force) as running:
        said = json.loads(running.ask("/api/v1/items/1/explain").text)
        assert (said["item"], said["disposition"], said["rules_version"]) == (1, "evaluated", line.book.version)
        assert [one["outcome"] for one in said["decisions"]] == ["alerted"]
        assert [(one["rule"], one["held"]) for one in said["rules"]] == [("limit-up", True)]
        assert json.loads(running.ask("/api/v1/items/2/explain").text)["rules"] == []
        (missed,) = json.loads(running.ask("/api/v1/items/2/explain?all=true").text)["rules"]
        assert (missed["held"], missed["detail"]) == (False, "no event limit_up is asserted")
        assert running.ask("/api/v1/items/99/explain").status == 404
    with site(database) as running:
        assert json.loads(running.ask("/api/v1/items/1/explain").text)["rules"] == []


def test_an_article_begins_with_its_headline(tmp_path: Path, sqlite_database: Database) -> None:
    line = Line(sqlite_database, write_rules(tmp_path))
    line.push(Item("wire", "1", "A quiet day", "Nothing moved."), Item("wire", "2", "", "Quiet."))
    with site(sqlite_database) as running:
        titled, untitled = (parse(running.ask(f"/items/{number}")) for number in (1, 2))
    assert {"class": "headline", "dir": "auto"} in titled.all("h3")
    assert "headline" not in {found.get("class") for found in untitled.all("h3")}


def test_an_alert_shows_what_was_counted_together(tmp_path: Path, database: Database) -> None:
    rules = RULES + "    count: {at_least: 2, within: 30m, distinct: subject}\n"
    line = Line(database, write_rules(tmp_path, rules=rules))
    line.push(limit_up("Lumentum"), limit_up("Nvidia", 1))
    with site(database) as running:
        (alert,) = json.loads(running.ask("/api/v1/alerts").text)["alerts"]
        assert [one["subject"] for one in alert["occurrences"]] == ["Lumentum", "Nvidia"]
        assert alert["rules_version"] == line.book.version
        page = parse(running.ask(f"/alerts/{alert['id']}"))
    assert "Counted together Lumentum" in page.text
    assert line.book.version in page.text


SAID = """\
    owner: primary-markets <ann>
    runbook: %s
    body: |
      {{ subject }} trades at its limit.
      <b>Ask the desk.</b>
"""


@pytest.mark.parametrize(
    ("runbook", "linked"), [("https://wiki.example.com/limit?a=1&b=2", True), ("http://wiki.example.com\\@evil.example/", False)]
)
def test_an_alert_shows_what_its_rule_wants_said(tmp_path: Path, database: Database, runbook: str, linked: bool) -> None:
    line = Line(database, write_rules(tmp_path, rules=RULES + SAID % runbook))
    line.push(limit_up("Lumentum"))
    with site(database) as running:
        (alert,) = json.loads(running.ask("/api/v1/alerts").text)["alerts"]
        answer = running.ask(f"/alerts/{alert['id']}")
    said = "Lumentum trades at its limit.\n<b>Ask the desk.</b>"
    assert (alert["body"], alert["owner"], alert["runbook"]) == (said, "primary-markets <ann>", runbook)
    page = parse(answer)
    assert "Lumentum trades at its limit. <b>Ask the desk.</b>" in page.text
    assert "primary-markets <ann>" in page.text
    assert (runbook in [one.get("href") for one in page.all("a")]) is linked
    assert (f"What to do: {runbook}" in page.text) is not linked


def test_command_api_and_page_explain_alike(tmp_path: Path, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where a rule asks for a time and the item has none: then it is the time at which it came in."""
    timed = "  - id: timed\n    when: {event: limit_up}\n    during: {zone: UTC, between: 00:00-24:00}\n"
    quiet = "  - id: quiet\n    when: {event: limit_up, subject: {entity: NVDA.US}}\n"
    counted = "  - id: counted\n    when: {event: limit_up}\n    count: {at_least: 3, within: 30m, distinct: subject}\n"
    folder = write_rules(tmp_path, rules=RULES + timed + quiet + counted + "  - id: far\n    when: {event: ipo}\n")
    line = Line(sqlite_database, folder)
    line.push(limit_up("Lumentum", published=None))
    monkeypatch.chdir(tmp_path)
    commanded = json.loads(good("explain", "1", "--json", "--data", str(tmp_path)))
    shown = good("explain", "1", "--data", str(tmp_path))
    with site(sqlite_database, rulebook=InForce(line.book.rules.rules, (), line.book.version, line.book.rules)) as running:
        said = json.loads(running.ask("/api/v1/items/1/explain").text)
        page = parse(running.ask("/items/1"))
        whole = parse(running.ask("/items/1?all=true"))
        assert (running.ask("/items/99").status, running.ask("/items/0").status) == (404, 400)
    places = [(one["rule"], one["stage"], one["nearest"] and one["nearest"]["what"], one["window"]) for one in said["rules"]]
    assert places == [
        ("limit-up", "matched", None, ""),
        ("timed", "matched", None, ""),
        ("quiet", "condition", "subject entity: NVDA.US", ""),
        ("counted", "window", None, "3 different subjects within 30m"),
    ]
    assert [one["place"].rpartition("/")[2] for one in said["rules"]] == [
        one["place"].rpartition("/")[2] for one in commanded["rules"]
    ]
    for one in (*said["rules"], *commanded["rules"]):
        one.pop("place"), one.pop("rule_place"), one.pop("children"), one.pop("nearest")
    assert said["rules"] == commanded["rules"]
    for words in ("stopped by condition: subject entity: NVDA.US", "waits for 3 different subjects within 30m"):
        assert words in shown
        assert words in page.text
    assert "rule far" not in page.text
    assert "stopped by event: event ipo" in whole.text
    assert "this alert" not in page.text
    assert "Lumentum hits limit-up" in page.text


def test_the_page_of_an_article_without_rules(empty: Site, sqlite_database: Database) -> None:
    store(sqlite_database, ARTICLE, [], utc_now())
    page = parse(empty.ask("/items/1"))
    assert "No rule was anywhere near." in page.text
    assert "No rule fired when it was read." in page.text
    assert ARTICLE.title in page.text


def test_a_page_of_many_rules_says_that_there_are_more(tmp_path: Path, sqlite_database: Database) -> None:
    many = "".join(f"  - id: r{number}\n    when: {{event: limit_up}}\n" for number in range(102))
    line = Line(sqlite_database, write_rules(tmp_path, rules=f"rules:\n{many}"))
    line.push(limit_up("Lumentum"))
    with site(sqlite_database, rulebook=InForce(line.book.rules.rules, (), line.book.version, line.book.rules)) as running:
        assert "And 2 more: all of them as JSON" in parse(running.ask("/items/1")).text


def test_one_story_is_one_card(sqlite_database: Database) -> None:
    made = store(sqlite_database, ARTICLE, STORY, utc_now(), story="s1")
    with site(sqlite_database) as running:
        page = parse(running.ask("/"))
        alone = parse(running.ask(f"/alerts/{made[0].id}"))
    cards = [one for one in page.all("li") if str(one.get("class", "")).startswith("card")]
    sisters = [one for one in page.all("li") if str(one.get("class", "")).startswith("sister")]
    assert [card["class"] for card in cards] == ["card sev-critical"]
    assert len(sisters) == len(STORY) - 1
    assert "3 more alerts of this story" in page.text
    assert {f"/alerts/{alert.id}" for alert in made[1:]} <= {str(link["href"]) for link in alone.all("a")}


def test_buttons_of_an_alert_act_once_for_whoever_is_signed_in(sqlite_database: Database) -> None:
    (made, *_) = store(sqlite_database, ARTICLE, STORY, utc_now())
    with site(sqlite_database) as running:
        ann = signed_in(running, sqlite_database, Role.VIEWER)
        for deed in ("acknowledge", "snooze", "not-useful", "acknowledge"):
            answer = ann.post(f"/alerts/{made.id}/{deed}", {"back": "/?span=7d"})
            assert (answer.status, answer.headers["location"]) == (303, f"/?span=7d#alert-{made.id}")
        assert ann.post("/alerts/nobody/acknowledge", {}).status == 404
        assert ann.post(f"/alerts/{made.id}/snooze", {"back": "//evil.example/"}).headers["location"] == f"/#alert-{made.id}"
        refused = running.post(f"/alerts/{made.id}/acknowledge", {})
        page = parse(ann.ask(f"/alerts/{made.id}"))
    assert refused.status in (303, 401, 403)
    for words in ("Acknowledged by", "silenced until", "not useful to you"):
        assert words in page.text, words
    assert not [one for one in page.all("button") if str(one.get("formaction", "")).startswith("/alerts/")]
    with sqlite_database.read() as connection:
        written = [change.what for change in audit.page(connection, limit=50) if change.what.startswith("alert.")]
        assert sorted(written) == ["alert.acknowledge", "alert.not-useful", "alert.snooze"]
        assert len(silences.latest(connection, 9)) == 1


def test_an_entity_shows_its_names_its_events_and_its_alerts_page_by_page(database: Database) -> None:
    for number in range(60):
        item = replace(ARTICLE, guid=f"e-{number}", title=f"Report {number}")
        store(database, item, STORY[:1], utc_now() - timedelta(minutes=60 - number))
    entity = Entity(
        "600999.SH", EntityKind.STOCK, ("Harbour Fibre", "HF"), ("港湾光纤",), frozenset({"optical"}), date(2001, 2, 3)
    )
    with site(database, rulebook=replace(RULEBOOK, catalog={entity.id: entity})) as running:
        first = parse(running.ask("/entities/600999.SH"))
        (older,) = [str(link["href"]) for link in first.all("a") if link.get("rel") == "next"]
        second = parse(running.ask(f"/entities/600999.SH{older}"))
        assert running.ask("/entities/nobody").status == 404
        assert running.ask("/entities/nobody?before=5").status == 200
    for words in ("Harbour Fibre", "HF", "港湾光纤", "optical", "3 Feb 2001", "limit up", "Report 59", "Example Wire"):
        assert words in first.text, words
    assert "Report 5 " not in first.text
    assert "Report 5 " in second.text
    assert "/?tag=optical" in {link.get("href") for link in first.all("a")}


def test_the_inbox_is_read_page_by_page(database: Database) -> None:
    with database.begin() as connection:
        for number in range(55):
            inbox.append(connection, key=f"k{number}", subject=f"Message {number}.", text="t", alerts=[], now=utc_now())
    with site(database) as running:
        first = parse(running.ask("/inbox"))
        (older,) = [str(link["href"]) for link in first.all("a") if link.get("rel") == "next"]
        second = parse(running.ask(f"/inbox{older}"))
        assert "No older messages" in parse(running.ask("/inbox?before=1")).text
    assert ("Message 54." in first.text, "Message 4." in first.text) == (True, False)
    assert ("Message 54." in second.text, "Message 4." in second.text) == (False, True)


def test_steps_vanish_when_they_are_done(sqlite_database: Database) -> None:
    def titles(*own: str) -> list[str]:
        with site(sqlite_database, rulebook=replace(RULEBOOK, own=frozenset(own))) as running:
            words = parse(running.ask("/")).text
        steps = ("Add your watchlist", "Add a receiver and send a test", "Write a rule from a template")
        return [step for step in steps if step in words]

    assert titles() == ["Add your watchlist", "Add a receiver and send a test", "Write a rule from a template"]
    assert titles("entities/mine.yaml") == ["Add a receiver and send a test", "Write a rule from a template"]
    assert titles("entities/mine.yaml", "routes.yaml", "alerts/mine.yaml") == []


def test_what_an_installation_has_of_its_own(tmp_path: Path) -> None:
    shipped = read_folder(None)
    book = parse_folder(read_folder(write_rules(tmp_path)), MEMORY)
    own = Current(lambda: book)
    assert own() is own()
    assert {place for place in own().own if place.startswith("alerts/")} == {"alerts/desk.yaml"}
    assert own_places(shipped, {place_of(name): text for name, text in shipped.items()}) == frozenset()


def test_the_reader_chooses_the_language_and_keeps_it(full: Site) -> None:
    asked = full.ask("/", headers={"Accept-Language": "zh-CN,zh;q=0.9"})
    assert ('lang="zh-Hans"' in asked.text, "条提醒" in asked.text) == (True, True)
    assert {"Accept-Language", "Cookie"} <= set(asked.headers["vary"].split(", "))
    chosen = full.post("/language", {"lang": "zh", "back": "/?rule=big-move"})
    assert (chosen.status, chosen.headers["location"]) == (303, "/?rule=big-move")
    cookie = chosen.headers["set-cookie"]
    assert cookie.startswith("lang=zh;")
    assert "HttpOnly" in cookie
    kept = full.ask("/", headers={"Cookie": "lang=zh; zone=Asia%2FShanghai", "Accept-Language": "en"})
    assert "提醒" in kept.text
    assert "北京时间" not in parse(kept).text  # it is the reader's own clock
    odd = full.ask("/", headers={"Cookie": "lang=<b>; zone=../../etc/passwd"})
    assert (odd.status, 'lang="en"' in odd.text, "etc/passwd" in odd.text) == (200, True, False)
    other = full.post("/language", {"lang": "xx", "back": "https://evil.example/"})
    assert (other.headers["location"], "set-cookie" in other.headers) == ("/", False)


def test_pages_and_files_are_packed_and_files_are_kept(full: Site) -> None:
    page = full.ask("/", headers={"Accept-Encoding": "gzip"})
    assert page.headers["content-encoding"] == "gzip"
    total = len(page.body)
    for address in re.findall(r'(?:src|href)="(/static/[^"#]+)', gzip.decompress(page.body).decode()):
        packed = full.ask(address, headers={"Accept-Encoding": "gzip"})
        assert packed.headers["cache-control"] == "public, max-age=31536000, immutable", address
        total += len(packed.body)
    assert total < 100 * 1024  # the first view
    assert full.ask("/static/app.css").headers["cache-control"] == "no-cache"
    assert full.ask("/static/app.css?v=00000000").headers["cache-control"] == "no-cache"
