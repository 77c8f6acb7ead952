"""The outbox with real notifiers on a real database, and deliveries to feed it, without rules and sources."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import select, update

from service.addresses import AddressGuard
from service.alerting.backoff import RetryPolicy
from service.clock import utc_now
from service.http import HttpClient
from service.metrics import Labels, Metrics
from service.model.alert import Alert
from service.model.delivery import Delivery, DeliveryState
from service.notify import NOTIFIERS, REASONS, NotifyContext, Rendered, build_notifiers
from service.pipeline.outbox import Outbox
from service.pipeline.parts import Limits, Parts
from service.storage import alerts, deliveries, inbox, items
from service.storage.database import Database
from service.storage.deliveries import DeliveryStatus, Order
from service.storage.tables import ATTEMPTS, DELIVERIES
from tests.support.notify import LOOPBACK
from tests.support.process import wait_until
from tests.support.stored import numbered_alert, numbered_item

SECRETS = {"SECRET": "a-secret-of-sixteen-bytes", "TOKEN": "C0CCCCCCCCCCCCCCCCCCCCCC"}
MOVING = (DeliveryState.PENDING, DeliveryState.SENDING)


@contextmanager
def outbox(
    database: Database,
    *,
    secrets: Mapping[str, str] = SECRETS,
    retry: RetryPolicy | None = None,
    limits: Limits | None = None,
    into_inbox: Callable[[Delivery, Rendered], None] | None = None,
    **settings: Any,
) -> Iterator[Outbox]:
    """As the program builds it, for loopback; nothing pauses between Slack messages unless asked to."""

    def to_inbox(delivery: Delivery, message: Rendered) -> None:
        if into_inbox:
            into_inbox(delivery, message)
        with database.begin() as connection:
            told = [alert.id for alert in delivery.alerts]
            text = message.text
            inbox.append(connection, key=delivery.key, subject=message.subject, text=text, alerts=told, now=utc_now())

    with ExitStack() as stack:
        http = HttpClient(AddressGuard(LOOPBACK), "Tapewatch/test")
        stack.callback(http.close)
        context = NotifyContext(http=http, inbox=to_inbox, allow_networks=LOOPBACK, **{"slack_every": 0.0, **settings})
        notifiers = build_notifiers(context)
        stack.callback(notifiers.close)
        nothing = cast(Any, None)
        labels = Labels(delivery_reasons=REASONS, notifier_kinds=tuple(NOTIFIERS))
        metrics = Metrics("0", labels)
        parts = Parts(database, http, nothing, notifiers, metrics, secrets.get, limits or Limits(), retry or RetryPolicy())
        made = Outbox(parts, lambda delivery: delivery)
        stack.callback(lambda: close(made))
        yield made


def close(out: Outbox) -> None:
    """End it and wait for what is under way."""
    for work in out.close():
        work.exception(30)


def queue(database: Database, numbers: Sequence[int], *targets: str, at: datetime | None = None, **changes: Any) -> list[Alert]:
    """Alerts with these numbers, each due for each target in a delivery of its own."""
    now = at or utc_now()
    made = [numbered_alert(number, **changes) for number in numbers]
    with database.begin() as connection:
        stored = items.insert_new(
            connection, [numbered_item(numbers[0])], disposition="evaluated", rules_version="v1", now=utc_now()
        )
        alerts.insert_new(connection, [(alert, stored[0][0]) for alert in made])
        orders = [Order(alert.id, "desk", target, alert.id, timedelta(0), now) for alert in made for target in targets]
        deliveries.enqueue(connection, orders)
    return made


def counts(database: Database) -> dict[DeliveryState, int]:
    with database.read() as connection:
        return deliveries.counts(connection)


def tick(database: Database, out: Outbox, until: Callable[[dict[DeliveryState, int]], bool], within: float = 30) -> None:
    """Deliver again and again until the counts of the states are as wanted."""

    def reached() -> bool:
        out.deliver()
        return until(counts(database))

    wait_until(reached, within, lambda: str(counts(database)))


def settle(database: Database, out: Outbox, within: float = 30) -> None:
    """Until nothing is due or under way; what waits for another try goes on waiting."""
    tick(database, out, lambda states: not any(states[state] for state in MOVING), within)


def finish(database: Database, out: Outbox, within: float = 30) -> None:
    """Until everything has come to its end."""
    tick(database, out, lambda states: not any(states[state] for state in (*MOVING, DeliveryState.RETRYABLE)), within)


def make_due(database: Database) -> None:
    """As if the time of everything that waits had come."""
    with database.begin() as connection:
        waits = DELIVERIES.c.state.in_([DeliveryState.RETRYABLE.value, DeliveryState.PENDING.value])
        connection.execute(update(DELIVERIES).where(waits).values(next_at=utc_now()))


def status(database: Database, number: int) -> list[DeliveryStatus]:
    with database.read() as connection:
        return deliveries.of_alert(connection, numbered_alert(number).id)


def tries(database: Database) -> list[tuple[str, str]]:
    """Outcome and reason of every try, in order."""
    with database.read() as connection:
        return [tuple(row) for row in connection.execute(select(ATTEMPTS.c.outcome, ATTEMPTS.c.reason).order_by(ATTEMPTS.c.id))]


def messages(database: Database) -> list[tuple[str, str]]:
    """Subject and text of what lies in the inbox, oldest first."""
    with database.read() as connection:
        return [(message.subject, message.text) for message in reversed(inbox.latest(connection, 100))]
