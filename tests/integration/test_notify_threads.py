"""Updates follow up where the first report arrived: at a real SMTP server and at a Slack-shaped one, through the whole outbox."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, cast

import pytest

from service.alerting.backoff import RetryPolicy
from service.metrics import Labels, Metrics
from service.model.alert import Alert, Novelty
from service.model.delivery import DeliveryState
from service.model.entity import Entity, EntityKind
from service.model.routing import Receiver, Route, Routing
from service.model.rule import Severity
from service.notify import REASONS, Notifiers
from service.pipeline import Limits, Parts
from service.pipeline.dressing import dress
from service.pipeline.outbox import Outbox
from service.rulebook import Rulebook, load_folder
from service.storage import alerts, deliveries
from service.storage.database import Database
from tests.support.folder import write_rules
from tests.support.http_server import Exchange, HttpServer, Reply, serve
from tests.support.notify import BOT, HOOK, notifiers
from tests.support.process import wait_until
from tests.support.smtp_sink import DROP, SmtpSink, smtp_sink
from tests.support.stored import numbered_alert, order, store_item

BOT_PATH = "/api/chat.postMessage"
HOOK_PATH = "/services/" + HOOK.removeprefix("slack://")
MOVING = (DeliveryState.PENDING, DeliveryState.SENDING)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Rulebook:
    return load_folder(write_rules(tmp_path_factory.mktemp("rules")))


@dataclass
class Desk:
    """An outbox with a real database behind it and real servers before it."""

    database: Database
    parts: Parts
    book: Rulebook
    mail: SmtpSink
    web: HttpServer

    def tell(self, *told: Alert, target: str, group: str = "", **receiver: Any) -> None:
        """Store the alerts, enqueue them for `target` and send all that is due."""
        desk = Receiver("desk", (target,), **receiver)
        book = replace(self.book, routing=Routing(Route("desk"), {"desk": desk}))
        with self.database.begin() as connection:
            item = store_item(connection, int(told[0].id[-5:]))
            alerts.insert_new(connection, [(alert, item) for alert in told])
            deliveries.enqueue(connection, [order(int(one.id[-5:]), target=target, group=group or one.id) for one in told])
        outbox = Outbox(self.parts, lambda delivery: dress(delivery, book))
        outbox.deliver()
        wait_until(self.settled, 20, lambda: str(self.states()))
        outbox.close()

    def states(self) -> dict[DeliveryState, int]:
        with self.database.read() as connection:
            return deliveries.counts(connection)

    def settled(self) -> bool:
        return not any(self.states()[state] for state in MOVING)

    def posts(self) -> list[dict[str, Any]]:
        return [request.json() for request in self.web.requests]


@pytest.fixture
def desk(database: Database, book: Rulebook) -> Iterator[Desk]:
    with (
        smtp_sink() as mail,
        serve() as web,
        notifiers(slack_webhook_base=web.url("/services"), slack_api_base=web.url("/api")) as out,
    ):
        stamps = iter(f"170000000{number}.000100" for number in range(1, 10))

        def post(exchange: Exchange) -> None:
            exchange.send(Reply(200, json.dumps({"ok": True, "channel": "C1", "ts": next(stamps)})))

        web.answer(BOT_PATH, post)
        web.on(HOOK_PATH, body=b"ok")
        yield Desk(database, _parts(database, out), book, mail, web)


def _parts(database: Database, out: Notifiers) -> Parts:
    metrics = Metrics("9.9.9", Labels(delivery_reasons=REASONS, notifier_kinds=("email", "slack")))
    nothing = cast(Any, None)
    return Parts(database, nothing, nothing, out, metrics, lambda name: None, Limits(), RetryPolicy())


def first(number: int = 1, **changes: Any) -> Alert:
    return numbered_alert(number, **{"title": f"Alder Optics: report {number}", "severity": Severity.MEDIUM, **changes})


def follow_up(number: int, of: int = 1, **changes: Any) -> Alert:
    later = first(number).created_at + timedelta(hours=number)
    return first(number, novelty=Novelty.UPDATE, follows=f"alert-{of:05}", created_at=later, **changes)


def test_updates_are_one_mail_thread(desk: Desk) -> None:
    url = desk.mail.url()
    desk.tell(first(event_type="ipo", facts={"stage": "filed"}), target=url)
    desk.tell(follow_up(2, event_type="ipo", facts={"stage": "approved"}), target=url)
    desk.tell(follow_up(3, event_type="ipo", facts={"stage": "priced"}), target=url)
    one, two, three = (mail.message for mail in desk.mail.wait_for(3))
    assert one["In-Reply-To"] is one["References"] is None
    assert (two["In-Reply-To"], two["References"]) == (one["Message-ID"], one["Message-ID"])
    assert (three["In-Reply-To"], three["References"]) == (two["Message-ID"], f"{one['Message-ID']} {two['Message-ID']}")
    assert one["Subject"] == "[MEDIUM] Alder Optics: report 1"
    assert two["Subject"] == three["Subject"] == "Re: [MEDIUM] Alder Optics: report 1"
    text = desk.mail.messages[2].body("plain")
    assert "MEDIUM UPDATE: Alder Optics: report 3" in text
    assert "Changed: stage: approved → priced" in text and "Update to: Alder Optics: report 1" in text


def test_updates_are_one_slack_thread_with_a_bot(desk: Desk) -> None:
    for alert in (first(), follow_up(2), follow_up(3, severity=Severity.CRITICAL)):
        desk.tell(alert, target=BOT)
    one, two, three = desk.posts()
    assert "thread_ts" not in one and "reply_broadcast" not in one
    assert (two["thread_ts"], two.get("reply_broadcast")) == ("1700000001.000100", None)
    assert (three["thread_ts"], three.get("reply_broadcast")) == ("1700000001.000100", True), "the channel sees what is grave"


def test_a_webhook_cannot_thread_so_its_message_names_the_first(desk: Desk) -> None:
    for alert in (first(), follow_up(2)):
        desk.tell(alert, target=HOOK)
    _, two = desk.posts()
    assert "thread_ts" not in two
    assert "Update to: Alder Optics: report 1" in json.dumps(two)


def test_a_bundle_with_an_update_hangs_in_its_thread_and_is_seen(desk: Desk) -> None:
    url = desk.mail.url()
    for target in (BOT, url):
        desk.tell(first(1 if target == BOT else 11), target=target)
    desk.tell(first(2, severity=Severity.LOW), follow_up(3), target=BOT, group="g")
    desk.tell(first(12, severity=Severity.LOW), follow_up(13, of=11), target=url, group="g")
    _, bundle = desk.posts()
    assert (bundle["thread_ts"], bundle["reply_broadcast"]) == ("1700000001.000100", True), "another alert is in it"
    one, two = (mail.message for mail in desk.mail.wait_for(2))
    assert two["References"] == one["Message-ID"]
    assert two["Subject"] == "[MEDIUM UPDATE] 2 alerts (1 medium, 1 low): Alder Optics: report 13"
    desk.tell(follow_up(21), follow_up(22, of=99), target=BOT, group="h")
    assert desk.posts()[-1]["reply_broadcast"] is True, "an update of something else is in it"
    desk.tell(follow_up(4, of=2), target=BOT)
    assert desk.posts()[-1]["thread_ts"] == "1700000001.000100", "never the ts of a reply"


def test_a_thread_that_is_gone_costs_no_alert(desk: Desk) -> None:
    desk.tell(first(), target=BOT)
    answers = [{"ok": False, "error": "thread_not_found"}, {"ok": True, "ts": "1800000000.000100"}]
    desk.web.on(BOT_PATH, *(Reply(200, json.dumps(answer)) for answer in answers))
    desk.tell(follow_up(2, severity=Severity.HIGH), target=BOT)
    _, refused, taken = desk.posts()
    assert refused["thread_ts"] == "1700000001.000100"
    assert not {"thread_ts", "reply_broadcast"} & taken.keys() and taken["blocks"] == refused["blocks"]
    assert desk.states()[DeliveryState.SENT] == 2
    desk.tell(follow_up(3), target=BOT)
    assert desk.posts()[-1]["thread_ts"] == "1700000001.000100"


def test_every_copy_of_an_update_is_the_same_mail(desk: Desk) -> None:
    desk.parts = replace(desk.parts, retry=RetryPolicy(first=timedelta(0), unknown=timedelta(0)))
    desk.tell(first(), target=desk.mail.url())
    desk.mail.on("DOT", DROP, times=1)
    desk.tell(follow_up(2), target=desk.mail.url())
    desk.tell(follow_up(3), target=desk.mail.url())
    wait_until(lambda: len(desk.mail.messages) >= 4, 20)
    copies = [mail.raw for mail in desk.mail.messages if b"report 2" in mail.raw.split(b"\r\n\r\n", 1)[1]]
    _, copy, *_ = [mail.raw for mail in desk.mail.messages]
    assert copy in copies and len(set(copies)) == 1 and len(copies) >= 2


def test_a_message_takes_names_and_templates_from_the_rulebook_in_force(desk: Desk) -> None:
    entity = Entity("ALDR.US", EntityKind.STOCK, ("Alder Optics",), ("甲山光电",), frozenset({"optical"}))
    desk.book = replace(desk.book, catalog={entity.id: entity})
    alert = first(subject="甲山光电", alias="", entity="ALDR.US")
    desk.tell(alert, target=desk.mail.url(), footer="latency", templates={"subject": "{{ severity }}: {{ names }}"})
    message = desk.mail.messages[0]
    assert message.message["Subject"] == "medium: 甲山光电 · Alder Optics · ALDR.US"
    assert "Latency: published 07:30:00 UTC, matched 30 min later" in message.body("plain")


def test_a_template_that_fails_sends_the_default_and_is_recorded(desk: Desk) -> None:
    desk.tell(first(), target=desk.mail.url(), templates={"subject": "ok {{ title }}", "text": "{{ nonsense }}"})
    message = desk.mail.messages[0]
    assert message.message["Subject"] == "ok Alder Optics: report 1"
    assert "MEDIUM: Alder Optics: report 1" in message.body("plain")
    with desk.database.read() as connection:
        [status] = deliveries.of_alert(connection, "alert-00001")
    assert status.state is DeliveryState.SENT
    assert "the text template of receiver desk failed, so the default was sent: " in status.last_detail
    assert "nonsense" in status.last_detail
