"""`tapewatch rules try`, `backtest`, `diff`, `versions` and `activate`, as people and CI run them."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from service.cli.output import err, out
from service.cli.rule_proof import sparkline
from service.clock import utc_now
from service.model.item import Item
from service.model.routing import Matcher
from service.rulebook import load_folder
from service.ruleversions import switch
from service.storage import acknowledgements, alerts, feedback, items, silences
from service.storage.database import Database
from tests.integration.test_cli import good, refused, run
from tests.support.folder import RULES, write_rules
from tests.support.line import Line, limit_up
from tests.support.workers import NAMES

OWN_WORDS = "groups:\n  - {about: Own, kind: stock, entities: [{id: ACME.US, en: [Acme]}]}\n"
WINDOWED = RULES + "    count: {at_least: 3, within: 30m, distinct: subject}\n"
NARROW = RULES.replace("event: limit_up", "event: limit_up, subject: {entity: NVDA.US}").replace('["Lumentum hit', '["Nvidia hit')


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(out, "width", 200)
    monkeypatch.setattr(err, "width", 200)
    return tmp_path


@pytest.fixture
def filled(place: Path, sqlite_database: Database) -> Path:
    """A folder with rules, and a database beside it with five items of the last three days."""
    line = Line(sqlite_database, write_rules(place))
    start = utc_now() - timedelta(days=2)
    for number, name in enumerate((*NAMES, "Lumentum")):
        line.push(
            limit_up(name, number, published=start + timedelta(minutes=number)), Item("wire", f"n{number}", "", f"Quiet {number}")
        )
    return place


def corpus(place: Path, *lines: object) -> str:
    path = place / "corpus.jsonl"
    path.write_text("".join(json.dumps(line) + "\n\n" for line in lines), "utf-8")
    return str(path)


def test_trying_a_text(place: Path) -> None:
    write_rules(place)
    shown = good("rules", "try", "Lumentum hit limit-up on Monday.")
    assert "Lumentum hits limit-up" in shown
    assert "would be told to inbox" in shown
    assert "1 would fire" in shown
    assert "rules/alerts/desk.yaml:5:19" in shown
    assert "0 would fire" in good("rules", "try", "Lumentum fell.")
    assert "✗ rule limit-up" in good("rules", "try", "Lumentum fell.", "--all")


def test_trying_a_text_from_elsewhere(place: Path) -> None:
    write_rules(place)
    (place / "news.txt").write_text("Nvidia hit limit-up.", "utf-8")
    assert "Nvidia hits limit-up" in good("rules", "try", "--file", "news.txt")
    assert "Nvidia hits limit-up" in good("rules", "try", "-", stdin="Nvidia hit limit-up.")
    assert "长飞光纤" in good("rules", "try", "--title", "长飞光纤涨停", "--lang", "zh")
    assert refused("rules", "try", "--file", "none.txt") == "none.txt: cannot be read: No such file or directory"
    assert "there is nothing to try" in refused("rules", "try")


def test_trying_what_only_counts(place: Path) -> None:
    write_rules(place, rules=WINDOWED)
    shown = good("rules", "try", "Lumentum hit limit-up on Monday.")
    assert "fires on 3 different subjects within 30m; this text counts as 1" in shown
    assert "waits for 3 different subjects within 30m" in shown
    assert "Count(" not in shown
    write_rules(place, rules=RULES + "    absence: {within: 3h, during: XSHG}\n")
    shown = good("rules", "try", "Lumentum hit limit-up on Monday.")
    assert "fires on no match for 3h (counted: open at XSHG); this text ends the silence" in shown
    write_rules(place, rules=RULES + "    sequence: {after: {event: limit_up}, within: 1h, same: entity}\n")
    shown = good("rules", "try", "Lumentum hit limit-up on Monday.")
    assert "fires on first the one, then the other, within 1h, all of one entity; this text is the one that comes first" in shown
    assert "this text is the one that follows" in shown
    assert "1 would fire" in shown
    assert "not counted: it names no entity" in good("rules", "try", "Acmecorp Widgets hit limit-up on Monday.")


def test_trying_as_json_gives_the_explanation(place: Path) -> None:
    write_rules(place)
    said = json.loads(good("rules", "try", "Lumentum hit limit-up on Monday.", "--json"))
    assert [one["rule"] for one in said["fires"]] == ["limit-up"]
    assert said["fires"][0]["then"] == "would be told to inbox"
    denied = json.loads(good("rules", "try", "Lumentum failed to hit limit-up.", "--json", "--all"))["rules"][0]
    assert (denied["stage"], "Lumentum" in denied["nearest"]["detail"]) == ("event", True), "what was denied is named"
    assert said["events"][0]["type"] == "limit_up"
    (rule,) = said["rules"]
    assert (rule["rule"], rule["held"], rule["waits"]) == ("limit-up", True, False)
    assert rule["children"][0]["children"][0]["spans"] == said["events"][0]["evidence"] or rule["children"]


def news(minute: int, text: str) -> dict[str, str]:
    return {"id": f"n{minute}", "text": text, "published": f"2025-12-22T{2 + minute // 60:02}:{minute % 60:02}:00Z"}


COOL = """\
rules:
  - id: names
    cooldown: 1h
    severity: {critical: {event: limit_up}, else: low}
    when: {event: [ipo, limit_up, new_high]}
