from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.alerting.fingerprint import fingerprint, identity
from service.model.event import Event
from service.model.span import Span
from tests.support.alerts import make_item, make_match

TODAY = date(2025, 12, 22)
TEXT = "Lumentum soared 10%"


def event(**changes: Any) -> Event:
    fields: dict[str, Any] = {"type": "price_move", "subject": "Lumentum", "evidence": Span(0, 19), "trigger": Span(9, 15)}
    return Event(**(fields | changes))


def identity_of(found: Event, *parts: str) -> dict[str, str]:
    return identity(make_match(TEXT, "soared", event=found), make_item(TEXT), parts, TODAY)


def test_an_empty_part_changes_nothing() -> None:
    assert fingerprint("r", {"event": "ipo", "venue": ""}) == fingerprint("r", {"event": "ipo"})


@given(st.dictionaries(st.text(min_size=1), st.text()), st.text(min_size=1))
def test_order_is_irrelevant_and_the_rule_is_not(parts: dict[str, str], rule: str) -> None:
    backwards = dict(reversed(parts.items()))
    assert fingerprint(rule, parts) == fingerprint(rule, backwards)
    assert fingerprint(rule, parts) != fingerprint(f"{rule}x", parts)


def test_a_fingerprint_stays_what_it_was_in_earlier_versions() -> None:
    # sha256 of "1␟limit-up␟day=2025-12-22␟event=limit_up␟subject=601869.SH" with the unit separator 0x1f
    told = fingerprint("limit-up", {"event": "limit_up", "subject": "601869.SH", "day": "2025-12-22"})
    assert told == "0c0fc3be5a1cf3c3f093148bafdc5b1d780fb7e1306f04b9c819f1acb22ae5be"


def test_an_entity_is_the_same_under_any_name() -> None:
    english = identity_of(event(subject="Shanghai Composite", entity="000001.SH"), "subject")
    chinese = identity_of(event(subject="沪指", entity="000001.SH"), "subject")
    assert english == chinese == {"event": "price_move", "subject": "000001.SH"}


def test_a_mention_without_an_entity_is_folded() -> None:
    assert identity_of(event(subject="ＬＵＭＥＮＴＵＭ  Inc"), "subject") == identity_of(event(subject="Lumentum Inc"), "subject")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("甲山数智-W", "甲山数智"),
        ("ALDERMAX-SW", "AlderMax"),
        ("甲山精机股份有限公司", "甲山精机"),
        ("甲山精机有限公司", "甲山精机"),
        ("Alder Optics Co., Ltd.", "Alder Optics"),
        ("PT Alder Optics Tbk", "Alder Optics"),
        ("Alder Optics S.A.", "Alder Optics"),
    ],
)
def test_share_classes_and_legal_forms_make_no_other_subject(one: str, other: str) -> None:
    assert identity_of(event(subject=one), "subject") == identity_of(event(subject=other), "subject")


@pytest.mark.parametrize(("one", "other"), [("Alder Group", "Alder"), ("甲山集团", "甲山"), ("PT", "Co"), ("Alder-X", "Alder")])
def test_what_makes_another_company_stays(one: str, other: str) -> None:
    assert identity_of(event(subject=one), "subject") != identity_of(event(subject=other), "subject")


@pytest.mark.parametrize(("pct", "direction"), [(10.0, "up"), (-3.5, "down"), ("much", ""), (None, "")])
def test_direction_is_the_sign_of_the_percentage(pct: object, direction: str) -> None:
    fields: dict[str, Any] = {} if pct is None else {"pct": pct}
    assert identity_of(event(fields=fields), "direction")["direction"] == direction


def test_a_day_that_the_text_does_not_give_is_today() -> None:
    assert identity_of(event(), "day")["day"] == "2025-12-22"
    assert identity_of(event(day=date(2025, 12, 19)), "day")["day"] == "2025-12-19"


def test_other_parts_are_fields_of_the_event() -> None:
    assert identity_of(event(fields={"stage": "filed"}), "stage", "venue") == {
        "event": "price_move",
        "stage": "filed",
        "venue": "",
    }


def test_without_an_event_the_words_of_the_item_are_the_identity() -> None:
    match = make_match(TEXT, "soared")
    same = identity(match, make_item(f"  {TEXT}\n", guid="2", source="other"), (), TODAY)
    assert identity(match, make_item(TEXT), (), TODAY) == same
    assert identity(match, make_item(f"{TEXT} today"), (), TODAY) != same
