"""Drafts in a child process: what they answer, and that no text holds it for long."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from service import drafting
from service.clock import utc_now
from service.drafting import Drafts, Tried
from service.pipeline.rehearsal import Bounds, only, rehearse
from service.rulebook import Rulebook, load_folder
from service.storage import items
from service.storage.database import Database
from tests.support.alerts import NOW
from tests.support.folder import RULES, write_rules
from tests.support.stored import numbered_item

pytestmark = pytest.mark.usefixtures("anew")


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Rulebook:
    place = write_rules(tmp_path_factory.mktemp("drafts"))
    (place / "alerts" / "other.yaml").write_text(RULES.replace("id: limit-up", "id: other"), "utf-8")
    return load_folder(place)


def test_a_draft_is_answered_whatever_is_wrong_with_it(book: Rulebook) -> None:
    drafts = Drafts()
    good = drafts.look(book, "alerts/desk.yaml", RULES, NOW, Tried("", "Lumentum hit limit-up."))
    assert (good["problems"], [one["id"] for one in good["rules"]]) == ([], ["limit-up"])
    assert [(one["kind"], one["passed"], one["line"]) for one in good["examples"]] == [("match", True, 8), ("no_match", True, 9)]
    assert [one["rule"] for one in good["tried"]["fires"]] == ["limit-up", "other"]
    failing = drafts.look(book, "alerts/desk.yaml", RULES.replace("Lumentum fell", "Lumentum hit limit-up"), NOW)
    assert [one["passed"] for one in failing["examples"]] == [True, False], "those that hold are shown too"
    assert [(one["file"], one["line"]) for one in failing["problems"]] == [("alerts/desk.yaml", 9)]
    twice = drafts.look(book, "alerts/new.yaml", RULES, NOW)
    assert "used twice" in twice["problems"][0]["message"]
    bare = drafts.look(book, "alerts/desk.yaml", "rules:\n  - id: bare\n    when: {event: ipo}\n", NOW)
    assert [one["code"] for one in bare["findings"]] == ["no-examples"]
    assert drafts.look(book, "events/x.yaml", "", NOW)["problems"][0]["message"] == "this file cannot be changed here"
    assert "larger than" in drafts.look(book, "alerts/x.yaml", "#" * 2**21, NOW)["problems"][0]["message"]
    drafts.close()


def test_a_draft_that_takes_too_long_costs_one_answer(book: Rulebook, monkeypatch: pytest.MonkeyPatch) -> None:
    drafts = Drafts()
    drafts.look(book, "alerts/desk.yaml", RULES, NOW)
    monkeypatch.setattr(drafting, "SECONDS", 0.0)
    late = drafts.look(book, "alerts/desk.yaml", RULES, NOW)
    assert "takes longer" in late["problems"][0]["message"]
    monkeypatch.undo()
    assert drafts.look(book, "alerts/desk.yaml", RULES, NOW)["problems"] == []
    drafts.close()


def test_drafts_of_two_versions_that_come_together_are_both_answered(book: Rulebook) -> None:
    drafts = Drafts()
    later = replace(book, version="later")
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda one: drafts.look(one, "alerts/desk.yaml", RULES, NOW), [book, later] * 3))
    assert [one["problems"] for one in found] == [[]] * 6
    drafts.close()


def test_few_drafts_wait_for_their_turn(book: Rulebook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafting, "WAITING", -1)
    drafts = Drafts()
    assert "too many drafts" in drafts.look(book, "alerts/desk.yaml", RULES, NOW)["problems"][0]["message"]
    drafts.close()


def test_a_rehearsal_ends_when_its_time_is_over(book: Rulebook, sqlite_database: Database) -> None:
    with sqlite_database.begin() as connection:
        for number in range(5):
            items.insert_new(connection, [numbered_item(number)], disposition="evaluated", rules_version="v", now=utc_now())
    moments = iter([0.0, 1.0, 2.0, 11.0])
    cut_short = rehearse(sqlite_database, [book], utc_now() - timedelta(days=1), Bounds(100, 10.0, lambda: next(moments)))
    assert (cut_short.reports[0].items, cut_short.broken_off, cut_short.cut) == (2, True, False)
    fewer = rehearse(sqlite_database, [book], utc_now() - timedelta(days=1), Bounds(3, 10.0, lambda: 0.0))
    assert (fewer.reports[0].items, fewer.broken_off, fewer.cut) == (3, False, True)
    (name,) = (name for name in book.texts if name.endswith("other.yaml"))
    assert [one.id for one in only(book, name).rules.rules] == ["other"]
