"""What every notifier that posts over HTTP shares: which failures certainly did not arrive, and how an answer's status is judged.

Guarantee: a try that ended after the request was on its way is Unknown, never a failure; nothing of the answer's text is told.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from datetime import datetime

from service.errors import FetchError, NotifyError
from service.http import HttpClient, Request, Response, retry_after
from service.model.delivery import Delivery, Outcome, Unknown
from service.notify.base import AUTH_WAIT

Answered = Callable[[], Outcome]
"""What a try came to, asked for once the answer is there: an Outcome, or NotifyError."""

Prepared = tuple[Request, Callable[[Response], Outcome]]
"""A request, and what judges its answer."""

TIMEOUT_SECONDS = 20.0
"""For everything together: name, connection, request, answer."""
MAX_ANSWER = 64 * 1024
TOGETHER = 5
"""Deliveries to one target that are recorded in one transaction."""

_LATER = frozenset({408, 425})
_NOT_ARRIVED: Mapping[str, str] = {
    "dns": "connection",
    "connect": "connection",
    "tls": "tls",
    "refused_address": "refused_address",
    "bad_url": "configuration",
}
"""The reasons of a FetchError that say the request never reached the server, in the words of REASONS."""


class PostingNotifier:
    """A notifier whose try is one POST: `send` waits for the answer, `begin` does not."""

    who = ""

    def __init__(self, http: HttpClient) -> None:
        self._http = http

    def prepare(self, delivery: Delivery, url: str) -> Prepared:
        """The request, and what judges its answer. Raises NotifyError."""
        raise NotImplementedError

    def instead(self, delivery: Delivery, url: str, response: Response) -> Prepared | None:
        """Another request in the place of one that was refused; None: the answer stands. Must not raise."""
        return None

    def send(self, delivery: Delivery, url: str) -> Outcome:
        """One POST, or a second one where the first was refused and there is another way."""
        ended: Future[Answered] = Future()
        self.begin(delivery, url, ended.set_result)
        return ended.result()()

    def begin(self, delivery: Delivery, url: str, done: Callable[[Answered], None]) -> None:
        """Start the POST; `done` is called on another thread once there is an answer. Raises NotifyError."""
        request, judge = self.prepare(delivery, url)

        def answered(answer: Future[Response]) -> None:
            other = None if answer.exception() else self.instead(delivery, url, answer.result())
            if other is None:
                done(lambda: self._outcome(answer, judge))
            else:
                self._http.submit(other[0]).add_done_callback(lambda second: done(lambda: self._outcome(second, other[1])))

        self._http.submit(request).add_done_callback(answered)

    def close(self) -> None:
        """The HTTP client belongs to whoever made it."""

    def _outcome(self, answer: Future[Response], judge: Callable[[Response], Outcome]) -> Outcome:
        try:
            response = answer.result()
        except FetchError as error:
            return lost(error, self.who)
        return judge(response)


def lost(error: FetchError, who: str) -> Unknown:
    """No answer: certain failures are raised, the rest may have arrived."""
    reason = _NOT_ARRIVED.get(error.reason)
    if reason is None:
        return Unknown(f"{who} did not answer ({error.reason})")
    wait = AUTH_WAIT if reason == "tls" else None
    raise NotifyError(str(error), reason=reason, permanent=reason == "configuration", retry_after=wait)


def passing(status: int) -> bool:
    """Whether the same request may be taken later."""
    return status >= 500 or status in _LATER


def asked_to_wait(response: Response, now: datetime) -> float | None:
    """Seconds the server asks for, at most a day."""
    return retry_after(response.headers, now)
