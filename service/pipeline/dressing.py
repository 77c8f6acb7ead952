"""What a message takes from the rulebook in force at the moment it is written: the receiver's templates, the names of entities.

A delivery that was made under an older rulebook goes out all the same, with what the one in force still knows.
"""

from dataclasses import replace

from service.model.alert import Alert
from service.model.delivery import Background, Delivery
from service.rulebook import Rulebook


def dress(delivery: Delivery, book: Rulebook) -> Delivery:
    """The delivery with how its receiver wants it, and with the names and tags of its entities."""
    background = {alert.id: _known(alert, delivery.background.get(alert.id, Background()), book) for alert in delivery.alerts}
    receiver = book.routing.receivers.get(delivery.receiver)
    if receiver is None:
        return replace(delivery, background=background)
    return replace(delivery, background=background, templates=receiver.templates, footer=receiver.footer)


def _known(alert: Alert, background: Background, book: Rulebook) -> Background:
    entity = book.catalog.get(alert.entity or "")
    if entity is None:
        return background
    names = (*entity.names_en[:1], *entity.names_zh[:1])
    return replace(background, names=names, tags=tuple(sorted(entity.tags)))
