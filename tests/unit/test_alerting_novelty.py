from datetime import date
from typing import Any

import pytest

from service.alerting.novelty import Fact, Told, announced, change, fact_of, larger, material
from service.alerting.story_words import Figure
from service.model.alert import Novelty
from service.model.event import Event, Status
from service.model.span import Span

TODAY = date(2025, 12, 22)
PARTS = {"ipo": ("subject", "stage")}


def fact(**changes: Any) -> Fact:
    fields: dict[str, Any] = {"type": "price_move", "subject": "Alder", "evidence": Span(0, 5), "trigger": Span(0, 5)}
    found = fact_of(Event(**(fields | changes)), PARTS, TODAY)
    assert found is not None
    return found


def move(pct: float) -> Fact:
    return fact(fields={"pct": pct})


LIMIT = fact(type="limit_up")


def test_a_move_and_the_limit_that_it_reaches_are_one_happening() -> None:
    assert move(5.2).key == LIMIT.key == "move|alder|up|2025-12-22"
    assert move(-5.2).key == fact(type="limit_down").key
    assert move(-5.2).key != LIMIT.key
    assert fact(day=date(2025, 12, 23), type="limit_up").key != LIMIT.key


def test_other_types_are_what_their_identity_says() -> None:
    assert fact(type="ipo", fields={"stage": "filed"}).key == "ipo|alder|filed"
    assert fact(type="funding", entity="ALD.US").key == "funding|ALD.US|2025-12-22"


def test_nobody_is_no_subject() -> None:
    event = Event(type="limit_up", subject="", evidence=Span(0, 1), trigger=Span(0, 1))
    assert fact_of(event, PARTS, TODAY) is None


@pytest.mark.parametrize(
    ("told", "new", "said"),
    [
        ([move(5.2)], LIMIT, "limit_up after price_move"),
        ([move(5.2)], move(8), "8 % after 5.2 %"),
        ([move(5.2)], move(7.7), ""),
        ([move(0.4)], move(0.8), ""),
        ([move(23)], move(28), "28 % after 23 %"),
        ([move(23)], move(27.5), ""),
        ([move(1)], move(2), "2 % after 1 %"),
        ([LIMIT], LIMIT, ""),
        ([LIMIT], move(20), ""),
        ([LIMIT], fact(type="limit_up", status=Status.DENIED), "it is denied now"),
        ([fact(type="limit_up", status=Status.DENIED)] * 2, fact(type="limit_up", status=Status.DENIED), ""),
        ([fact(type="limit_up", status=Status.DENIED)], LIMIT, "it is asserted now, and was denied before"),
        ([LIMIT, fact(type="limit_up", status=Status.DENIED)], LIMIT, ""),
        ([fact(type="ipo", fields={"stage": "filed"})], fact(type="ipo", fields={"stage": "filed"}), ""),
    ],
)
def test_what_is_material(told: list[Fact], new: Fact, said: str) -> None:
    assert change(new, told) == said


def test_a_move_that_creeps_is_told_where_it_has_grown() -> None:
    told = announced(move(pct) for pct in (2, 2.5, 3, 3.5, 4, 4.5, 5))
    assert [one.size for one in told] == [2, 3, 4.5]


def test_a_figure_beyond_a_step_is_larger_than_all_of_its_kind() -> None:
    told = [Figure(False, 100), Figure(False, 120), Figure(True, 3)]
    assert larger([Figure(False, 180)], told)
    assert not larger([Figure(False, 170)], told)
    assert not larger([Figure(True, 4)], told)
    assert not larger([Figure(False, 180)], [Figure(True, 3)])


def test_a_correction_is_told_once() -> None:
    first, corrected = Told("a", move(5)), Told("b", move(5), "a", corrected=True)
    assert material(move(5), [first], corrects=True, novelty=Novelty.UPDATE) == "it corrects or denies what was told"
    assert material(move(5), [first, corrected], corrects=True, novelty=Novelty.UPDATE) == ""


def test_without_an_event_the_item_decides() -> None:
    told = [Told("a", None)]
    assert material(None, told, corrects=False, novelty=Novelty.UPDATE) == "something material is new"
    assert material(None, told, corrects=False, novelty=Novelty.REPEAT) == ""
    assert material(LIMIT, told, corrects=False, novelty=Novelty.UPDATE) == ""


def test_an_event_decides_for_itself() -> None:
    assert material(LIMIT, [Told("a", move(5))], corrects=False, novelty=Novelty.REPEAT) == "limit_up after price_move"
