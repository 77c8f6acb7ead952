from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from service.alerting.backoff import RetryPolicy, backoff, next_try
from tests.support.alerts import NOW

POLICY = RetryPolicy(first=timedelta(seconds=30), cap=timedelta(hours=1), give_up_after=timedelta(hours=72))


@given(st.integers(min_value=-1, max_value=10_000), st.text())
def test_each_wait_is_the_doubled_one_within_a_fifth(attempts: int, key: str) -> None:
    plain = min(30 * 2 ** min(max(attempts - 1, 0), 20), 3600)
    assert 0.8 * plain - 0.001 <= backoff(POLICY, attempts, key).total_seconds() <= 1.2 * plain + 0.001


def test_the_jitter_differs_between_deliveries_and_repeats_for_one() -> None:
    waits = {backoff(POLICY, 1, str(key)) for key in range(50)}
    assert len(waits) > 20
    assert backoff(POLICY, 1, "a") == backoff(POLICY, 1, "a")


def test_what_the_target_asked_for_is_honoured_up_to_a_day() -> None:
    def due(seconds: float) -> timedelta:
        at = next_try(POLICY, attempts=1, key="k", created_at=NOW, now=NOW, at_least=timedelta(seconds=seconds))
        assert at is not None
        return at - NOW

    assert due(90) == timedelta(seconds=90)
    assert due(10 * 365 * 86400) == timedelta(days=1)
    assert due(0) >= timedelta(seconds=24)


def test_it_gives_up_when_the_next_try_would_be_too_late() -> None:
    at = NOW + timedelta(hours=71, minutes=30)
    assert next_try(POLICY, attempts=9, key="k", created_at=NOW, now=at) is None
    assert next_try(POLICY, attempts=1, key="k", created_at=NOW, now=at) is not None
