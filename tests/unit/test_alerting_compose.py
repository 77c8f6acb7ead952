import pytest

from service.alerting.compose import MAX_EXCERPT, MAX_OCCURRENCES, compose, compose_window, cut_excerpt
from service.alerting.decide import Outcome, decide
from service.alerting.windows import Judgement
from service.model.event import Event, Status
from service.model.span import Span
from service.model.window import Occurrence
from tests.support.alerts import NOW, make_alert, make_item, make_match

TEXT = "Markets fell. Lumentum soared 10% and NVIDIA gained 4%. Nothing else."


def test_the_excerpt_is_the_sentence_around_the_words() -> None:
    start = TEXT.index("soared")
    excerpt, marks = cut_excerpt(TEXT, (Span(start, start + 6),))
    assert excerpt == "Lumentum soared 10% and NVIDIA gained 4%."
    assert [mark.of(excerpt) for mark in marks] == ["soared"]


def test_chinese_sentences_and_lines_are_sentences() -> None:
    text = "大盘收跌。长飞光纤涨停！其他下跌\n次日再议"
    start = text.index("涨停")
    assert cut_excerpt(text, (Span(start, start + 2),))[0] == "长飞光纤涨停！"
    start = text.index("下跌")
    assert cut_excerpt(text, (Span(start, start + 2),))[0] == "其他下跌"


def test_the_point_of_an_abbreviation_ends_no_sentence() -> None:
    text = "It fell. Analysts name the U.S. AI sector, where Lumentum Inc. soared 10% on Friday. It rose."
    start = text.index("soared")
    assert cut_excerpt(text, (Span(start, start + 6),))[0] == text.removeprefix("It fell. ").removesuffix(" It rose.")


def test_evidence_in_two_sentences_keeps_both() -> None:
    spans = (Span(TEXT.index("fell"), TEXT.index("fell") + 4), Span(TEXT.index("gained"), TEXT.index("gained") + 6))
    excerpt, marks = cut_excerpt(TEXT, spans)
    assert excerpt == "Markets fell. Lumentum soared 10% and NVIDIA gained 4%."
    assert [mark.of(excerpt) for mark in marks] == ["fell", "gained"]


def test_marks_that_overlap_melt_together() -> None:
    excerpt, marks = cut_excerpt("abcdefgh", (Span(4, 8), Span(0, 3), Span(2, 5)))
    assert marks == (Span(0, 8),)
    assert cut_excerpt(excerpt, (Span(0, 2), Span(4, 6)))[1] == (Span(0, 2), Span(4, 6))


def test_a_text_without_an_end_of_sentence_is_cut_around_the_words() -> None:
    text = "x" * 5000 + "LIMIT" + "y" * 5000
    excerpt, marks = cut_excerpt(text, (Span(5000, 5005),))
    assert len(excerpt) == MAX_EXCERPT
    assert [mark.of(excerpt) for mark in marks] == ["LIMIT"]


def test_evidence_that_is_far_apart_keeps_its_beginning() -> None:
    text = "first " + "x" * 5000 + " last"
    excerpt, marks = cut_excerpt(text, (Span(0, 5), Span(len(text) - 4, len(text))))
    assert len(excerpt) <= MAX_EXCERPT
    assert [mark.of(excerpt) for mark in marks] == ["first"]


def test_no_evidence_shows_the_beginning() -> None:
    assert cut_excerpt(TEXT, ()) == ("Markets fell.", ())
    assert cut_excerpt("", ()) == ("", ())


def test_an_alert_stands_on_its_own() -> None:
    event = Event("ipo", "Lumentum", Span(14, 33), Span(23, 29), Status.PLANNED, "LITE.US", "朗美通", fields={"stage": "planned"})
    item = make_item(TEXT, title="", link="https://example.com/a", publisher="Wire")
    alert = compose(make_match(TEXT, "soared", event=event), item, title="T", fingerprint="f" * 64, now=NOW)
    assert (alert.subject, alert.alias, alert.entity, alert.event_type) == ("Lumentum", "朗美通", "LITE.US", "ipo")
    assert alert.facts == {"stage": "planned"}, "a stage says it already"
    assert alert.id == "f" * 16
    assert (alert.rule, alert.labels, alert.title, alert.link) == ("r", {"desk": "a"}, "T", "https://example.com/a")


def test_an_alert_without_an_event_has_no_subject() -> None:
    alert = compose(make_match(TEXT, "soared"), make_item(TEXT), title="T", fingerprint="f" * 64, now=NOW)
    assert (alert.subject, alert.alias, alert.entity, alert.event_type, alert.facts) == ("", "", None, "", {})


def test_a_status_that_no_stage_tells_is_a_fact() -> None:
    event = Event("supply_shortage", "Lumentum", Span(14, 33), Span(23, 29), Status.PLANNED)
    alert = compose(make_match(TEXT, "soared", event=event), make_item(TEXT), title="T", fingerprint="f" * 64, now=NOW)
    assert alert.facts == {"status": "planned"}


def test_an_asserted_event_needs_no_status() -> None:
    event = Event("price_move", "Lumentum", Span(14, 33), Span(23, 29), fields={"pct": 10.0})
    alert = compose(make_match(TEXT, "soared", event=event), make_item(TEXT), title="T", fingerprint="f" * 64, now=NOW)
    assert alert.facts == {"pct": 10.0}


def test_decisions_say_why() -> None:
    assert decide(baseline=True, source="wire", told="a").outcome is Outcome.BASELINE
    assert "history" in decide(baseline=True, source="wire", told=None).reason
    repeat = decide(baseline=False, source="wire", told="abc")
    assert repeat.outcome is Outcome.SUPPRESSED
    assert "abc" in repeat.reason
    assert decide(baseline=False, source="wire", told="abc", story="7").reason == "a repeat of alert abc (story 7)"
    assert decide(baseline=False, source="wire", told=None, follows="abc").reason == "an update of alert abc"
    assert decide(baseline=False, source="wire", told=None, follows="abc", story="7").reason == "an update of alert abc (story 7)"
    assert decide(baseline=False, source="wire", told=None).outcome is Outcome.ALERTED
    counted = decide(baseline=False, source="wire", told=None, counted="2 of 3")
    assert (counted.outcome, counted.reason) == (Outcome.COUNTED, "2 of 3")


@pytest.mark.parametrize(("own", "reason"), [("text 'x'", "text 'x'; 3 of 3"), ("", "3 of 3")])
def test_the_alert_of_a_window_names_all_that_it_counted(own: str, reason: str) -> None:
    members = tuple(Occurrence(NOW, number, f"s{number}") for number in range(MAX_OCCURRENCES + 5))
    told = compose_window(make_alert(reason=own), Judgement(True, "3 of 3", members), fingerprint="e" * 64)
    assert (told.id, told.fingerprint, told.reason) == ("e" * 16, "e" * 64, reason)
    assert told.occurrences == members[5:]
