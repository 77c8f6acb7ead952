"""Deliveries to send and notifiers to send them with, built as the program builds them, for loopback."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from service.addresses import AddressGuard
from service.http import HttpClient
from service.model.alert import Alert
from service.model.delivery import Delivery
from service.notify import Notifiers, NotifyContext, Rendered, build_notifiers
from tests.support.alerts import make_alert

LOOPBACK = ("127.0.0.0/8",)
HOOK = "slack://T0AAAAAAA/B0BBBBBBB/C0CCCCCCCCCCCCCCCCCCCCCC"
BOT = "slack://xoxb-1-2-secretsecretsecret/#alerts"


def make_delivery(*alerts: Alert, key: str = "d3adbeef" * 4, receiver: str = "desk") -> Delivery:
    created = datetime(2025, 12, 22, 8, 0, tzinfo=UTC)
    return Delivery(7, key, receiver, "inbox://", alerts or (make_alert(),), 1, created, "token")


class Inbox:
    """Keeps what the inbox notifier hands over, one for each key."""

    def __init__(self) -> None:
        self.kept: dict[str, Rendered] = {}

    def __call__(self, delivery: Delivery, rendered: Rendered) -> None:
        self.kept.setdefault(delivery.key, rendered)


@contextmanager
def context(allow: tuple[str, ...] = LOOPBACK, **settings: Any) -> Iterator[NotifyContext]:
    client = HttpClient(AddressGuard(allow), "Tapewatch/test")
    try:
        yield NotifyContext(http=client, allow_networks=allow, **{"inbox": Inbox(), **settings})
    finally:
        client.close()


@contextmanager
def notifiers(allow: tuple[str, ...] = LOOPBACK, **settings: Any) -> Iterator[Notifiers]:
    with context(allow, **settings) as built:
        made = build_notifiers(built)
        try:
            yield made
        finally:
            made.close()