"""


def test_a_backtest_counts_what_is_left_after_the_cooldown(place: Path) -> None:
    write_rules(place, rules=COOL)
    lines = [
        news(0, "Lumentum filed for an IPO."),
        news(10, "Lumentum shares hit a record high on Monday."),  # kept back
        news(20, "Lumentum hit limit-up on Monday."),  # graver
        news(59, "Coherent shares hit a record high on Monday."),  # another subject
        news(79, "Lumentum hit limit-up on Monday."),  # a repeat, whatever cools down
        news(81, "Lumentum won approval for its IPO."),  # an hour after the last
    ]
    said = json.loads(good("rules", "backtest", "--corpus", corpus(place, *lines), "--json"))
    (rule,) = said["rules"]
    assert (rule["matches"], rule["alerts"], rule["cooled"], said["alerts_per_day"]) == (6, 4, 1, 4.0)
    shown = good("rules", "backtest", "--corpus", corpus(place, *lines))
    assert "1 more would have been kept back by `cooldown`: names 1" in shown
    assert "left out: what silences, inhibit_rules and the limits of receivers" in shown


def test_a_backtest_says_what_would_come_in_digests(place: Path) -> None:
    write_rules(place, rules=RULES + "    max_per_hour: 2\n")
    lines = [news(15 * number, f"{name} hit limit-up on Monday.") for number, name in enumerate((*NAMES, "Coherent", "Ciena"))]
    said = json.loads(good("rules", "backtest", "--corpus", corpus(place, *lines), "--json"))
    (rule,) = said["rules"]
    # 0 and 15 by themselves; 30 and 45 at 60, which is the second message of that hour; 60 waits for 75, and 75 for 120
    assert (rule["alerts"], rule["in_digests"]) == (6, 4)
    shown = good("rules", "backtest", "--corpus", corpus(place, *lines))
    assert "4 of them would have come in digests, by `max_per_hour`: limit-up 4" in shown


def test_a_backtest_on_stored_items(filled: Path) -> None:
    said = json.loads(good("rules", "backtest", "--data", str(filled), "--json"))
    assert said["items"] == 10
    (rule,) = said["rules"]
    assert (rule["matches"], rule["alerts"]) == (5, 4), "the second report of Lumentum is a repeat"
    assert len(said["days"]) == len(rule["per_day"]) == 3
    assert sum(rule["per_day"]) == 4
    assert said["alerts_per_day"] == pytest.approx(4 / 3)
    shown = good("rules", "backtest", "--data", str(filled))
    assert "1.3 a day are to be expected" in shown
    assert "█" in shown
    assert json.loads(good("rules", "backtest", "--data", str(filled), "--json", "--re-extract"))["alerts"] == 4
    assert "--since: 'x' is not a duration" in refused("rules", "backtest", "--data", str(filled), "--since", "x")
    assert json.loads(good("rules", "backtest", "--data", str(filled), "--json", "--since", "1ms"))["items"] == 0


def test_a_backtest_counts_in_windows_and_finds_overlaps(filled: Path) -> None:
    both = WINDOWED + RULES.replace("rules:\n", "").replace("id: limit-up", "id: same")
    write_rules(filled, rules=both)
    said = json.loads(good("rules", "backtest", "--data", str(filled), "--json"))
    assert {rule["id"]: (rule["matches"], rule["alerts"]) for rule in said["rules"]} == {"limit-up": (5, 1), "same": (5, 4)}
    assert said["overlaps"] == [{"rules": ["limit-up", "same"], "items": 5, "share": 1.0}]
    assert "limit-up and same match the same 5 items (100% of both)" in good("rules", "backtest", "--data", str(filled))


def test_a_backtest_takes_history_only_if_asked(place: Path, sqlite_database: Database) -> None:
    Line(sqlite_database, write_rules(place)).push(limit_up("Nvidia"), baseline=True)
    assert json.loads(good("rules", "backtest", "--data", str(place), "--json"))["items"] == 0
    said = json.loads(good("rules", "backtest", "--data", str(place), "--json", "--history"))
    assert (said["items"], said["alerts"]) == (1, 1)
    write_rules(place, rules=RULES + "    corroborated_by: 2\n")
    assert json.loads(good("rules", "backtest", "--data", str(place), "--json", "--history"))["alerts"] == 0


def test_a_backtest_on_a_file(place: Path) -> None:
    rules = RULES + "    absence: {within: 1h}\n"
    write_rules(place, rules=rules)
    times = ("08:00", "08:30", "10:00", "10:30", "10:50")
    lines = [{"text": f"Nvidia hit limit-up. {time}", "published": f"2025-12-22T{time}:00Z"} for time in times]
    path = corpus(place, *lines, {"id": "x", "title": "Quiet", "published": "2025-12-22T12:30:00Z"})
    said = json.loads(good("rules", "backtest", "--corpus", path, "--json"))
    assert (said["items"], said["days"], said["alerts"]) == (6, ["2025-12-22"], 2), "from 08:30 to 10:00, and after 10:50"
    (place / "bad.jsonl").write_text('{"text": "a"}\n[1]\n', "utf-8")
    assert refused("rules", "backtest", "--corpus", "bad.jsonl").startswith("bad.jsonl:2:1: this line is no item: a line must be")
    assert refused("rules", "backtest", "--corpus", "none") == "none: cannot be read: No such file or directory"


def test_a_difference_for_ci(filled: Path) -> None:
    write_rules(filled / "new", rules=NARROW)
    asked = ("rules", "diff", "rules", "new/rules", "--data", str(filled))
    shown = good(*asked)
    assert "+0 alerts, −3 on 10 items" in shown
    assert "− limit-up" in shown
    assert "Broadcom hits limit-up" in shown
    assert [run(*asked, "--fail-on", which).exit_code for which in ("never", "more", "fewer", "any")] == [0, 0, 2, 2]
    said = json.loads(good(*asked, "--json"))
    assert (len(said["added"]), len(said["removed"]), said["items"]) == (0, 3, 10)
    assert {one["title"] for one in said["removed"]} == {f"{name} hits limit-up" for name in NAMES if name != "Nvidia"}
    assert run("rules", "diff", "rules", "rules", "--data", str(filled), "--fail-on", "any").exit_code == 0
    assert refused("rules", "diff", "rules", "./none") == "./none: there is no such rules folder"


def test_a_difference_on_a_file_with_another_vocabulary(place: Path) -> None:
    write_rules(place)
    new = write_rules(place / "new")
    (new / "entities").mkdir()
    (new / "entities" / "own.yaml").write_text(OWN_WORDS, "utf-8")
    many = [{"text": f"{chr(65 + number // 26)}{chr(97 + number % 26)}xon hit limit-up."} for number in range(25)]
    path = corpus(place, *many)
    write_rules(place / "none", rules="rules: []\n")
    shown = good("rules", "diff", "none/rules", "rules", "--corpus", path)
    assert "and 5 more; --json lists all" in shown
    assert "+0 alerts, −0 on 25 items" in good("rules", "diff", "rules", "new/rules", "--corpus", path)


def test_the_difference_of_vocabularies_is_named(filled: Path) -> None:
    new = write_rules(filled / "new")
    (new / "entities").mkdir()
    (new / "entities" / "own.yaml").write_text(OWN_WORDS, "utf-8")
    asked = ("rules", "diff", "rules", "new/rules", "--data", str(filled))
    assert "--re-extract does" in good(*asked)
    assert json.loads(good(*asked, "--json", "--re-extract"))["vocabulary_ignored"] is False


def test_versions_are_listed_compared_and_put_in_force_again(filled: Path, sqlite_database: Database) -> None:
    old = load_folder(filled / "rules")
    write_rules(filled, rules=NARROW)
    new = load_folder(filled / "rules")
    for book in (old, new):
        with sqlite_database.begin() as connection:
            switch(connection, book, sqlite_database, by="ann@desk", folder=book.version)
    said = json.loads(good("rules", "versions", "--data", str(filled), "--json"))
    assert said["active"] == new.version
    assert {one["version"]: one["active"] for one in said["versions"]} == {new.version: True, old.version: False}
    assert "in force" in good("rules", "versions", "--data", str(filled))
    assert "−3" in good("rules", "diff", old.version, "active", "--data", str(filled))
    assert "switched: version" in good("rules", "activate", old.version[:8], "--data", str(filled))
    assert json.loads(good("rules", "versions", "--data", str(filled), "--json"))["active"] == old.version
    assert "there is no version 'zz'" in refused("rules", "activate", "zz", "--data", str(filled))


def test_sparklines() -> None:
    assert sparkline([]) == ""
    assert sparkline([0, 1, 4, 8]) == " ▁▄█"
    assert len(sparkline([1] * 365)) == 53
    assert items.BATCH > 0


def test_the_stats_of_rules_say_what_readers_said(filled: Path, sqlite_database: Database) -> None:
    with sqlite_database.begin() as connection:
        made = [stored.alert.id for stored in alerts.page(connection, limit=10)]
        now = utc_now()
        acknowledgements.acknowledge(connection, made[0], "desk", now)
        for by in ("desk", "boss"):
            feedback.add(connection, made[1], by, now)
        silences.add(connection, [Matcher("subject", "=", "Ciena")], now + timedelta(hours=1), "ops", "", now)
    Line(sqlite_database, filled / "rules").push(limit_up("Ciena", 9, published=utc_now()))
    expected = {"id": "limit-up", "in_force": True, "alerts": 5, "told": 4, "acknowledged": 1, "not_useful": 2}
    assert json.loads(good("rules", "stats", "--data", str(filled), "--json"))["rules"] == [expected]
    shown = good("rules", "stats", "--data", str(filled), "--since", "1h")
    assert ["limit-up", "5", "4", "1", "2", "4.0"] in [line.split() for line in shown.splitlines()]
    write_rules(filled, rules=RULES.replace("id: limit-up", "id: other"))
    shown = good("rules", "stats", "--data", str(filled))
    lines = [line.split() for line in shown.splitlines()]
    assert ["other", "0", "0", "0", "0", "0.0"] in lines
    assert ["limit-up", "(gone)", "5", "4", "1", "2", "0.1"] in lines
    assert "--since: " in refused("rules", "stats", "--since", "soon")
