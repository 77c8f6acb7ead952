"""Every service that has no notifier of its own, through Apprise in a killable child process.

Guarantee: plain text only (Apprise's markup conversions turn text into mentions), one URL a call, no retries inside, and a
service that hangs is killed: then nobody knows whether the message arrived. The URL goes through the pipe, never onto a command
line.
"""

from service.child import ChildPool
from service.errors import ChildError, ChildTimeout, NotifyError
from service.model.delivery import Delivery, Outcome, Sent, Unknown
from service.notify.base import NotifyContext, Pace
from service.notify.render import render
from service.notify.render.clean import line
from service.notify.targets import CHILD, MEMORY_BYTES

CHILDREN = 2
SERVICE_SECONDS = 20.0
KILL_SECONDS = 30.0


class AppriseNotifier:
    """All other schemes of Apprise."""

    def __init__(self, context: NotifyContext) -> None:
        self._base_url, self._buttons = context.base_url, context.buttons
        init = {"allow": list(context.allow_networks), "seconds": SERVICE_SECONDS}
        self._pool = ChildPool(CHILD, CHILDREN, KILL_SECONDS, MEMORY_BYTES, init)

    @property
    def pace(self) -> Pace:
        """As long as the child may live."""
        return Pace(KILL_SECONDS)

    def send(self, delivery: Delivery, url: str) -> Outcome:
        """One call of Apprise."""
        rendered = render(delivery, self._base_url, self._buttons)
        try:
            answer = self._pool.call({"do": "send", "url": url, "title": rendered.subject}, rendered.text.encode("utf-8"))
        except ChildTimeout:
            return Unknown(f"the service did not answer within {KILL_SECONDS:g} s")
        except ChildError as error:
            raise NotifyError(f"Apprise failed: {line(str(error), 200)}", reason="other") from None
        return _outcome(str(answer["status"]), line(str(answer["detail"]), 300))

    def close(self) -> None:
        """End the children; a try under way ends as one that failed, and so does a later one."""
        self._pool.close()


def _outcome(status: str, detail: str) -> Outcome:
    if status == "success":
        return Sent(detail)
    if status == "timeout":
        return Unknown(detail or f"the service did not answer within {SERVICE_SECONDS:g} s")
    if status == "nomatch":
        sentence = "Apprise knows no service for this target: its URL is not complete or not valid"
        raise NotifyError(sentence, reason="configuration", permanent=True)
    if status == "refused":
        raise NotifyError(detail, reason="refused_address")
    raise NotifyError(detail or "the service refused the message and said nothing", reason="other")
