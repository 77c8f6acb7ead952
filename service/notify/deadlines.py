"""Deadlines of work that blocks: one thread watches them all, since a timer each would be a thread for every message.

Guarantee: what is watched is broken off soon after its time, and never after the watch ended.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic


class Deadlines:
    """Thread-safe; its thread starts with the first deadline and sleeps until the next one that is near."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._watched: dict[object, tuple[float, Callable[[], None]]] = {}
        self._wakes = 0.0
        self._thread: threading.Thread | None = None

    @contextmanager
    def limited(self, seconds: float, break_off: Callable[[], None]) -> Iterator[None]:
        """Call `break_off`, on another thread, when the block takes longer."""
        mark, until = object(), monotonic() + seconds
        with self._changed:
            self._watched[mark] = (until, break_off)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="deadlines", daemon=True)
                self._thread.start()
            elif until < self._wakes:
                self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                self._watched.pop(mark, None)

    def _run(self) -> None:
        with self._changed:
            while self._watched:
                self._wakes = min(until for until, _ in self._watched.values())
                self._changed.wait(max(self._wakes - monotonic(), 0.0))
                now = monotonic()
                for mark, (until, break_off) in list(self._watched.items()):
                    if until <= now:
                        del self._watched[mark]
                        break_off()
            self._thread = None


DEADLINES = Deadlines()
