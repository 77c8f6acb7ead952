"""What must hold for any news, not only for the labelled pairs."""

from hypothesis import given, settings
from hypothesis import strategies as st

from service.alerting.stories import StoryBook
from service.model.alert import Novelty
from tests.support.reports import grouped, report

NAMES = ("Alder Optics", "Birch Lasers", "Cedar Foods", "Dogwood Bakeries", "Elm Shipping", "Fir Steel", "Gorse Cement")
DEEDS = (
    "names a new finance chief after the auditors resigned",
    "recalls two thousand pumps because of leaking valves",
    "opens its harbour terminal a year late",
    "hit limit-up as orders doubled",
    "wins a patent dispute over welding robots",
    "cuts jobs at the northern mill",
    "sells the bakery chain to its founders",
)
HAPPENINGS = [f"{name} {deed}." for name, deed in zip(NAMES, DEEDS, strict=True)]
REWORDED = [f"{name} {deed}, two people say." for name, deed in zip(NAMES, DEEDS, strict=True)]


@settings(deadline=None, max_examples=40)
@given(st.permutations(range(len(HAPPENINGS))))
def test_the_order_of_other_happenings_changes_no_grouping(order: list[int]) -> None:
    reports = [report(HAPPENINGS[number], 1) for number in order] + [report(REWORDED[number], 2) for number in order]
    expected = {frozenset((one, other)) for one, other in zip(HAPPENINGS, REWORDED, strict=True)}
    assert set(map(frozenset, grouped(*reports))) == expected


@settings(deadline=None, max_examples=60)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=6), st.data())
def test_a_copy_makes_no_story(texts: list[str], data: st.DataObject) -> None:
    book = StoryBook()
    stories = [book.place(report(text, minute, id=str(minute))).story for minute, text in enumerate(texts)]
    number = data.draw(st.sampled_from(range(len(texts))))
    copy = book.place(report(texts[number], len(texts), id="copy", source="another", publisher="Another"))
    assert copy.story in stories
    assert copy.novelty is not Novelty.FIRST


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(st.sampled_from(HAPPENINGS + REWORDED), st.text(max_size=9), st.text(max_size=9)), min_size=1, max_size=9)
)
def test_the_outlet_is_irrelevant(items: list[tuple[str, str, str]]) -> None:
    plain, named = StoryBook(), StoryBook()
    for minute, (text, source, publisher) in enumerate(items):
        one = plain.place(report(text, minute, id=str(minute)))
        assert one == named.place(report(text, minute, id=str(minute), source=source, publisher=publisher))


@settings(deadline=None, max_examples=40)
@given(st.lists(st.sampled_from(HAPPENINGS + REWORDED), max_size=8), st.lists(st.sampled_from(HAPPENINGS + REWORDED), max_size=4))
def test_taking_back_is_as_if_it_had_never_come(kept: list[str], undone: list[str]) -> None:
    book, other = StoryBook(), StoryBook()
    for minute, text in enumerate(kept):
        book.place(report(text, minute, id=str(minute)))
        other.place(report(text, minute, id=str(minute)))
    for minute, text in enumerate(undone):
        book.place(report(text, minute, id=f"undone {minute}"))
    book.take_back(len(undone))
    assert [book.place(report(text, 99, id=text)) for text in HAPPENINGS] == [
        other.place(report(text, 99, id=text)) for text in HAPPENINGS
    ]
