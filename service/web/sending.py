"""A receiver is tried: asked for by the page or the API, and not so often that those behind it are flooded.

Guarantee: each test that was sent is written into the audit log. Must not decide who may ask.
"""

import secrets
from collections.abc import Sequence
from datetime import timedelta

from service.pipeline.trials import Tested
from service.storage import audit, throttles
from service.storage.throttles import Limit
from service.web.access.logins import too_often
from service.web.context import WebContext

LIMIT = Limit(5, timedelta(seconds=12))
"""Of one receiver."""


def send_test(context: WebContext, receiver: str, who: str) -> Sequence[Tested] | None:
    """One clearly marked message to each target of a receiver, now; None where there is none of this name, 429 too often."""
    if context.trials is None or receiver not in context.desk.current.routing.receivers:
        return None
    with context.database.begin() as connection:
        wait = throttles.take(connection, f"receiver:{receiver}", LIMIT, context.database.now(connection))
    if wait:
        raise too_often(wait)
    told = context.trials.send_test(receiver, secrets.token_hex(16))
    if told is not None:
        with context.database.begin() as connection:
            now, said = context.database.now(connection), ", ".join(one.outcome for one in told)
            audit.write(connection, who=who, what="receiver.test", subject=receiver, after=said, now=now)
    return told
