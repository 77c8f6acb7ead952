from dataclasses import replace
from datetime import timedelta

import pytest

from service.alerting.backoff import MAX_RETRY_AFTER, RetryPolicy, after_loss, backoff
from service.alerting.trouble import AT_ONCE, REPEATED, TELLING, is_closed, is_to_be_told, is_trouble, left_alone
from service.model.delivery import Trouble
from tests.support.alerts import NOW

POLICY = RetryPolicy()
NONE = timedelta(0)


def failed(reason: str, minute: int = 0) -> Trouble:
    now = NOW + timedelta(minutes=minute)
    return Trouble("slack://x", now, now, 1, reason, "it said so")


@pytest.mark.parametrize("reason", sorted(AT_ONCE | REPEATED))
def test_trouble_is_the_targets_and_passes(reason: str) -> None:
    assert is_trouble(reason, permanent=False)
    assert not is_trouble(reason, permanent=True)


@pytest.mark.parametrize("reason", ["", "rejected", "server_error", "too_large", "fault", "lost", "other"])
def test_what_a_message_met_is_no_trouble(reason: str) -> None:
    assert not is_trouble(reason, permanent=False)


@pytest.mark.parametrize("reason", sorted(AT_ONCE))
def test_certain_trouble_closes_at_once_for_as_long_as_it_was_asked(reason: str) -> None:
    trouble = left_alone(None, failed(reason), POLICY, timedelta(minutes=20))
    assert trouble == replace(failed(reason), closed_until=NOW + timedelta(minutes=20))
    assert left_alone(None, failed(reason), POLICY, timedelta(days=9)).closed_until == NOW + MAX_RETRY_AFTER
    assert left_alone(None, failed(reason), POLICY, NONE).closed_until == NOW + backoff(POLICY, 1, "slack://x")


@pytest.mark.parametrize("reason", sorted(REPEATED))
def test_bad_luck_closes_when_it_comes_in_a_row(reason: str) -> None:
    first = left_alone(None, failed(reason), POLICY, timedelta(minutes=5))
    assert not is_closed(first, NOW), "the message waits, the target need not"
    second = left_alone(first, failed(reason, minute=1), POLICY, timedelta(minutes=5))
    assert (second.since, second.failures) == (NOW, 2)
    assert is_closed(second, NOW + timedelta(minutes=1))
    assert second.closed_until == NOW + timedelta(minutes=1) + backoff(POLICY, 1, "slack://x")


def test_the_operator_is_told_once() -> None:
    auth = left_alone(None, failed("auth"), POLICY, NONE)
    assert is_to_be_told(None, auth)
    assert not is_to_be_told(auth, left_alone(auth, failed("auth", 20), POLICY, NONE))
    assert is_to_be_told(auth, left_alone(auth, failed("tls", 20), POLICY, NONE))
    assert not is_to_be_told(None, left_alone(None, failed("rate_limited"), POLICY, NONE))
    told: list[bool] = []
    before: Trouble | None = None
    for minute in range(2 * TELLING):
        trouble = left_alone(before, failed("connection", minute), POLICY, NONE)
        told.append(is_to_be_told(before, trouble))
        before = trouble
    assert told.index(True) == TELLING - 1 and told.count(True) == 1


def test_a_lost_try_is_repeated_at_once_and_then_ever_later() -> None:
    assert after_loss(POLICY, 1, "k") == NONE
    waits = [after_loss(POLICY, losses, "k") for losses in range(2, 6)]
    assert waits == sorted(waits) and waits[0] >= timedelta(seconds=24)
