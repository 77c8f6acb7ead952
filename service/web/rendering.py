"""Templates to answers. Everything is escaped: autoescape is on for every template, undefined names are errors, and there is no
filter that would turn text into markup. `_` gives plain text, which is escaped like any other; only {% trans %} blocks, whose
words stand in the template, may hold markup.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.routing import BaseRoute

from service.model.rule import Severity
from service.model.user import Role
from service.web import assets, i18n, navigation, reasons, times, wording
from service.web.access import asker, forgery
from service.web.context import WebContext


class Pages:
    """Renders templates with what every page needs: version, health, the reader, the place in the navigation."""

    def __init__(self, context: WebContext) -> None:
        self._context = context
        self._sections: Sequence[navigation.Section] = navigation.SECTIONS
        self._paths: frozenset[str] = frozenset()
        self._environment = environment()
        self._environment.globals |= {"version": context.version}

    def lead_to(self, routes: Iterable[BaseRoute]) -> None:
        """From now on the navigation shows the places that these routes answer at."""
        self._paths = navigation.answered(routes)
        self._sections = navigation.offered(self._paths)

    def has(self, path: str) -> bool:
        """Whether a page answers at this path."""
        return path in self._paths

    def html(self, template: str, request: Request, values: Mapping[str, object], status: int = 200) -> HTMLResponse:
        """One page; `values` are the template's own. A form that is refused comes back, and `status` says so."""
        known = asker.may(Role.VIEWER)  # how the server does is nothing for strangers
        condition = {
            "health": self._context.health() if known else None,
            "rules_version": self._context.rulebook().version if known else "",
        }
        return self._answer(template, {"path": request.url.path, "back": _asked(request), **condition, **values}, status)

    def failure(self, values: Mapping[str, object], status: int) -> HTMLResponse:
        """The error page: it asks nobody anything, so that it can be shown whatever is broken."""
        return self._answer("error.html", {"path": "", "back": "/", "health": None, "rules_version": "", **values}, status)

    def _answer(self, template: str, values: Mapping[str, object], status: int) -> HTMLResponse:
        shell = {"reader": i18n.reader(), "sections": navigation.open_to(self._sections, asker.may)}
        return HTMLResponse(self._environment.get_template(template).render({**shell, **values}), status)


def environment() -> Environment:
    """What all templates are rendered by."""
    made = Environment(
        loader=PackageLoader("service.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(i18n.gettext, i18n.ngettext, newstyle=True, pgettext=i18n.pgettext)  # type: ignore[attr-defined]
    del made.filters["safe"]
    made.filters |= _FILTERS
    made.globals |= {
        "_": _words,
        "asset": assets.addresses(),
        "csrf": forgery.csrf,
        "languages": i18n.LANGUAGES,
        "may": asker.may,
        "outcome": reasons.outcome,
        "person": asker.person,
        "standing": reasons.standing,
        "severities": sorted(Severity, key=lambda severity: -severity.rank),
    }
    return made


def _words(message: str, **values: object) -> str:
    """The `_` of templates: text, whatever it is given."""
    return i18n.gettext(message) % values if values else i18n.gettext(message)


def _asked(request: Request) -> str:
    """The page with its question, to come back to."""
    question = request.url.query
    return f"{request.url.path}?{question}" if question else request.url.path


_FILTERS: dict[str, Callable[..., Any]] = {
    "ago": times.ago,
    "clock_time": times.clock_time,
    "date": times.date,
    "day_name": times.day_name,
    "iso": times.iso,
    "language": wording.language,
    "lasting": times.lasting,
    "market_of": times.market_of,
    "market_time": times.market_time,
    "moment": times.moment,
    "number": times.number,
    "finding": reasons.finding,
    "plain": wording.plain,
    "plain_date": times.plain_date,
    "reason": reasons.reason,
    "receiver": reasons.receiver,
    "scheme": wording.scheme,
    "took": times.took,
    "weekday": times.weekday,
    "word": wording.word,
}
