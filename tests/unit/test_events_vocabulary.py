"""Files of rules/events: read, refused at their lines, compiled, and proved by their own examples."""

import pytest

from service.events.extract import extract
from service.events.lexicon import parse_vocabulary
from service.marked_yaml import load
from service.model.event import Status
from tests.support.events import APPLE, item, small
from tests.support.shipped import words

JUMP = """\
type: jump
identity: [subject, day]
planned_counts: true
fields: {pct: number, how: [high, low], note: text}
en:
  words: {leap: leap|leaps|leapt}
  triggers:
    - say: "{leap}"
      with: [hurdle]
      look: after
      within: 3
      set: {how: high, note: by itself}
  blockers:
    - say: never
      means: denied
examples:
  - text: Apple leapt over a hurdle.
    events: [{subject: Apple, entity: AAPL.US, status: asserted, fields: {how: high}}]
"""


def test_a_file_becomes_a_type() -> None:
    lexicon = small(JUMP, entities=(APPLE,))
    assert lexicon.types == ("jump",)
    assert lexicon.identity == {"jump": ("subject", "day")}
    assert lexicon.fields("jump") == {"pct": "number", "how": ("high", "low"), "note": "text"}
    assert lexicon.planned_counts("jump")
    assert lexicon.check_examples() == []


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("type: jump", "type: Jump", 1, "type"),
        ("identity:", "idnetity:", 2, "idnetity"),
        ("how: high,", "how: wide,", 12, "how is one of high, low"),
        ("how: high,", "color: red,", 12, "no field 'color'"),
        ('"{leap}"', '"{jump}"', 8, "no word list {jump}"),
        ("with: [hurdle]", 'with: ["(hurdle"]', 9, "not closed"),
        ("say: never", "say: '[never]'", 14, "nothing at all"),
        ("means: denied", "means: perhaps", 15, "denied"),
        ("within: 3", "within: 300", 11, "100"),
    ],
)
def test_what_is_wrong_is_told_at_its_line(old: str, new: str, line: int, says: str) -> None:
    kind, problems = parse_vocabulary(load(JUMP.replace(old, new), "jump.yaml"))
    assert kind is None
    assert [(one.line, says in str(one)) for one in problems] == [(line, True)]


@pytest.mark.parametrize(
    ("expected", "says"),
    [
        ("[]", "gives jump of Apple (how high, note by itself)"),
        ("[{subject: Pear}]", "gives jump of Apple"),
        ("[{entity: PEAR.US}]", "gives jump of Apple"),
        ("[{status: planned}]", "gives jump of Apple"),
        ("[{fields: {how: low}}]", "gives jump of Apple"),
        ("[{status: denied}]", "gives jump of Apple"),
    ],
)
def test_an_example_that_comes_out_otherwise_is_a_problem_at_its_line(expected: str, says: str) -> None:
    text = JUMP.replace("[{subject: Apple, entity: AAPL.US, status: asserted, fields: {how: high}}]", expected)
    (problem,) = small(text, entities=(APPLE,)).check_examples()
    assert (problem.line, says in problem.message, problem.hint) == (17, True, "jump was asked")


def test_an_example_may_ask_for_what_is_denied() -> None:
    text = JUMP.replace("Apple leapt over", "Apple never leapt over").replace("status: asserted", "status: denied")
    assert small(text, entities=(APPLE,)).check_examples() == []
    silent = JUMP.replace("Apple leapt over a hurdle.", "Nothing.")
    (problem,) = small(silent, entities=(APPLE,)).check_examples()
    assert "gives nothing" in problem.message


def test_the_shipped_vocabulary_holds_its_examples() -> None:
    lexicon, _ = words()
    assert lexicon.check_examples() == []
    assert {"new_high", "new_low", "limit_up", "limit_down", "limit_up_broken", "price_move", "ipo"} <= set(lexicon.types)
    assert all(kind.examples for kind in lexicon.compiled.types.values())


def test_what_counts() -> None:
    lexicon, _ = words()
    assert [lexicon.planned_counts(name) for name in ("ipo", "limit_up")] == [True, False]


def test_planned_events_of_a_type_that_does_not_count_them() -> None:
    text = JUMP.replace("planned_counts: true", "planned_counts: false").replace(
        "look: after", "look: after\n      status: planned"
    )
    lexicon = small(text, entities=(APPLE,))
    (event,) = extract(item("Apple leapt over a hurdle."), lexicon)
    assert event.status is Status.PLANNED and not lexicon.counts(event)
