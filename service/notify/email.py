"""Mail, sent natively: one message, one recipient, one transaction.

Guarantee: the answers of the server decide (§ smtp): Sent only after it took the message, Unknown when it fell silent after the
final dot, and an error at goodbye changes nothing. A connection is kept a few seconds for the next message to the same server
and account, and never after an error.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from time import monotonic

from service.addresses import AddressGuard
from service.errors import ConfigurationError, NotifyError
from service.model.delivery import Delivery, Outcome, Sent, Unknown
from service.notify.base import NotifyContext, Pace
from service.notify.render import render
from service.notify.render.mail import compose_mail, kept_subject, message_id
from service.notify.smtp import BEGIN_SECONDS, FINISH_SECONDS, PORTS, Connection
from service.notify.targets import MailTarget, read_target

KEEP_SECONDS = 5.0
KEEP_EACH = 4

Account = tuple[str, int, str, bool, str, str]
"""What makes two targets share a connection."""


class EmailNotifier:
    """mailto:// and mailtos://."""

    def __init__(self, context: NotifyContext) -> None:
        self._guard = AddressGuard(context.allow_networks, PORTS)
        self._base_url, self._buttons = context.base_url, context.buttons
        self._lock = Lock()
        self._kept: dict[Account, list[tuple[Connection, float]]] = {}
        self._busy: set[Connection] = set()
        self._name: str | None = None

    @property
    def pace(self) -> Pace:
        """Each mail is recorded before the next one: a doubled mail is what readers mind most."""
        return Pace(BEGIN_SECONDS + FINISH_SECONDS)

    def send(self, delivery: Delivery, url: str) -> Outcome:
        """One transaction for the one recipient of `url`."""
        target = _mail_target(url)
        sender, recipient = _ascii(target.sender), _ascii(target.recipients[0])
        rendered = render(delivery, self._base_url, self._buttons)
        message = compose_mail(delivery, rendered, sender, recipient, _extra(target))
        connection = self._begun(target, sender[1], recipient[1])
        try:
            with self._under_way(connection), connection.limited(FINISH_SECONDS):
                detail, answered = connection.finish(message)
        except NotifyError:
            connection.leave()
            raise
        if not answered:
            connection.close()
            return Unknown(detail)
        self._keep(target, connection)
        return Sent(detail, message_id(delivery, sender[1]), kept_subject(delivery) or rendered.subject)

    def close(self) -> None:
        """Leave every connection that is kept, and break those in use: nobody waits for a server that hangs."""
        with self._lock:
            kept, self._kept = self._kept, {}
            busy = list(self._busy)
        for connection in busy:
            connection.break_off()
        for connections in kept.values():
            for connection, _ in connections:
                connection.leave()

    def _begun(self, target: MailTarget, sender: str, recipient: str) -> Connection:
        """A connection on which the server waits for the message: a kept one if it still works, else a new one."""
        if kept := self._take(target):
            try:
                with self._under_way(kept), kept.limited(BEGIN_SECONDS):
                    kept.begin(sender, recipient)
                return kept
            except NotifyError:
                kept.leave()
                if not kept.dead:
                    raise
        fresh = Connection(target, self._guard, self._name)
        try:
            with self._under_way(fresh), fresh.limited(BEGIN_SECONDS):
                fresh.open()
                fresh.begin(sender, recipient)
        except NotifyError:
            fresh.leave()
            raise
        self._name = fresh.local_hostname  # finding out our own name can take the resolver seconds: once is enough
        return fresh

    @contextmanager
    def _under_way(self, connection: Connection) -> Iterator[None]:
        with self._lock:
            self._busy.add(connection)
        try:
            yield
        finally:
            with self._lock:
                self._busy.discard(connection)

    def _take(self, target: MailTarget) -> Connection | None:
        with self._lock:
            kept = self._kept.get(_account(target), [])
            connection, since = kept.pop() if kept else (None, 0.0)
        if connection is not None and monotonic() - since > KEEP_SECONDS:
            connection.close()
            return None
        return connection

    def _keep(self, target: MailTarget, connection: Connection) -> None:
        with self._lock:
            kept = self._kept.setdefault(_account(target), [])
            if room := len(kept) < KEEP_EACH:
                kept.append((connection, monotonic()))
        if not room:
            connection.leave()


def _account(target: MailTarget) -> Account:
    return (target.host, target.port, target.mode, target.verify, target.user, target.password)


def _mail_target(url: str) -> MailTarget:
    try:
        target = read_target(url)
    except ConfigurationError as error:
        raise NotifyError(str(error), reason="configuration", permanent=True) from None
    if not isinstance(target, MailTarget):
        raise NotifyError("this is not a mail target", reason="configuration", permanent=True)
    if len(target.recipients) != 1:
        raise NotifyError(
            "a mail target names exactly one recipient; write one target for each", reason="configuration", permanent=True
        )
    return target


def _ascii(mailbox: tuple[str, str]) -> tuple[str, str]:
    """The address as it goes over the wire: an international domain in punycode."""
    name, address = mailbox
    local, _, domain = address.rpartition("@")
    try:
        local.encode("ascii")
        return name, f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        sentence = "the mail address holds characters that not every server takes; use an ASCII one"
        raise NotifyError(sentence, reason="configuration", permanent=True) from None


def _extra(target: MailTarget) -> tuple[tuple[str, str], ...]:
    return target.headers + ((("Reply-To", ", ".join(target.reply_to)),) if target.reply_to else ())
