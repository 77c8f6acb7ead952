"""What is said twice is one event."""

import pytest

from service.events.merging import merged, same
from service.model.event import Event, FieldValue, Status
from service.model.span import Span


def event(subject: str, pct: float | None = None, bound: str = "exact", **more: object) -> Event:
    fields: dict[str, FieldValue] = {} if pct is None else {"pct": pct, "bound": bound}
    return Event("price_move", subject, Span(0, 1), Span(0, 1), fields=fields, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (event("Zions"), event("Zions Bancorp"), True),
        (event("Zions Bancorp"), event("zions"), True),
        (event("PT Alder Batu Indonesia"), event("Alder Batu"), True),
        (event("黄金"), event("赤峰黄金"), False),
        (event("沪指", entity="000001.SH"), event("上证指数", entity="000001.SH"), True),
        (event("Gold", entity="GOLD"), event("Gold Fields", entity="GFI.US"), False),
        (event(""), event(""), True),
        (event(""), event("X"), False),
    ],
)
def test_same_subject(one: Event, other: Event, equal: bool) -> None:
    assert same(one, other) is equal


def test_the_most_complete_mention_stays_at_the_first_place() -> None:
    found = merged([event("沪指", entity="000001.SH"), event("Zions"), event("上证指数", entity="000001.SH", alias="x")])
    assert [(one.subject, one.alias) for one in found] == [("上证指数", "x"), ("Zions", "")]
    found = merged([event("黄金", entity="GOLD"), event("XAU/USD", entity="GOLD")])
    assert [one.subject for one in found] == ["黄金"]


@pytest.mark.parametrize(
    ("first", "second", "pct"),
    [
        (event("沪指", 3.0, "over"), event("沪指", 3.04), 3.04),
        (event("沪指", 3.0, "over"), event("沪指", 7.0), 3.0),
        (event("沪指", 3.0), event("沪指", 3.04), 3.0),
        (event("沪指", 3.0, "over"), event("沪指", 3.04, "over"), 3.0),
        (event("沪指", 3.0, "over"), event("沪指"), 3.0),
    ],
)
def test_a_figure_gives_way_to_a_closer_one(first: Event, second: Event, pct: float) -> None:
    (found,) = merged([first, second])
    assert found.fields["pct"] == pct


def test_what_happened_beats_what_was_denied() -> None:
    denied, happened = event("A", 1.0, status=Status.DENIED), event("A", 2.0)
    for order in ([denied, happened], [happened, denied]):
        (found,) = merged(order)
        assert (found.status, found.fields["pct"]) == (Status.ASSERTED, 2.0)


def test_unnamed_counts_say_nothing_beside_names() -> None:
    assert [one.subject for one in merged([event(""), event("A")])] == ["A"]
    assert [one.subject for one in merged([event("")])] == [""]
    denied = event("A", status=Status.DENIED)
    assert [one.subject for one in merged([event(""), denied])] == ["", "A"]
