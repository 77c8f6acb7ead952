from datetime import datetime, timedelta

import pytest

from service.alerting.latency import STEPS, Latency, latency_of
from tests.support.alerts import NOW


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_each_step_lasts_until_the_next_moment() -> None:
    assert latency_of(at(0), at(60), at(60.5), at(61), at(63)) == Latency(60, 0.5, 0.5, 2, 63)
    assert STEPS == tuple(Latency.__dataclass_fields__)


def test_what_is_not_known_is_none() -> None:
    assert latency_of(None, at(1), at(2), None, None) == Latency(None, 1, None, None, None)
    assert latency_of(None, at(1), at(2), at(3), at(5)) == Latency(None, 1, 1, 2, 4), "from our having it"
    assert latency_of(None, None, None, None, at(1)) == Latency()


@pytest.mark.parametrize("published", [1, 3600])
def test_a_publication_in_the_future_counts_as_no_delay(published: float) -> None:
    latency = latency_of(at(published), at(0), at(0), at(0), at(0.5))
    assert (latency.fetched, latency.total) == (0, 0)
