from dataclasses import dataclass, replace

import pytest

from service.model.delivery import DeliveryState
from service.model.event import Event, Status
from service.model.span import Span
from service.web.views import alert_spans, alert_view, article_view, delivery_groups
from tests.support.alerts import make_alert


@dataclass(frozen=True)
class Stands:
    receiver: str
    state: DeliveryState
    last_reason: str = ""


def test_what_the_title_says_is_not_said_again() -> None:
    view = alert_view(
        make_alert(title="Harbour Fibre (港湾光纤) hits limit-up", subject="Harbour Fibre", alias="港湾光纤"), 1, []
    )
    assert (view.subject, view.alias) == ("", "")


def test_what_the_title_does_not_say_is_said_beside_it() -> None:
    view = alert_view(make_alert(title="A limit-up", subject="Harbour Fibre", alias="港湾光纤"), 1, [])
    assert (view.subject, view.alias) == ("Harbour Fibre", "港湾光纤")
    same = alert_view(make_alert(title="涨停", subject="港湾光纤", alias="港湾光纤"), 1, [])
    assert (same.subject, same.alias) == ("港湾光纤", "")


def test_an_alert_without_an_event_has_a_card_too() -> None:
    view = alert_view(make_alert(subject="", alias="", entity=None, event_type="", facts={}, excerpt="", marks=()), 1, [])
    assert (view.what, view.facts, view.excerpt, view.deliveries) == ("", (), (), ())


def test_a_link_that_is_no_web_address_is_left_out() -> None:
    view = alert_view(make_alert(link="javascript:alert(1)"), 1, [])
    assert (view.link, view.host) == ("", "")


def test_receivers_are_grouped_by_state_what_went_well_first() -> None:
    groups = delivery_groups(
        [
            Stands("pager", DeliveryState.DISCARDED),
            Stands("mail", DeliveryState.SENT),
            Stands("chat", DeliveryState.RETRYABLE),
            Stands("mail", DeliveryState.SENT),
            Stands("inbox", DeliveryState.SENT),
        ]
    )
    assert [(group.state, group.receivers) for group in groups] == [
        (DeliveryState.SENT, ("mail", "inbox")),
        (DeliveryState.RETRYABLE, ("chat",)),
        (DeliveryState.DISCARDED, ("pager",)),
    ]


def test_who_was_not_told_because_of_a_silence_is_told_apart() -> None:
    cancelled = [("a", "silenced"), ("b", "dropped"), ("c", "silenced"), ("d", "")]
    groups = delivery_groups([Stands(name, DeliveryState.CANCELLED, why) for name, why in cancelled])
    assert {group.words: group.receivers for group in groups} == {
        "silenced": ("a", "c"),
        "dropped": ("b",),
        "cancelled": ("d",),
    }


@pytest.mark.parametrize("state", list(DeliveryState))
def test_every_state_can_be_shown(state: DeliveryState) -> None:
    assert delivery_groups([Stands("mail", state)])[0].state is state


TITLE = "Optical shares rally"
BODY = "Harbour Fibre hit its limit-up. Quay Optics climbed 12%."
DOCUMENT = f"{TITLE}\n{BODY}"


def span(words: str, text: str = DOCUMENT) -> Span:
    start = text.index(words)
    return Span(start, start + len(words))


EVENTS = (
    Event("limit_up", "Harbour Fibre", span("hit its limit-up"), span("limit-up"), entity="600999.SH"),
    Event("price_move", "Quay Optics", span("climbed 12%"), span("climbed"), fields={"pct": 12.0}),
    Event("ipo", "Quay Optics", span("Quay Optics"), span("Quay"), status=Status.DENIED, fields={"stage": "planned"}),
)
EXCERPT = "Harbour Fibre hit its limit-up."
ALERT = make_alert(
    event_type="limit_up",
    subject="Harbour Fibre",
    entity="600999.SH",
    excerpt=EXCERPT,
    marks=(span("hit its limit-up", EXCERPT),),
)


def test_the_article_shows_what_fired_and_what_else_was_found() -> None:
    view = article_view(DOCUMENT, TITLE, ALERT, EVENTS)
    assert [piece.text for piece in view.heading] == [TITLE]
    ((*pieces,),) = view.lines
    assert [(piece.text, piece.mark) for piece in pieces if piece.mark] == [
        ("hit its limit-up", "fired"),
        ("Quay Optics", "other"),
        ("climbed 12%", "other"),
    ]
    assert [event.of_alert for event in view.events] == [True, False, False]
    assert [event.anchor for event in view.events] == ["event-1", "event-2", "event-3"]
    assert [event.status for event in view.events] == ["", "", "denied"]
    anchors = [name for piece in pieces for name in piece.anchors]
    assert sorted(anchors) == ["event-1", "event-2", "event-3"]


def test_a_text_that_begins_with_its_title_has_no_heading_of_its_own() -> None:
    view = article_view(f"{TITLE} and so on.", TITLE, replace(ALERT, excerpt="", marks=()), ())
    assert view.heading == ()
    assert len(view.lines) == 1


def test_the_words_are_found_again_in_the_document_and_nowhere_else() -> None:
    assert alert_spans(DOCUMENT, ALERT) == (span("hit its limit-up"),)
    assert alert_spans("another text", ALERT) == ()
    assert alert_spans(DOCUMENT, replace(ALERT, excerpt="")) == ()


def test_an_alert_on_an_unlisted_subject_owns_the_events_of_that_name() -> None:
    alert = make_alert(event_type="price_move", subject="Quay Optics", entity=None)
    assert [event.of_alert for event in article_view(DOCUMENT, TITLE, alert, EVENTS).events] == [False, True, False]
