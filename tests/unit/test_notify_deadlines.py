from threading import Event

from service.notify.deadlines import Deadlines


def test_what_takes_too_long_is_broken_off() -> None:
    broken = Event()
    with Deadlines().limited(0.05, broken.set):
        assert broken.wait(10)


def test_what_ends_in_time_is_left_alone_and_an_earlier_deadline_is_seen() -> None:
    deadlines, never, soon = Deadlines(), Event(), Event()
    with deadlines.limited(0.3, never.set):
        with deadlines.limited(0.01, soon.set):
            assert soon.wait(0.25), "not only when the first one is over"
    with deadlines.limited(0.4, soon.set):
        assert not never.wait(0.35)


def test_its_thread_comes_again_when_it_is_needed_again() -> None:
    deadlines = Deadlines()
    for _ in range(3):
        broken = Event()
        with deadlines.limited(0.01, broken.set):
            assert broken.wait(10)
