"""What the reader asked to see, from the query string and back into links. Pure."""

from dataclasses import asdict, dataclass, replace
from urllib.parse import urlencode

from fastapi import HTTPException

from service.model.rule import Severity
from service.storage import search
from service.storage.alert_lists import AlertState, Asked
from service.storage.search_words import Term
from service.web.chart import WINDOWS
from service.web.directory import Directory
from service.web.i18n import gettext as _

MAX_TEXT = 200


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the alerts down: `entity` is an id or a name, `tag` what entities are marked with, `q` words of the item.

    `span` names the window of the chart, "" lets the page choose; it narrows nothing down.
    """

    severity: Severity | None = None
    rule: str = ""
    span: str = ""
    q: str = ""
    source: str = ""
    entity: str = ""
    tag: str = ""
    state: AlertState | None = None

    @property
    def words(self) -> list[Term] | None:
        """What the item must say; None where nothing is asked for."""
        return search.terms(self.q) if self.q.strip() else None

    @property
    def active(self) -> bool:
        """Whether anything is hidden."""
        return self != Filters(span=self.span)

    @property
    def further(self) -> bool:
        """Whether one of the filters is in use that are folded away otherwise."""
        return bool(self.rule or self.source or self.entity or self.tag)

    @property
    def question(self) -> str:
        """The query string that asks the API for the same alerts."""
        return urlencode(_filled(replace(self, span="")))

    def asked(self, directory: Directory) -> Asked:
        """For the storage room: names and tags become the ids that they stand for."""
        return Asked(
            severity=self.severity,
            rule=self.rule,
            source=self.source,
            entities=directory.meant(self.entity, self.tag),
            state=self.state,
            words=self.words,
        )

    def url(self, before: str = "", **changes: object) -> str:
        """The page with these changes; without `before` its newest alerts."""
        query = _filled(replace(self, **changes))  # type: ignore[arg-type]
        if before:
            query["before"] = before
        return f"/?{urlencode(query)}" if query else "/"


def read_filters(  # noqa: PLR0913 - one argument for each field of the query string
    severity: str = "",
    rule: str = "",
    span: str = "",
    q: str = "",
    source: str = "",
    entity: str = "",
    tag: str = "",
    state: str = "",
) -> Filters:
    """Filters from the query string; empty values (a form sends them) mean no filter. 400 for what does not exist."""
    if severity and severity not in list(Severity):
        raise HTTPException(400, _("There is no such severity; choose one of %(names)s.") % {"names": ", ".join(Severity)})
    if span and span not in WINDOWS:
        raise HTTPException(400, _("There is no such span; choose one of %(names)s.") % {"names": ", ".join(WINDOWS)})
    if state and state not in list(AlertState):
        raise HTTPException(400, _("There is no such state; choose one of %(names)s.") % {"names": ", ".join(AlertState)})
    if max(map(len, (rule, q, source, entity, tag))) > MAX_TEXT:
        raise HTTPException(400, _("What is asked for has at most %(count)s characters.") % {"count": MAX_TEXT})
    grave, at = Severity(severity) if severity else None, AlertState(state) if state else None
    return Filters(grave, rule, span, q, source, entity.strip(), tag, at)


def _filled(filters: Filters) -> dict[str, str]:
    """The fields that say something, in the order in which links have them."""
    return {name: str(value) for name, value in asdict(filters).items() if value}
