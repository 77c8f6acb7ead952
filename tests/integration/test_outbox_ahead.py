"""Claiming ahead: a quick target need not wait for the database, a slow one holds little, and what was not tried goes back."""

import threading
from collections.abc import Iterator

import pytest

from service.model.delivery import DeliveryState
from service.pipeline import outbox as outbox_module
from service.pipeline.ways import BATCH, LONG_BATCH
from service.storage.database import Database
from tests.integration.test_delivery_faults import webhook
from tests.support.http_server import Exchange, HttpServer, Reply, serve
from tests.support.outbox import close, counts, finish, outbox, queue, status, tries
from tests.support.process import wait_until

MANY = 100


class Gate:
    """Answers the first BATCH requests at once, the others with `then` once it is open."""

    def __init__(self, server: HttpServer) -> None:
        self.open = threading.Event()
        self.then = Reply(200)
        self._asked = 0
        server.answer("/hook", self._answer)

    def _answer(self, exchange: Exchange) -> None:
        self._asked += 1
        if self._asked > BATCH:
            assert self.open.wait(30)
        exchange.send(self.then if self._asked > BATCH else Reply(200))


@pytest.fixture
def server() -> Iterator[HttpServer]:
    with serve() as server:
        yield server


@pytest.fixture
def gate(server: HttpServer) -> Iterator[Gate]:
    gate = Gate(server)
    yield gate
    gate.open.set()


def wait_for_what_is_ahead(database: Database) -> None:
    """A long batch at work and another one behind it."""
    wait_until(lambda: counts(database)[DeliveryState.SENDING] == 2 * LONG_BATCH, 30, lambda: str(counts(database)))


def test_a_quick_target_finds_the_next_batch_ready(database: Database, server: HttpServer, gate: Gate) -> None:
    queue(database, range(1, MANY + 1), webhook(server))
    with outbox(database) as out:
        assert out.deliver() == BATCH
        wait_for_what_is_ahead(database)
        assert counts(database)[DeliveryState.PENDING] == MANY - BATCH - 2 * LONG_BATCH
        gate.open.set()
        finish(database, out)
    told = [request.json()["data"]["alerts"][0]["id"] for request in server.requests]
    assert told == sorted(told) and len(told) == MANY


def test_what_is_ahead_goes_back_when_the_target_fails(database: Database, server: HttpServer, gate: Gate) -> None:
    queue(database, range(1, MANY + 1), webhook(server))
    gate.then = Reply(429, headers={"Retry-After": "60"})
    with outbox(database) as out:
        out.deliver()
        wait_for_what_is_ahead(database)
        gate.open.set()
        wait_until(lambda: not counts(database)[DeliveryState.SENDING], 30)
        assert len(server.requests) == BATCH + 1
    states = counts(database)
    assert (states[DeliveryState.SENT], states[DeliveryState.RETRYABLE]) == (BATCH, 1)
    assert [status(database, number)[0].attempts for number in (BATCH + 1, BATCH + 2, MANY)] == [1, 0, 0]
    assert len(tries(database)) == BATCH + 1


def test_what_is_ahead_goes_back_at_the_end(database: Database, server: HttpServer, gate: Gate) -> None:
    queue(database, range(1, MANY + 1), webhook(server))
    with outbox(database) as out:
        out.deliver()
        wait_for_what_is_ahead(database)
        ending = threading.Thread(target=close, args=(out,))
        ending.start()
        wait_until(lambda: counts(database)[DeliveryState.SENDING] == LONG_BATCH, 30)
        gate.open.set()
        ending.join(30)
    states = counts(database)
    assert states[DeliveryState.SENDING] == 0
    assert states[DeliveryState.SENT] == len(server.requests) == BATCH + 1
    assert states[DeliveryState.PENDING] == MANY - BATCH - 1


def test_a_slow_target_holds_no_more_than_a_batch(
    database: Database, server: HttpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_module, "TURN_SECONDS", 0.0)
    held: list[int] = []

    def answer(exchange: Exchange) -> None:
        held.append(counts(database)[DeliveryState.SENDING])
        exchange.send(Reply(200))

    server.answer("/hook", answer)
    queue(database, range(1, 31), webhook(server))
    with outbox(database) as out:
        finish(database, out)
    assert len(held) == 30
    assert max(held) == BATCH
