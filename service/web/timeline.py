"""What happened to an alert, one thing after the other: from the publication of its article to those who were told. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from service.model.delivery import DeliveryState
from service.storage.acknowledgements import Acknowledgement
from service.web import reasons, times
from service.web.i18n import gettext as _


class Going(Protocol):
    """A delivery, as far as the timeline tells of it."""

    @property
    def receiver(self) -> str: ...
    @property
    def state(self) -> DeliveryState: ...
    @property
    def created_at(self) -> datetime: ...
    @property
    def sent_at(self) -> datetime | None: ...
    @property
    def last_reason(self) -> str: ...
    @property
    def next_at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened, `at` None where nobody knows when; `gap` is how long after what came before it."""

    name: str
    at: datetime | None
    kind: str = "is-done"
    who: str = ""
    gap: str = ""


def timeline(
    published: datetime | None,
    fetched: datetime | None,
    matched: datetime,
    deliveries: Sequence[Going],
    known: Acknowledgement | None,
) -> list[Moment]:
    """In the order in which it happened; what has not happened yet stands at the end."""
    moments = [Moment(_("Published"), published)]
    if fetched:
        moments.append(Moment(_("Fetched"), fetched))
    moments.append(Moment(_("Matched by the rule"), matched))
    if deliveries:
        moments.append(Moment(_("Queued"), min(one.created_at for one in deliveries)))
    after = [_told(one) for one in deliveries]
    if known:
        after.append(Moment(_("Acknowledged"), known.at, who=known.by))
    after.sort(key=lambda one: (one.at is None, one.at or matched))
    return list(_with_gaps([*moments, *after]))


def _told(delivery: Going) -> Moment:
    if delivery.state is DeliveryState.SENT:
        return Moment(_("Delivered"), delivery.sent_at, who=reasons.receiver(delivery.receiver))
    kind = "is-ill" if delivery.state is DeliveryState.DISCARDED else "is-waiting"
    name = reasons.standing(delivery.state, delivery.last_reason).capitalize()
    return Moment(name, None, kind, reasons.receiver(delivery.receiver))


def _with_gaps(moments: Iterable[Moment]) -> Iterable[Moment]:
    """A publication time that lies in the future counts as no delay."""
    before: datetime | None = None
    for one in moments:
        gap = ""
        if one.at and before:
            seconds = (one.at - before).total_seconds()
            gap = _("after %(time)s") % {"time": times.took(seconds)} if seconds >= 0.05 else _("at once")
        yield Moment(one.name, one.at, one.kind, one.who, gap)
        before = one.at or before
