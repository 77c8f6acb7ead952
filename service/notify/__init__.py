"""Alerts go out: one notifier per kind of target, chosen by what the target's URL means.

Guarantee: whatever a notifier meets ends as Sent, Unknown or NotifyError, so that one bad target is that target's trouble alone.
Must not record, retry or decide when: that is the pipeline's.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from service.errors import ConfigurationError, NotifyError
from service.model.delivery import Delivery, Outcome
from service.notify.apprise import AppriseNotifier
from service.notify.base import REASONS, Notifier, NotifyContext, Pace
from service.notify.email import EmailNotifier
from service.notify.inbox import InboxNotifier
from service.notify.posting import Answered, PostingNotifier
from service.notify.render import Rendered, render
from service.notify.render.telling import template_fault
from service.notify.slack import SlackNotifier
from service.notify.targets import (
    AppriseTarget,
    InboxTarget,
    MailTarget,
    SlackTarget,
    Target,
    WebhookTarget,
    read_target,
)
from service.notify.webhook import WebhookNotifier

__all__ = [
    "NOTIFIERS",
    "REASONS",
    "Answered",
    "Notifier",
    "Notifiers",
    "NotifyContext",
    "Pace",
    "Rendered",
    "build_notifiers",
    "kind_of",
    "render",
]

NOTIFIERS: Mapping[str, Callable[[NotifyContext], Notifier]] = {
    "email": EmailNotifier,
    "slack": SlackNotifier,
    "webhook": WebhookNotifier,
    "inbox": InboxNotifier,
    "apprise": AppriseNotifier,
}
"""Every kind of notifier."""

_KINDS: Mapping[type, str] = {
    MailTarget: "email",
    SlackTarget: "slack",
    WebhookTarget: "webhook",
    InboxTarget: "inbox",
    AppriseTarget: "apprise",
}
_SCHEMES = {
    "mailto": "email",
    "mailtos": "email",
    "slack": "slack",
    "webhook+http": "webhook",
    "webhook+https": "webhook",
    "inbox": "inbox",
}
_SLACK_HOOKS = ("https://hooks.slack.com/services/", "https://hooks.slack-gov.com/services/")


class Notifiers:
    """All notifiers behind one `send`. Thread-safe."""

    def __init__(self, notifiers: Mapping[str, Notifier]) -> None:
        self._notifiers = notifiers

    def send(self, delivery: Delivery, url: str) -> Outcome:
        """One try with the notifier for `url`, the resolved target; the detail names a template that failed.

        Raises NotifyError.
        """
        try:
            target: Target = read_target(url)
        except ConfigurationError as error:
            raise NotifyError(str(error), reason="configuration", permanent=True) from None
        return _with_fault(delivery, self._notifiers[_KINDS[type(target)]].send(delivery, url))

    def begin(self, delivery: Delivery, url: str, done: Callable[[Answered], None]) -> None:
        """As `send` without waiting, for targets that `can_begin`: `done` is called on another thread. Raises NotifyError."""
        notifier = self._notifiers[_KINDS[type(read_target(url))]]
        assert isinstance(notifier, PostingNotifier)
        notifier.begin(delivery, url, lambda answered: done(lambda: _with_fault(delivery, answered())))

    def can_begin(self, url: str) -> bool:
        """Whether a try at this resolved target is a request whose answer need not be waited for."""
        try:
            return isinstance(self._notifiers[_KINDS[type(read_target(url))]], PostingNotifier)
        except ConfigurationError:
            return False

    def pace(self, url: str) -> Pace:
        """How deliveries to `url`, a resolved target, follow each other."""
        try:
            return self._notifiers[_KINDS[type(read_target(url))]].pace
        except ConfigurationError:
            return Pace(0.0)

    def close(self) -> None:
        """End everything that is kept open."""
        for notifier in self._notifiers.values():
            notifier.close()


def _with_fault(delivery: Delivery, outcome: Outcome) -> Outcome:
    """The detail names a template that failed; the message went out without it."""
    fault = template_fault(delivery)
    return replace(outcome, detail=f"{outcome.detail}; {fault}") if fault else outcome


def kind_of(target: str) -> str:
    """The kind of a target as written, for metrics: it goes by the scheme and reads nothing else."""
    if target.startswith(_SLACK_HOOKS):
        return "slack"
    return _SCHEMES.get(target.partition("://")[0].lower(), "apprise")


def build_notifiers(context: NotifyContext) -> Notifiers:
    """One notifier of each kind."""
    return Notifiers({kind: make(context) for kind, make in NOTIFIERS.items()})
