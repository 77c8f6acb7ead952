"""Why an event came out, or did not."""

from service.events.extract import explain
from service.model.event import Status
from tests.support.events import everything, item, only, small, traced
from tests.support.shipped import words


def test_every_clause_is_shown_with_what_took_its_events_back() -> None:
    clauses = traced("长飞光纤未能涨停，亨通光电涨停。It rained.")
    assert [clause.language for clause in clauses] == ["zh", "zh", "en"]
    denied, happened, plain = clauses
    (trace,) = denied.triggers
    assert (trace.type, trace.status, trace.means) == ("limit_up", Status.DENIED, "denied")
    assert trace.blocked_by.startswith("rules/events/shared.yaml:") and trace.entry.startswith("rules/events/limit_up.yaml:")
    assert [event.status for event in denied.events] == [Status.DENIED]
    assert [event.subject for event in happened.events] == ["亨通光电"] and happened.triggers[0].blocked_by == ""
    assert plain.triggers == () and plain.events == () and plain.refused == ()


def test_a_trigger_without_subject_says_so() -> None:
    (clause,) = traced("Rain at the site rose 5%")
    assert clause.refused == ("price_move: nobody is named whom it could have happened to",)


def test_a_text_without_any_trigger_is_explained_too() -> None:
    assert [clause.language for clause in traced("Nothing here")] == ["en"]
    assert traced("") == () and traced("5 5") == ()


def test_evidence_and_entry() -> None:
    text = "The Tongdaxin CPO Index surged over 3%."
    event = only(text)
    assert (event.evidence.of(text), event.trigger.of(text)) == ("surged over 3%", "surged")
    assert event.subject_span is not None and event.subject_span.of(text) == event.subject == "Tongdaxin CPO Index"
    assert event.entity == "CPO.TDX"


RING = """\
type: ring
unnamed: true
en:
  triggers:
    - say: bell rang
      subject: none
    - say: "{n} bells"
    - say: bell
    - say: hold
      subject: carried
    - say: ring
      pct: may
  blockers:
    - say: door
      means: other
      look: clause
    - say: tomorrow
      means: planned
      look: around
      within: 2
    - say: yesterday
      means: historical
      look: after
zh:
  triggers:
    - say: 响
examples: []
"""


def test_sides_and_ways_of_a_vocabulary_of_ones_own() -> None:
    lexicon = small(RING)

    def said(text: str) -> list[tuple[str, str, str]]:
        found = [event for clause in _explain(text) for event in clause.events]
        return [(event.subject, event.trigger.of(text), event.status.value) for event in found]

    def _explain(text: str):  # type: ignore[no-untyped-def]
        return explain(item(text), lexicon)

    assert said("Acme bell rang") == [("", "bell rang", "asserted")]
    assert said("Acme 3 bells") == [("Acme", "3 bells", "asserted")]
    assert said("Acme 3 bells, 4 bells") == [("Acme", "3 bells", "asserted"), ("Acme", "4 bells", "asserted")]
    assert said("Acme bells") == []
    assert said("Acme bell at the door") == []
    assert said("Acme bell tomorrow") == [("Acme", "bell", "planned")]
    assert said("tomorrow Acme bell") == [("Acme", "bell", "planned")]
    assert said("Acme bell yesterday") == [("Acme", "bell", "historical")]
    assert said("Acme bell, hold") == [("Acme", "bell", "asserted"), ("Acme", "hold", "asserted")]
    assert said("Acme ring by 5%") == [("Acme", "ring", "asserted")]
    assert said("Acme ring") == [("Acme", "ring", "asserted")]


def test_what_counts_and_what_does_not() -> None:
    lexicon, _ = words()
    (denied,) = everything("长飞光纤未能涨停")
    assert not lexicon.counts(denied)
    assert lexicon.counts(only("长飞光纤涨停")) and lexicon.counts(only("长飞光纤拟赴港IPO"))
