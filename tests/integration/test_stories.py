"""Stories on real databases: one happening, one alert, whoever reports it, in whatever words, however many workers read it."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from service.alerting.story_words import features
from service.clock import utc_now
from service.model.alert import Alert, Novelty
from service.model.item import Item
from service.pipeline.replay import Replay
from service.pipeline.stories import Storyteller
from service.rulebook import load_folder
from service.storage import alerts, decisions, items, stories
from service.storage.database import Database
from service.storage.story_tables import STORY_MEMBERS
from tests.support.alerts import NOW
from tests.support.folder import write_rules
from tests.support.forked import clean
from tests.support.line import Line
from tests.support.reports import report
from tests.support.shipped import understand
from tests.support.workers import STORY_ROUNDS, in_processes, push_to_stories

MOVES = """\
rules:
  - id: moves
    title: "{{ subject }}: {{ event }}"
    when: {event: [price_move, limit_up]}
"""
WORDS = """\
rules:
  - id: deals
    title: A deal
    when: {text: {any: [buy, bought]}}
"""
DEAL = "Alder Optics agrees to buy Birch Lasers for $4.2 billion\nThe maker of lenses will pay in cash and shares."
SAME_DEAL = "Birch Lasers to be bought by Alder Optics in $4.2bn deal\nShareholders of Birch Lasers get cash and shares."
OTHER_DEAL = "Cedar Foods to buy the bakeries of Dogwood\nThe snack maker takes over forty shops."


def line(folder: Path, database: Database, rules: str) -> Line:
    return Line(database, write_rules(folder, rules=rules))


def news(text: str, minute: float = 0, source: str = "wire", **changes: Any) -> Item:
    at = NOW + timedelta(minutes=minute)
    return Item(**{"source": source, "guid": f"{source}-{minute}", "title": "", "text": text, "published": at, **changes})


def told(database: Database) -> list[Alert]:
    """All alerts, oldest first."""
    with database.read() as connection:
        return [stored.alert for stored in reversed(alerts.page(connection, limit=1000))]


def reasons(database: Database, guid: str) -> list[tuple[str, str]]:
    """What was decided on an item, and the last part of why."""
    with database.read() as connection:
        found = items.find(connection, guid)
        assert found is not None
        return [(row.outcome, row.reason.split("; ")[-1]) for row in decisions.of_item(connection, found.id)]


def test_two_workers_that_read_two_reports_at_one_moment_tell_one_story(
    tmp_path: Path, database_url: str, database: Database
) -> None:
    """In each round two processes store reports of one deal, in other words, at the same moment."""
    write_rules(tmp_path, rules=WORDS)
    with clean().Manager() as manager:
        barrier = manager.Barrier(2)
        in_processes(push_to_stories, database_url, str(tmp_path / "rules"), barrier, workers=2)
    made = told(database)
    assert [alert.novelty for alert in made] == [Novelty.FIRST] * STORY_ROUNDS
    with database.read() as connection:
        members = {alert.story: stories.outlets(connection, [alert.story])[alert.story] for alert in made}
    assert len(members) == STORY_ROUNDS
    assert all(sorted(outlets) == ["outlet-0", "outlet-1"] for outlets in members.values())


def test_other_words_repeat_and_another_deal_does_not(tmp_path: Path, database: Database) -> None:
    deals = line(tmp_path, database, WORDS)
    deals.push(news(DEAL, 0))
    deals.push(news(SAME_DEAL, 5, "other"))
    deals.push(news(OTHER_DEAL, 6, "other"))
    first, second = told(database)
    assert (first.headline, first.source, second.source) == ("", "wire", "other")
    assert first.story != second.story
    assert reasons(database, "other-5") == [("suppressed", f"a repeat of alert {first.id} (story {first.story})")]


def test_a_larger_move_and_a_limit_are_updates_of_what_was_told(tmp_path: Path, database: Database) -> None:
    moves = line(tmp_path, database, MOVES)
    for minute, text in enumerate(
        (
            "Lumentum rose 5.2% on Monday.",
            "Lumentum climbed 5.5% on Monday, traders said.",
            "Lumentum soared 9% on Monday on heavy volume.",
            "Lumentum hit limit-up on Monday.",
            "Lumentum hit its limit-up on Monday, as reported.",
            "Lumentum was up 8% on Monday.",
        )
    ):
        moves.push(news(text, minute, f"source-{minute}"))
    first, grown, limit = told(database)
    assert [alert.novelty for alert in (first, grown, limit)] == [Novelty.FIRST, Novelty.UPDATE, Novelty.UPDATE]
    assert (first.follows, grown.follows, limit.follows) == ("", first.id, first.id)
    assert grown.reason.endswith("update: 9 % after 5.2 %")
    assert limit.reason.endswith("update: limit_up after price_move")
    assert first.story == grown.story == limit.story
    repeat = ("suppressed", f"a repeat of alert {first.id} (story {first.story})")
    assert [reasons(database, f"source-{minute}-{minute}") for minute in (1, 4, 5)] == [[repeat]] * 3
    assert reasons(database, "source-3-3") == [("alerted", f"an update of alert {first.id} (story {first.story})")]


def test_a_denial_is_sent_after_what_it_denies(tmp_path: Path, database: Database) -> None:
    moves = line(tmp_path, database, MOVES)
    moves.push(news("Lumentum hit limit-up on Monday.", 0))
    moves.push(news("Lumentum failed to hit limit-up on Monday.", 5, "other"))
    moves.push(news("Lumentum failed to hit limit-up on Monday, traders said.", 6, "third"))
    first, denied = told(database)
    assert (denied.novelty, denied.follows, denied.rule) == (Novelty.UPDATE, first.id, "moves")
    assert denied.title == f"Denied: {first.title}"
    assert "denial of alert" in denied.reason
    assert reasons(database, "third-6")[-1][0] == "suppressed"


def test_a_denial_of_what_nobody_was_told_is_none(tmp_path: Path, database: Database) -> None:
    moves = line(tmp_path, database, MOVES)
    moves.push(news("Nvidia hit limit-up on Monday.", 0))
    moves.push(news("Lumentum failed to hit limit-up on Monday.", 5))
    assert [alert.subject for alert in told(database)] == ["Nvidia"]


def test_a_correction_is_sent_once_whether_or_not_the_rule_matches_it(tmp_path: Path, database: Database) -> None:
    deals = line(tmp_path, database, WORDS)
    deals.push(news(DEAL, 0))
    deals.push(
        news("Correction: Alder Optics in talks with Birch Lasers about $4.2 billion\nThere is no agreement yet.", 5, "other")
    )
    deals.push(news(f"Correction: {SAME_DEAL}", 6, "third"))
    first, corrected = told(database)
    assert (corrected.title, corrected.follows, corrected.story) == ("Corrected: A deal", first.id, first.story)


def test_a_correction_that_matches_is_the_update_itself(tmp_path: Path, database: Database) -> None:
    deals = line(tmp_path, database, WORDS)
    deals.push(news(DEAL, 0))
    deals.push(news(f"Correction: {SAME_DEAL}", 6, "third"))
    first, corrected = told(database)
    assert (corrected.title, corrected.novelty, corrected.follows) == ("A deal", Novelty.UPDATE, first.id)
    assert corrected.reason.endswith("it corrects or denies what was told")


def test_two_forms_of_a_name_are_told_once_in_their_story(tmp_path: Path, database: Database) -> None:
    moves = line(tmp_path, database, MOVES)
    why = "on Monday after weak sales of telescope lenses in northern harbours."
    moves.push(news(f"Alder Optics Holdings plunged 12% {why}", 0))
    moves.push(news(f"Alder Optics plunged 13% {why}", 5, "other"))
    (first,) = told(database)
    assert first.subject == "Alder Optics Holdings"
    assert reasons(database, "other-5") == [("suppressed", f"a repeat of alert {first.id} (story {first.story})")]


def test_a_rule_may_ask_for_what_is_new_or_for_what_has_changed(tmp_path: Path, database: Database) -> None:
    only = "rules:\n" + "".join(
        f"  - id: only-{name}\n    novelty: {name}\n    when: {{event: [price_move, limit_up]}}\n" for name in ("first", "update")
    )
    moves = line(tmp_path, database, only)
    for minute, text in enumerate(
        ("Lumentum rose 5.2% on Monday.", "Lumentum was up 5.3% on Monday.", "Lumentum hit limit-up on Monday.")
    ):
        moves.push(news(text, minute, f"source-{minute}"))
    assert [(alert.rule, alert.novelty.value, alert.follows) for alert in told(database)] == [
        ("only-first", "first", ""),
        ("only-update", "update", ""),
    ]
    (counted, why), _ = reasons(database, "source-1-1")
    assert (counted, why) == ("counted", "told already")


def test_publishers_are_counted_over_the_story(tmp_path: Path, database: Database) -> None:
    """The first report asserts no event that the rule knows; it tells the same all the same."""
    deals = line(tmp_path, database, WORDS + "    corroborated_by: 2\n")
    deals.push(news("Alder Optics and Birch Lasers in $4.2 billion takeover deal, cash and shares", 0, "wire", publisher="Wire"))
    deals.push(news(DEAL, 5, "again", publisher="Wire"))
    assert told(database) == []
    deals.push(news(SAME_DEAL, 9, "other", publisher="Other"))
    (alert,) = told(database)
    assert "reported by 2 of 2 publishers within 1d: Wire, Other" in alert.reason
    with database.read() as connection:
        assert stories.outlets(connection, [alert.story, "none"]) == {alert.story: ("Wire", "Other"), "none": ()}


def test_history_is_part_of_its_story_and_tells_nobody(tmp_path: Path, database: Database) -> None:
    deals = line(tmp_path, database, WORDS)
    deals.push(news(DEAL, 0), baseline=True)
    assert told(database) == []
    deals.push(news(SAME_DEAL, 5, "other"))
    (alert,) = told(database)
    with database.read() as connection:
        found, count = stories.members(connection, alert.story, 2)
        assert ([member.novelty.value for member in found], count) == (["first", "repeat"], 2)
        assert stories.members(connection, alert.story, 1) == (found[:1], 2), "no more are read than are shown"
        assert stories.members(connection, "none", 1) == ([], 0)


def test_a_storyteller_forgets_what_was_rolled_back_and_learns_what_others_placed(tmp_path: Path, database: Database) -> None:
    deals = line(tmp_path, database, WORDS)
    with pytest.raises(RuntimeError):
        deals.push(news(DEAL, 0), finish=broken)
    deals.push(news(OTHER_DEAL, 1))
    deals.push(news(SAME_DEAL, 2))
    second = Line(database, tmp_path / "rules")
    second.push(news(DEAL, 3, "late"))
    assert Counter(alert.source for alert in told(database)) == {"wire": 2}
    with database.read() as connection:
        found = items.find(connection, "late-3")
        assert found is not None
        place = stories.of_item(connection, found.id)
        assert place is not None and place.reason.startswith("0.") and stories.of_item(connection, 999) is None


@pytest.mark.parametrize(
    "text", [DEAL, "甲山科技：木箱多出40%\n甲山科技(600999.SH)说。", "Lumentum hit limit-up.", "", "naughty \0 \ud800"]
)
def test_what_is_compared_comes_back_as_it_was(database: Database, text: str) -> None:
    one = replace(report(text, id="7", publisher="Wire"), came=NOW)
    member = stories.Member(7, "s", Novelty.UPDATE, "because", "Wire", one.at, NOW)
    with database.begin() as connection:
        stories.save(connection, [(member, one)])
        ((_, same, read),) = stories.placed_after(connection, 0, NOW)
    assert same == member
    assert read == one


def test_a_broken_row_is_left_out_and_named(tmp_path: Path, database: Database, caplog: pytest.LogCaptureFixture) -> None:
    deals = line(tmp_path, database, WORDS)
    deals.push(news(DEAL, 0))
    with database.begin() as connection:
        connection.execute(STORY_MEMBERS.update().values(report="{}"))
    Line(database, tmp_path / "rules").push(news(SAME_DEAL, 5, "other"))
    assert "cannot be read as part of story" in caplog.text
    assert len(told(database)) == 2


def test_what_is_older_than_the_window_is_pruned(tmp_path: Path, database: Database) -> None:
    deals = line(tmp_path, database, WORDS)
    now = utc_now()
    deals.push(news(DEAL, 0))
    with database.begin() as connection:
        connection.execute(STORY_MEMBERS.update().values(placed_at=now - timedelta(hours=73)))
    deals.push(news(OTHER_DEAL, 1))
    deals.sweep()
    with database.read() as connection:
        kept = stories.placed_after(connection, 0, now - timedelta(days=30))
    assert [report.features.title for _, _, report in kept] == [features("", OTHER_DEAL).title]


def test_rows_that_were_pruned_leave_no_number_to_use_again(tmp_path: Path, database: Database) -> None:
    """Otherwise a process would not notice what others place after a quiet week."""
    deals = line(tmp_path, database, WORDS)
    deals.push(news(DEAL, 0))
    with database.begin() as connection:
        ((before, _, _),) = stories.placed_after(connection, 0, NOW)
        stories.prune(connection, utc_now() + timedelta(hours=1))
    Line(database, tmp_path / "rules").push(news(SAME_DEAL, 5, "other"))
    with database.read() as connection:
        ((after, _, _),) = stories.placed_after(connection, before, NOW)
    assert after > before


def test_a_backtest_knows_stories_and_novelty(tmp_path: Path) -> None:
    """Without a database: the deal is told once, and the rule that waits for changes tells the limit alone."""
    rules = WORDS + MOVES.removeprefix("rules:\n").replace("id: moves", "id: changes\n    novelty: update")
    replay = Replay(load_folder(write_rules(tmp_path, rules=rules)))
    texts = (DEAL, SAME_DEAL, "Lumentum rose 5.2% on Monday.", "Lumentum hit limit-up on Monday.")
    for minute, text in enumerate(texts):
        item = news(text, minute)
        replay.feed(minute, item, understand(item), NOW)
    assert [(would.rule, would.item) for would in replay.report.alerts] == [("deals", "wire-0"), ("changes", "wire-3")]


def test_nothing_to_place_takes_no_turn(database: Database) -> None:
    with database.begin() as connection:
        assert Storyteller().place(connection, None, [], {}, utc_now()) == {}  # type: ignore[arg-type]


def broken(_connection: object, _count: int) -> None:
    raise RuntimeError("the process stops here")
