"""What windows decide, from occurrences and times alone; the whole is proved on databases in integration/test_windows.py."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from service.alerting.windows import judge, keep, key_of, lacks, moment, reach, silent, value_of
from service.model.hours import Hours
from service.model.window import Absence, Corroborated, Count, FirstTime, Occurrence, Sequence, Spike, Told, Window
from tests.support.alerts import NOW
from tests.support.rule_world import CALENDARS

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
COUNT = Count(30 * MINUTE, 3)


def at(minute: float, subject: str = "", **changes: object) -> Occurrence:
    changes = {"subject": subject, "item_id": int(minute * 10), "source": "wire", **changes}
    return Occurrence(at=NOW + minute * MINUTE, **changes)  # type: ignore[arg-type]


def fired(window: Window, *arrivals: Occurrence, since: datetime | None = None) -> list[int]:
    """The numbers of the arrivals that fired."""
    found: list[int] = []
    known: list[Occurrence] = []
    told = None
    for number, new in enumerate(arrivals):
        judgement = judge(window, known, new, told=told, since=since)
        told = judgement.told
        known.append(new)
        found += [number] * judgement.fires
    return found


def test_the_time_of_an_item() -> None:
    assert moment(NOW - DAY, NOW) == NOW - DAY
    assert moment(NOW + DAY, NOW) == NOW, "no clock reaches into the future"
    assert moment(None, NOW) == NOW


def test_what_makes_two_occurrences_the_same() -> None:
    assert value_of(at(0, "Lumentum", entity="LITE.US"), "subject") == "LITE.US"
    assert value_of(at(0, "  Moore   THREADS "), "subject") == "moore threads"
    assert value_of(at(0, publisher="Wire  One"), "publisher") == "wire one"
    assert value_of(at(0), "publisher") == "wire", "an outlet that does not name itself is its source"
    assert value_of(at(0), "source") == "wire"
    assert value_of(at(0), "entity") == ""
    assert value_of(at(0), "") == ""


def test_keys() -> None:
    one = at(0, "A", fingerprint="print")
    assert key_of(Corroborated(DAY, 2), one) == "print"
    assert key_of(Sequence(DAY), one) == "a"
    assert key_of(Sequence(DAY, ""), one) == ""
    assert key_of(FirstTime(DAY, "source"), one) == "wire"
    assert key_of(COUNT, one) == ""
    assert key_of(Absence(DAY), one) == ""


def test_what_does_not_name_what_is_asked_cannot_count() -> None:
    assert lacks(Count(DAY, 2, "subject"), at(0)) == "subject"
    assert lacks(Count(DAY, 2, "subject", "entity"), at(0, "A")) == "entity"
    assert lacks(Count(DAY, 2, "subject"), at(0, "A")) == ""
    assert lacks(COUNT, at(0)) == ""


def test_how_long_occurrences_are_kept() -> None:
    spike = Spike(HOUR, 3, DAY, 3)
    assert reach(spike) == DAY + HOUR
    assert keep(spike) == 2 * (DAY + HOUR) + DAY
    assert keep(FirstTime(DAY)) == 2 * DAY


def test_a_count() -> None:
    assert fired(COUNT, at(0), at(10), at(30)) == [2]
    assert fired(COUNT, at(0), at(10), at(30.1)) == []


def test_a_burst_is_told_once_and_the_next_one_again() -> None:
    assert fired(COUNT, *(at(minute) for minute in range(0, 300, 10))) == [2]
    assert fired(COUNT, at(0), at(1), at(2), at(40), at(41), at(42)) == [2, 5]
    assert fired(COUNT, at(0), at(1), at(2), at(20), at(31), at(32)) == [2], "windows that share an occurrence are one burst"


def test_an_older_burst_that_comes_late_is_told_and_the_later_stays_told() -> None:
    assert fired(COUNT, at(100), at(101), at(102), at(0), at(1), at(2), at(103)) == [2, 5]


def test_distinct_subjects() -> None:
    window = Count(30 * MINUTE, 2, "subject")
    judgement = judge(window, [at(0, "A"), at(1, "A")], at(2, "B"))
    assert judgement.fires
    assert judgement.reason == "2 different subjects within 30m (2 are needed): A, B"
    assert fired(window, at(0, "A"), at(1, "A"), at(40, "B"), at(50, "A")) == [3]
    assert fired(window, at(0, "A"), at(10, "A"), at(41, "B"), at(20, "A")) == [3], "the third comes late"


def test_many_subjects_are_not_all_named() -> None:
    judgement = judge(Count(DAY, 15), [at(number, f"S{number}") for number in range(14)], at(14, "last"))
    assert judgement.fires
    assert judgement.reason.endswith("S10, S11 and 3 more")
    assert judge(COUNT, [at(0), at(1)], at(2)).reason == "3 matches within 30m (3 are needed)"


@given(st.permutations([0.0, 5.0, 9.0, 31.0, 45.0, 62.0]), st.integers(2, 6))
@settings(deadline=None)
def test_whatever_the_order_a_full_window_fires(minutes: list[float], needed: int) -> None:
    ordered = sorted(minutes)
    full = any(sum(start <= one <= start + 30 for one in ordered) >= needed for start in ordered)
    assert bool(fired(Count(30 * MINUTE, needed), *map(at, minutes))) == full


SPIKE = Spike(HOUR, 3, DAY, 4)


def test_a_spike_needs_a_baseline_that_was_watched() -> None:
    burst = [at(minute) for minute in (2000, 2001, 2002, 2003)]
    assert fired(SPIKE, *burst) == []
    assert fired(SPIKE, *burst, since=NOW + 1000 * MINUTE) == []
    assert fired(SPIKE, *burst, since=NOW) == [3]


def test_a_spike_is_more_than_usual() -> None:
    usual = [at(minute) for minute in range(0, 1920, 30)]
    burst = [at(1930 + number) for number in range(5)]
    assert fired(SPIKE, *usual, *burst, since=NOW - DAY)[-1:] == [len(usual) + 4], "two in an hour are usual: six make one"


def test_one_thing_after_another() -> None:
    window = Sequence(HOUR)
    first, then = at(0, "A", step="after", headline="first"), at(59, "A", fingerprint="b")
    judgement = judge(window, [first], then)
    assert judgement.fires
    assert judgement.members == (first, then)
    assert judgement.fingerprint == "b"
    assert judgement.reason == "followed “first” after 59m (at most 1h)"
    assert judge(window, [then], first).members == (first, then), "the first half came late"
    assert not judge(window, [first], at(61, "A")).fires
    assert not judge(window, [then], at(60, "A", step="after")).fires, "the wrong way round"
    assert not judge(window, [at(0, "A", step="after", item_id=590)], then).fires, "one item is no sequence"
    assert judge(window, [at(0), at(1)], at(2)).reason == "what should come before it was not seen within 1h"


def test_the_nearest_first_half_is_named() -> None:
    firsts = [at(0, "A", step="after", headline="old"), at(30, "A", step="after", headline="new")]
    assert "“new”" in judge(Sequence(HOUR), firsts, at(40, "A")).reason


def test_the_first_time() -> None:
    window = FirstTime(DAY)
    assert judge(window, [], at(0, "A")).reason == "the first time of a within 1d"
    assert not judge(window, [at(10, "A")], at(0, "A")).fires, "what was told is not told again by an older report"
    assert judge(window, [at(-1441, "A")], at(0, "A")).fires
    assert "“words”" in judge(window, [at(-1, "A", words="words")], at(0, "A")).reason


def test_corroboration() -> None:
    window = Corroborated(DAY, 2)
    known = [at(0, publisher="One"), at(1, publisher="one")]
    assert judge(window, known, at(2, publisher="ONE")).reason == "reported by 1 of 2 publishers within 1d"
    judgement = judge(window, known, at(2, publisher="Two", fingerprint="f"))
    assert (judgement.fires, judgement.fingerprint) == (True, "f")
    assert judgement.reason == "reported by 2 of 2 publishers within 1d: One, Two"
    assert not judge(window, known, at(1441.5, publisher="Two")).fires


def test_a_match_ends_a_silence() -> None:
    assert not judge(Absence(HOUR), [], at(0)).fires


def test_silence() -> None:
    def says(minute: int, **given: object) -> tuple[bool, str]:
        asked = {"last": None, "told": None, "since": NOW, **given}
        judgement = silent(Absence(HOUR), now=NOW + minute * MINUTE, **asked)  # type: ignore[arg-type]
        return judgement.fires, judgement.reason

    assert says(59) == (False, "no match since 2025-12-22 08:00:00 UTC, for less than 1h")
    assert says(60) == (True, "no match since 2025-12-22 08:00:00 UTC, for 1h or longer")
    assert says(60, last=NOW + MINUTE)[0] is False
    assert says(90, told=Told(NOW, NOW + HOUR)) == (False, "no match since 2025-12-22 08:00:00 UTC: told already")
    assert says(90, told=Told(NOW - DAY, NOW))[0] is True


SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_silence_counts_only_inside_of_its_hours() -> None:
    window = Absence(HOUR, Hours("office hours", SHANGHAI, ((time(9, 30), time(15)),), (0, 1, 2, 3, 4)))

    def says(hour: int, minute: int, day: int = 22, since: datetime = NOW - 9 * DAY) -> tuple[bool, str]:
        now = datetime(2025, 12, day, hour, minute, tzinfo=SHANGHAI)
        judgement = silent(window, last=None, told=None, since=since, now=now)
        return judgement.fires, judgement.reason

    assert says(9, 0) == says(11, 0, day=21) == (False, "outside of the hours in which something is expected")
    assert says(10, 29) == (False, "no match since 2025-12-22 01:30:00 UTC, for less than 1h (counted: office hours)")
    assert says(10, 30) == (True, "no match since 2025-12-22 01:30:00 UTC, for 1h or longer (counted: office hours)")
    assert says(18, 0, since=datetime(2025, 12, 22, 14, 30, tzinfo=SHANGHAI))[0] is False, "half an hour before the end"


def test_silence_in_a_session_leaves_out_lunch_and_begins_anew_each_day() -> None:
    window = Absence(3 * HOUR, Hours("open", SHANGHAI, markets=(CALENDARS["XSHG"],), sessions=("open",)))

    def fires(hour: int, minute: int, last: tuple[int, int, int] | None = None, day: int = 22) -> bool:
        now = datetime(2025, 12, day, hour, minute, tzinfo=SHANGHAI)
        heard = datetime(2025, 12, *last, tzinfo=SHANGHAI) if last else None
        return silent(window, last=heard, told=None, since=NOW - 9 * DAY, now=now).fires

    assert [fires(12, 30), fires(13, 59), fires(14, 0)] == [False, False, True], "two hours before lunch, one after it"
    assert [fires(14, 59, (22, 10, 30)), fires(14, 0, (22, 9, 31))] == [False, False]
    assert fires(15, 0, (22, 10, 0)), "the last hours of a day count to its last bell"
    assert not fires(10, 30, (19, 13, 0), day=22), "Friday afternoon is over"
    assert not fires(14, 0, day=21), "a Sunday"
