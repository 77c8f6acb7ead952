"""The inbox: alerts on our own page, the receiver that always works."""

from service.model.delivery import Delivery, Outcome, Sent
from service.notify.base import NotifyContext, Pace
from service.notify.render import render

INBOX_SECONDS = 20.0
TOGETHER = 5


class InboxNotifier:
    """inbox://. Whoever stores the message keeps one for each key, so a repeated try changes nothing."""

    def __init__(self, context: NotifyContext) -> None:
        self._store = context.inbox
        self._base_url, self._buttons = context.base_url, context.buttons

    @property
    def pace(self) -> Pace:
        """Our own database; a repeated message changes nothing there."""
        return Pace(INBOX_SECONDS, TOGETHER)

    def send(self, delivery: Delivery, url: str) -> Outcome:
        """Hand the rendered message over; `url` says nothing more."""
        self._store(delivery, render(delivery, self._base_url, self._buttons))
        return Sent("in the inbox")

    def close(self) -> None:
        """Nothing is kept open."""
