"""Templates to answers. Everything is escaped: autoescape is on for every template, undefined names are errors, and there is no
filter that would turn text into markup.
"""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from service.model.rule import Severity
from service.web import i18n, wording
from service.web.access import asker, forgery
from service.web.context import WebContext

HERE = Path(__file__).parent
STATIC = HERE / "static"


class Pages:
    """Renders templates with what every page needs: version, health, the place in the navigation."""

    def __init__(self, context: WebContext) -> None:
        self._context = context
        self._environment = Environment(
            loader=PackageLoader("service.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        self._environment.install_gettext_callables(i18n.gettext, i18n.ngettext, newstyle=True)  # type: ignore[attr-defined]
        del self._environment.filters["safe"]
        self._environment.filters |= _FILTERS
        self._environment.globals |= {
            "asset": _assets(),
            "csrf": forgery.csrf,
            "may": asker.may,
            "market_place": wording.MARKET_PLACE,
            "person": asker.person,
            "severities": sorted(Severity, key=lambda severity: -severity.rank),
            "version": context.version,
        }

    def html(self, template: str, request: Request, values: Mapping[str, object]) -> HTMLResponse:
        """One page; `values` are the template's own."""
        condition = {"health": self._context.health(), "rules_version": self._context.rulebook().version}
        return self._answer(template, {"path": request.url.path, **condition, **values}, 200)

    def failure(self, values: Mapping[str, object], status: int) -> HTMLResponse:
        """The error page: it asks nobody anything, so that it can be shown whatever is broken."""
        return self._answer("error.html", {"path": "", "health": None, "rules_version": "", **values}, status)

    def _answer(self, template: str, values: Mapping[str, object], status: int) -> HTMLResponse:
        return HTMLResponse(self._environment.get_template(template).render(values), status)


def _assets() -> Callable[[str], str]:
    """The address of a static file with a mark of its content, so that browsers never keep an old one."""
    marks = {path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:8] for path in sorted(STATIC.iterdir()) if path.is_file()}

    def asset(name: str) -> str:
        return f"/static/{name}?v={marks[name]}"

    return asset


def _iso(when: datetime) -> str:
    return when.isoformat(timespec="seconds").replace("+00:00", "Z")


_FILTERS: dict[str, Callable[..., object]] = {
    "ago": wording.ago,
    "took": wording.took,
    "clock_time": wording.clock_time,
    "date": wording.date,
    "day_name": wording.day_name,
    "iso": _iso,
    "language": wording.language,
    "market": wording.market,
    "plain": wording.plain,
    "scheme": wording.scheme,
    "weekday": wording.weekday,
}
