"""The first steps of an installation: what is left to do, and where. A step is gone once it is done.

Done means: the rules folder has a watchlist or a rule of its own; a message went out to something else than the local inbox.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection

from service.storage import deliveries
from service.web.context import InForce
from service.web.i18n import N_


@dataclass(frozen=True, slots=True)
class Step:
    """What to do, why, and the page to do it at ("" where the file or command of `by_hand` is the way)."""

    title: str
    why: str
    page: str
    words: str
    by_hand: str


WATCHLIST = Step(
    N_("Add your watchlist"),
    N_("List the securities, indices and companies you follow, with their names in English and Chinese."),
    "/sources/new",
    N_("Add a source or a watchlist"),
    "rules/entities/",
)
RECEIVER = Step(
    N_("Add a receiver and send a test"),
    N_("Say where alerts go: e-mail, Slack or any service that Apprise knows. Then see one arrive."),
    "/routes/test",
    N_("Send a test"),
    "rules/routes.yaml",
)
RULE = Step(
    N_("Write a rule from a template"),
    N_("Answer a few questions, try it on the news you have, and save it."),
    "/rules/new",
    N_("Write a rule"),
    "rules/alerts/",
)


def steps(connection: Connection, book: InForce, has_page: Callable[[str], bool]) -> list[tuple[Step, bool]]:
    """The steps that are left, each with whether its page is there."""
    rooms = {name.partition("/")[0] for name in book.own}
    left = [step for step, room in ((WATCHLIST, "entities"), (RULE, "alerts")) if room not in rooms]
    if not deliveries.reached_others(connection):
        left.insert(left.index(WATCHLIST) + 1 if WATCHLIST in left else 0, RECEIVER)
    return [(step, has_page(step.page)) for step in left]
