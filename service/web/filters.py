"""What the reader asked to see, from the query string and back into links. Pure."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from fastapi import HTTPException

from service.model.rule import Severity
from service.storage import search
from service.storage.search_words import Term
from service.web.chart import WINDOWS

MAX_TEXT = 200


@dataclass(frozen=True, slots=True)
class Filters:
    """Severity, rule and the words of the item narrow the alerts down; `span` names the window of the chart, "" lets the page
    choose."""

    severity: Severity | None = None
    rule: str = ""
    span: str = ""
    q: str = ""

    @property
    def words(self) -> list[Term] | None:
        """What the item must say; None where nothing is asked for."""
        return search.terms(self.q) if self.q.strip() else None

    @property
    def active(self) -> bool:
        """Whether anything is hidden."""
        return self.severity is not None or bool(self.rule or self.q)

    @property
    def question(self) -> str:
        """The query string that asks the API for the same alerts."""
        return urlencode(_filled(severity=self.severity.value if self.severity else "", rule=self.rule, q=self.q))

    def url(self, before: str = "", **changes: object) -> str:
        """The page with these changes; without `before` its newest alerts."""
        new = replace(self, **changes)  # type: ignore[arg-type]
        severity = new.severity.value if new.severity else ""
        query = _filled(severity=severity, rule=new.rule, q=new.q, span=new.span, before=before)
        return f"/?{urlencode(query)}" if query else "/"


def read_filters(severity: str = "", rule: str = "", span: str = "", q: str = "") -> Filters:
    """Filters from the query string; empty values (a form sends them) mean no filter. 400 for what does not exist."""
    if severity and severity not in list(Severity):
        raise HTTPException(400, f"There is no such severity; choose one of {', '.join(Severity)}.")
    if span and span not in WINDOWS:
        raise HTTPException(400, f"There is no such span; choose one of {', '.join(WINDOWS)}.")
    if len(rule) > MAX_TEXT:
        raise HTTPException(400, f"A rule's name has at most {MAX_TEXT} characters.")
    if len(q) > MAX_TEXT:
        raise HTTPException(400, f"A search has at most {MAX_TEXT} characters.")
    return Filters(Severity(severity) if severity else None, rule, span, q)


def _filled(**values: str) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}
