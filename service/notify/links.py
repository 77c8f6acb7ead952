"""The buttons of a message: signed links to the page that asks before it acts.

Guarantee: the same delivery gets the same links in every copy; a link names its receiver and ends by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from service.alerting.links import PATH, VALID_FOR, WORDS, LinkClaim, make_link
from service.model.alert import Alert
from service.model.delivery import Delivery


@dataclass(frozen=True, slots=True)
class Links:
    """Writes the links of this installation; `base_url` is where readers reach our page."""

    base_url: str
    key: bytes = field(repr=False)

    def of(self, alert: Alert, delivery: Delivery) -> Sequence[tuple[str, str]]:
        """What each button says, and its address."""
        ends = delivery.created_at + VALID_FOR
        claims = {words: LinkClaim(action, alert.id, delivery.receiver, ends) for action, words in WORDS.items()}
        return tuple((words, f"{self.base_url}{PATH}{make_link(claim, self.key)}") for words, claim in claims.items())
