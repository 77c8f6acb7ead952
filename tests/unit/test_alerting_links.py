"""Links with which a reader acts: nobody else can write one, none lasts, and every fault is one sentence."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.alerting import links
from service.alerting.links import MAX_TOKEN, VALID_FOR, WORDS, Action, Ended, LinkClaim, make_link, read_link
from service.notify.links import Links

KEY = b"k" * 32
NOW = datetime(2025, 12, 22, 8, 0, tzinfo=UTC)
CLAIM = LinkClaim(Action.SNOOZE, "0123456789abcdef", "desk", NOW + VALID_FOR)
ANY_TEXT = st.text(st.characters(exclude_categories=[]), max_size=200)


def test_a_link_says_what_it_was_made_of() -> None:
    for action in Action:
        claim = LinkClaim(action, "0123456789abcdef", "night desk 夜班", NOW + VALID_FOR)
        assert read_link(make_link(claim, KEY), KEY, NOW) == claim
    assert set(WORDS) == set(Action)


def test_the_same_claim_is_the_same_link_and_fits_a_url() -> None:
    token = make_link(CLAIM, KEY)
    assert token == make_link(CLAIM, KEY)
    assert token.replace("-", "").replace("_", "").replace(".", "").isalnum() and token.isascii()
    assert len(token) < 150


def test_a_link_ends_after_two_weeks() -> None:
    token = make_link(CLAIM, KEY)
    assert isinstance(read_link(token, KEY, CLAIM.expires - timedelta(seconds=1)), LinkClaim)
    said = read_link(token, KEY, CLAIM.expires)
    assert said == "this link ended on 2026-01-05: links in messages hold for 14 days"
    assert isinstance(said, Ended)
    assert not isinstance(read_link(token + "A", KEY, CLAIM.expires), Ended), "what we did not sign was never ours"


def test_another_key_is_no_key() -> None:
    assert isinstance(read_link(make_link(CLAIM, KEY), b"another key of thirty-two bytes.", NOW), str)


def test_a_link_that_was_changed_anywhere_is_none() -> None:
    token = make_link(CLAIM, KEY)
    for at in range(len(token)):
        changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        assert isinstance(read_link(changed, KEY, NOW), str), at
    assert isinstance(read_link(token + "A", KEY, NOW), str)
    assert isinstance(read_link(token[:-1], KEY, NOW), str)


def test_the_claim_of_one_link_does_not_fit_the_signature_of_another() -> None:
    version, payload, _ = make_link(CLAIM, KEY).split(".")
    other = make_link(LinkClaim(Action.MUTE, CLAIM.alert_id, CLAIM.receiver, CLAIM.expires), KEY).split(".")
    assert isinstance(read_link(f"{version}.{payload}.{other[2]}", KEY, NOW), str)


@given(ANY_TEXT)
def test_whatever_stands_there_is_answered_with_a_sentence(text: str) -> None:
    for token in (text, f"1.{text}", f"1.{text}.{text}", f"1..{text}", text * (MAX_TOKEN // max(len(text), 1) + 1)):
        assert isinstance(read_link(token, KEY, NOW), str)


@given(ANY_TEXT, ANY_TEXT)
def test_names_of_all_kinds_come_back(alert_id: str, receiver: str) -> None:
    def plain(text: str) -> str:
        return text.encode("utf-8", "replace").decode("utf-8")

    claim = LinkClaim(Action.ACKNOWLEDGE, alert_id[:60], receiver[:60], CLAIM.expires)
    expected = LinkClaim(Action.ACKNOWLEDGE, plain(alert_id[:60]), plain(receiver[:60]), CLAIM.expires)
    assert read_link(make_link(claim, KEY), KEY, NOW) == expected


@pytest.mark.parametrize("content", [[], {}, ["shout", "a", "r", 2e9], ["mute", "a", "r", "soon"], ["mute", "a", "r"], "no JSON"])
def test_what_another_version_signed_is_not_understood(content: object) -> None:
    text = content if isinstance(content, str) else json.dumps(content)
    payload = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
    assert isinstance(read_link(f"1.{payload}.{links._signature(payload, KEY)}", KEY, NOW), str)


def test_a_key_is_never_shown() -> None:
    assert "kkkk" not in repr(Links("https://page.example", KEY))
