"""How long what is stored is kept."""

from dataclasses import dataclass
from datetime import timedelta

FOR_EVER = timedelta(0)


@dataclass(frozen=True, slots=True)
class Keep:
    """For how long items, deliveries, alerts and messages of the inbox are kept; FOR_EVER: none is deleted.

    Events and decisions are kept with their item, tries and threads with their delivery; acknowledgements, feedback and ended
    silences as alerts are.
    """

    items: timedelta = FOR_EVER
    deliveries: timedelta = FOR_EVER
    alerts: timedelta = FOR_EVER
    inbox: timedelta = FOR_EVER
