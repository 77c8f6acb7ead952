"""Faults 1 to 4: killed at every boundary, in a storm, asked to end, stopped and continued; the servers keep the ledger."""

import os
import random
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import select

from service.clock import utc_now
from service.model.delivery import DeliveryState
from service.notify import posting
from service.notify.receivers import resolve
from service.notify.targets import READER
from service.pipeline.parts import Limits
from service.storage import migrations
from service.storage.database import Database, open_database
from service.storage.tables import DELIVERIES
from tests.support import crashing
from tests.support.crashing import EVERYWHERE, Errand, carry
from tests.support.folder import rss, write_rules
from tests.support.forked import clean
from tests.support.http_server import Exchange, HttpServer, Reply, serve
from tests.support.outbox import SECRETS, counts, finish, outbox, queue, tries
from tests.support.postgres import Server, find_binaries, private_server
from tests.support.process import running, wait_until
from tests.support.smtp_sink import HANG, SmtpSink, smtp_sink

HOOK_PATH = f"/services/T0AAAAAAA/B0BBBBBBB/{SECRETS['TOKEN']}"
MOST_BOUNDARIES = 200
STORMS = int(os.environ.get("TAPEWATCH_TEST_STORMS", "1"))
"""More than one make each of them long, too: `TAPEWATCH_TEST_STORMS=10 pytest -k storm`."""


@dataclass
class Ledger:
    """The servers, and what they received."""

    mail: SmtpSink
    web: HttpServer

    @property
    def ports(self) -> dict[str, str]:
        return {"MAIL_PORT": str(self.mail.port), "WEB_PORT": str(self.web.server_port)}

    def forget(self) -> None:
        self.mail.messages.clear()
        self.web.requests.clear()

    def receipts(self) -> Counter[str]:
        """How often each key arrived."""
        mails = [str(mail.message["Message-ID"]).split(".")[1].split("@")[0] for mail in self.mail.messages]
        return Counter([*mails, *(request.headers["idempotency-key"] for request in self.web.requests)])


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with smtp_sink() as mail, serve() as web:
        web.on(HOOK_PATH, body="ok")
        web.on("/hook")
        yield Ledger(mail, web)


