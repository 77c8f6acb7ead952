"""What one test made and the next ones need again: the shipped vocabulary as it was compiled, and children that are still good.

Everything kept here is real and is what the program itself would go on using: a load that follows another one in the same process
remembers files that stayed as they are, and a child answers one call after the other. Tests of those very things ask for the
fixture `anew` and get nothing that anybody left.
"""

import json
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache, partial
from pathlib import Path
from threading import Lock
from typing import Any

import pytest

import service.drafting
import service.extraction
import service.notify.apprise
import service.notify.targets
import service.sources.base
from service import rulebook, words
from service.child import ChildPool
from service.errors import ChildError, Problem
from service.events.lexicon import Lexicon
from service.events.watchlist_csv import Table, parse_table
from service.marked_yaml import Document, load
from service.model.entity import Catalog
from service.naming import WORDS

USERS = (service.drafting, service.extraction, service.notify.apprise, service.notify.targets, service.sources.base)
KEPT_POOLS = 6
KEPT_WORDS = 4
_COMPILE = words.parse_words
_compiled: OrderedDict[tuple[int, ...], tuple[list[object], Lexicon, Catalog]] = OrderedDict()
"""By what they were made of, which is held beside them, so that nothing else gets its identity."""


def _words(
    documents: Mapping[str, Document], problems: list[Problem], tables: Sequence[Table] = ()
) -> tuple[Lexicon | None, Catalog]:
    """As they were compiled from these very files before."""
    made_of = [*(document for name, document in documents.items() if Path(name).parent.name in WORDS), *tables]
    key = tuple(map(id, made_of))
    if not problems and key in _compiled:
        _compiled.move_to_end(key)
        return _compiled[key][1:]
    lexicon, catalog = _COMPILE(documents, problems, tables)
    if lexicon is not None and not problems:
        _compiled[key] = made_of, lexicon, catalog
        while len(_compiled) > KEPT_WORDS:
            _compiled.popitem(last=False)
    return lexicon, catalog


READING = {
    (words, "load"): lru_cache(256)(load),
    (words, "parse_table"): lru_cache(32)(parse_table),
    (words, "parse_words"): _words,
    (rulebook, "parse_words"): _words,
}
"""What a load of a folder is made of, by where it is called."""
_FIRST = {place: getattr(*place) for place in READING}


def remember() -> None:
    """From now on, in this process, files that stay as they are are read and compiled once."""
    for place, work in READING.items():
        setattr(*place, work)


class _Shelf:
    """Pools that nobody uses at the moment, the one that was used last at the end."""

    def __init__(self) -> None:
        self._pools: OrderedDict[str, ChildPool] = OrderedDict()
        self._lock = Lock()
        self._gone = False

    def take(self, key: str) -> ChildPool | None:
        with self._lock:
            return self._pools.pop(key, None)

    def put(self, key: str, pool: ChildPool) -> None:
        with self._lock:
            surplus = [self._pools.pop(key)] if key in self._pools else []
            self._pools[key] = pool
            while len(self._pools) > (0 if self._gone else KEPT_POOLS):
                surplus.append(self._pools.popitem(last=False)[1])
        for one in surplus:
            one.close()

    def clear(self) -> None:
        """End what lies here, and what is brought back later."""
        with self._lock:
            self._gone, pools = True, list(self._pools.values())
            self._pools.clear()
        for pool in pools:
            pool.close()


_SHELF = _Shelf()


class LentPool:
    """A ChildPool of one user's own for as long as it is open; closing it while it works ends the children as ever."""

    def __init__(
        self, target: str, size: int, timeout: float, memory_bytes: int, init: Mapping[str, object] | None = None
    ) -> None:
        self._target = target
        self._key = json.dumps([target, size, timeout, memory_bytes, init])
        self._make = partial(ChildPool, target, size, timeout, memory_bytes, init)
        self._pool: ChildPool | None = None
        self._lock = Lock()
        self._under_way = 0
        self._closed = False

    def call(self, meta: Mapping[str, object], body: bytes = b"", seconds: float | None = None) -> dict[str, Any]:
        with self._lock:
            if self._closed:
                raise ChildError(f"{self._target} was not run: its pool is closed")
            pool = self._pool = self._pool or _SHELF.take(self._key) or self._make()
            self._under_way += 1
        try:
            return pool.call(meta, body, seconds)
        finally:
            with self._lock:
                self._under_way -= 1

    def close(self) -> None:
        with self._lock:
            self._closed = True
            pool, self._pool = self._pool, None
            busy = bool(self._under_way)
        if pool is not None and busy:
            pool.close()
        elif pool is not None:
            _SHELF.put(self._key, pool)

    @property
    def pids(self) -> frozenset[int]:
        return self._pool.pids if self._pool else frozenset()

    @property
    def last_words(self) -> str:
        return self._pool.last_words if self._pool else ""


@pytest.fixture(scope="session", autouse=True)
def kept() -> Iterator[None]:
    """What was made once serves all tests of this process."""
    with pytest.MonkeyPatch.context() as patch:
        for place, work in READING.items():
            patch.setattr(*place, work)
        for module in USERS:
            patch.setattr(module, "ChildPool", LentPool)
        yield
    _SHELF.clear()


@contextmanager
def _nothing_kept() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for place, work in _FIRST.items():
            patch.setattr(*place, work)
        for module in USERS:
            patch.setattr(module, "ChildPool", ChildPool)
        yield


@pytest.fixture
def anew(kept: None) -> Iterator[None]:
    """For tests of what a load remembers and of how children come and go: as in a process that has just begun."""
    with _nothing_kept():
        yield
