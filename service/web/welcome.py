"""The first steps of an installation: what is left to do, and where. A step is gone once it is done.

Done means: the rules folder has a watchlist, routes or a rule of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass

from service.web.context import InForce
from service.web.i18n import N_


@dataclass(frozen=True, slots=True)
class Step:
    """What to do, why, and the page to do it at; `by_hand` is the file or folder for those who rather write, `room` where it
    shows that it was done."""

    title: str
    why: str
    page: str
    words: str
    by_hand: str
    room: str


WATCHLIST = Step(
    N_("Add your watchlist"),
    N_("List the securities, indices and companies you follow, with their names in English and Chinese."),
    "/rules/watchlist",
    N_("Open the watchlist"),
    "rules/entities/",
    "entities",
)
RECEIVER = Step(
    N_("Add a receiver and send a test"),
    N_("Say where alerts go: e-mail, Slack or any service that Apprise knows. Then see one arrive."),
    "/routes",
    N_("Add a receiver"),
    "rules/routes.yaml",
    "routes.yaml",
)
RULE = Step(
    N_("Write a rule from a template"),
    N_("Answer a few questions, try it on the news you have, and save it."),
    "/rules/new",
    N_("Write a rule"),
    "rules/alerts/",
    "alerts",
)


STEPS = (WATCHLIST, RECEIVER, RULE)


def steps(book: InForce, has_page: Callable[[str], bool]) -> list[tuple[Step, bool]]:
    """The steps that are left, each with whether its page is there."""
    rooms = {place.partition("/")[0] for place in book.own}
    return [(step, has_page(step.page)) for step in STEPS if step.room not in rooms]