@pytest.fixture
def fresh(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Iterator[Callable[[], str]]:
    """Makes migrated databases of the kind that the test is about."""
    with ExitStack() as stack:

        def make() -> str:
            if database_url.startswith("sqlite"):
                path = tmp_path / f"{random.getrandbits(64):x}.db"
                path.write_bytes(request.getfixturevalue("sqlite_template").read_bytes())
                return f"sqlite:///{path}"
            server: Server = request.getfixturevalue("postgres_server")
            url = server.create(request.getfixturevalue("postgres_template"))
            stack.callback(server.drop, url)
            return url.render_as_string(hide_password=False)

        yield make


def start(fatal: int, errand: Errand) -> ForkServerProcess:
    """The line as a process of its own that ends itself at a boundary, or when all is done."""
    return forked(errand, crashing.run, fatal)


def forked(errand: Errand, work: Callable[..., None], *arguments: object) -> ForkServerProcess:
    """A process of its own, forked from a clean one."""
    secrets = {**SECRETS, **errand.ports}
    targets = [resolve(crashing.TARGETS[name], secrets.get) for name in errand.which if name != "webhook"]
    known = {target: READER.describe(target) for target in targets}
    process = clean().Process(target=work, args=(*arguments, errand, known))
    process.start()
    return process


def ended(process: ForkServerProcess) -> int:
    process.join(60)
    assert process.exitcode is not None, "it hangs"
    return process.exitcode


def committed(url: str) -> dict[str, str]:
    """State by key of every delivery there is."""
    with closing(open_database(url, utc_now)) as database, database.read() as connection:
        return {key: state for key, state in connection.execute(select(DELIVERIES.c.key, DELIVERIES.c.state))}


def check(url: str, ledger: Ledger, expected: int) -> Counter[str]:
    """Lost 0, phantom 0, everything sent; what came more than once."""
    receipts, states = ledger.receipts(), committed(url)
    assert len(states) == expected, "an item was lost or alerted twice"
    assert set(states.values()) == {"sent"}
    assert receipts.keys() == states.keys(), "lost or phantom"
    return Counter({key: times - 1 for key, times in receipts.items() if times > 1})


@pytest.mark.parametrize(("which", "items"), [(("mail",), 2), (EVERYWHERE, 1)], ids=["mail", "everywhere"])
def test_1_killed_at_every_boundary_nothing_is_lost_and_one_message_is_repeated(
    fresh: Callable[[], str], ledger: Ledger, which: tuple[str, ...], items: int
) -> None:
    total = len(which) * items
    for fatal in range(1, MOST_BOUNDARIES):
        ledger.forget()
        errand = Errand(fresh(), which, items, ledger.ports, alone=True)
        code = ended(start(fatal, errand))
        if code == 0:
            assert check(errand.url, ledger, total) == Counter()
            assert fatal > 4 * total, "each message has boundaries"
            return
        assert code == -signal.SIGKILL
        carry(errand)
        repeated = check(errand.url, ledger, total)
        assert max(repeated.values(), default=0) <= 1
        assert repeated.total() <= len(which), f"boundary {fatal}"
    raise AssertionError("the boundaries never ended")


@pytest.mark.parametrize("seed", range(STORMS))
def test_2_a_storm_of_kills_loses_nothing(fresh: Callable[[], str], ledger: Ledger, seed: int) -> None:
    sys.stdout.write(f"seed {seed}\n")
    drawn = random.Random(seed)
    url = fresh()
    shared = url.startswith("postgresql")

    def slowly(exchange: Exchange) -> None:
        exchange.pause(drawn.uniform(0.0, 0.05))
        exchange.send(Reply(200, "ok"))

    ledger.web.answer("/hook", slowly)
    ledger.web.answer(HOOK_PATH, slowly)
    kills = 6 if STORMS == 1 else 40
    with closing(open_database(url, utc_now)) as database:
        queue(database, range(1, 10 * kills), *crashing.TARGETS.values())
    errand = Errand(url, EVERYWHERE, 1, ledger.ports, alone=not shared)
    for _ in range(kills):
        workers = [start(0, errand) for _ in range(2 if shared else 1)]
        workers[0].join(drawn.uniform(0.2, 0.6))
        for worker in workers:
            worker.kill()
            worker.join(10)
    carry(errand)
    repeated = check(url, ledger, 3 * 10 * kills)
    in_flight = 1 + 1 + posting.TOGETHER  # mail and Slack one after the other, webhooks in batches
    assert repeated.total() <= kills * in_flight * (2 if shared else 1)


def test_2_a_storm_of_kills_with_a_restart_of_the_database_loses_nothing(ledger: Ledger) -> None:
    """PostgreSQL crashes in the middle of it and comes back; one worker lives through everything."""
    drawn = random.Random(2)

    def slowly(exchange: Exchange) -> None:
        exchange.pause(drawn.uniform(0.0, 0.02))
        exchange.send(Reply(200, "ok"))

    ledger.web.answer("/hook", slowly)
    ledger.web.answer(HOOK_PATH, slowly)
    kills, items = 4, 60
    with private_server(find_binaries()) as server:
        url = server.create().render_as_string(hide_password=False)
        with closing(open_database(url, utc_now)) as database:
            migrations.upgrade(database)
            queue(database, range(1, items + 1), *crashing.TARGETS.values())
        errand = Errand(url, EVERYWHERE, 0, ledger.ports, alone=False)
        workers = [forked(errand, crashing.endure)]
        try:
            wait_until(lambda: ledger.receipts().total() >= items // 2, 20)
            server.stop()
            server.start()
            assert set(committed(url).values()) != {"sent"}, "it was to be in the middle"
            for _ in range(kills):
                workers.append(forked(errand, crashing.endure))
                workers[-1].join(drawn.uniform(0.2, 0.5))
                workers[-1].kill()
            wait_until(lambda: set(committed(url).values()) == {"sent"}, 20, lambda: str(Counter(committed(url).values())))
            assert workers[0].is_alive()
        finally:
            for worker in workers:
                worker.kill()
                worker.join(10)
        repeated = check(url, ledger, 3 * items)
    in_flight = 1 + 1 + posting.TOGETHER
    assert repeated.total() <= (kills + 1) * in_flight, "what a restart takes from the one worker, a kill takes too"


def test_3_asked_to_end_while_sending_it_ends_in_time_and_repeats_nothing(
    tmp_path: Path, empty_database_url: str, ledger: Ledger
) -> None:
    def slowly(exchange: Exchange) -> None:
        exchange.pause(0.7)
        exchange.send(Reply(200))

    ledger.web.answer("/hook", slowly)
    names = ("Lumentum", "Nvidia", "Tencent", "Broadcom", "Alibaba", "Intel")
    url = ledger.web.feed("/feed", rss(*((name, name, f"{name} hit limit-up.") for name in names)))
    source = f"{{id: wire, kind: feed, url: '{url}', interval: 1h, language: en, baseline: false}}"
    routes = crashing.ROUTES % f'"{crashing.TARGETS["webhook"]}"'
    write_rules(tmp_path, routes=routes, sources=f"sources: [{source}]\n")
    env = {
        "TAPEWATCH_DATABASE_URL": empty_database_url,
        "TAPEWATCH_ALLOW_NETWORKS": f"127.0.0.1/32:{ledger.web.server_port}",
        "TAPEWATCH_TICK": "100ms",
        **SECRETS,
        **ledger.ports,
    }
    arrived = 0
    for _ in range(2):
        with running(tmp_path, env) as service:
            wait_until(lambda: len(ledger.web.to("/hook")) > arrived, 40, lambda: service.log)  # noqa: B023
            began = monotonic()
            assert service.stop() == 0
            assert monotonic() - began <= 10
        arrived = len(ledger.web.to("/hook"))
    ledger.web.on("/hook")
    ledger.web.requests[:] = ledger.web.to("/hook")
    with running(tmp_path, env) as service:
        wait_until(lambda: set(committed(empty_database_url).values()) == {"sent"}, 40, lambda: service.log)
    ledger.web.requests[:] = ledger.web.to("/hook")
    assert check(empty_database_url, ledger, len(names)) == Counter()


def test_3_a_server_that_hangs_does_not_hold_up_the_end(tmp_path: Path, sqlite_url: str, ledger: Ledger) -> None:
    ledger.mail.on("DOT", HANG)
    url = ledger.web.feed("/feed", rss(("1", "Lumentum", "Lumentum hit limit-up.")))
    source = f"{{id: wire, kind: feed, url: '{url}', interval: 1h, language: en, baseline: false}}"
    write_rules(tmp_path, routes=crashing.ROUTES % f'"{crashing.TARGETS["mail"]}"', sources=f"sources: [{source}]\n")
    allowed = ",".join(f"127.0.0.1/32:{port}" for port in ledger.ports.values())
    env = {"TAPEWATCH_DATABASE_URL": sqlite_url, "TAPEWATCH_ALLOW_NETWORKS": allowed, **SECRETS, **ledger.ports}
    with running(tmp_path, env) as service:
        ledger.mail.wait_for(1, within=40)
        began = monotonic()
        assert service.stop() == 0
        assert monotonic() - began <= 10, service.log


def test_4_who_was_stopped_longer_than_its_lease_writes_nothing_when_it_goes_on(fresh: Callable[[], str], ledger: Ledger) -> None:
    url, held = fresh(), []

    def holds(exchange: Exchange) -> None:
        held.append(exchange)
        while len(held) < 2 and exchange.pause(0.05):
            pass
        exchange.send(Reply(200))

    ledger.web.answer("/hook", holds)
    with closing(open_database(url, utc_now)) as database:
        queue(database, [1], f"webhook+http://${{SECRET}}@127.0.0.1:{ledger.web.server_port}/hook")
        zombie = start(0, Errand(url, ("mail",), 0, ledger.ports, alone=False))  # its lease is two seconds
        try:
            ledger.web.wait_for(1, "/hook", within=40)
            assert zombie.pid is not None
            os.kill(zombie.pid, signal.SIGSTOP)
            _deliver_after_the_lease(database, ledger)
            before = tries(database)
            os.kill(zombie.pid, signal.SIGCONT)
            assert ended(zombie) == 0
        finally:
            zombie.kill()
    hooks = ledger.web.to("/hook")
    assert Counter(request.headers["webhook-id"] for request in hooks).most_common(1)[0][1] == 2 == len(hooks)
    with closing(open_database(url, utc_now)) as database:
        assert tries(database)[: len(before)] == before
        assert [reason for _, reason in tries(database)].count("lost") >= 1
        assert counts(database)[DeliveryState.SENT] == sum(counts(database).values())


def _deliver_after_the_lease(database: Database, ledger: Ledger) -> None:
    """Three leases long somebody else is there, and delivers in the end."""
    secrets: dict[str, Any] = {**SECRETS, **ledger.ports}
    with outbox(database, secrets=secrets, limits=Limits(lease=timedelta(seconds=2))) as out:
        finish(database, out, within=30)
