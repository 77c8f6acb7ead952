"""`/rules/watchlist`: the securities that matter here: paste names or tickers, pick, and rules may ask for them as a list.

A watchlist is a `lists:` entry in `alerts/watchlist.yaml`, so that every rule file can say `subject: {list: watchlist}`; names
that no entity has stand in it as names. Guarantee: what cannot be understood is shown and left out, never guessed; a file in
which somebody wrote more than the list is not written over.
"""

import re
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, Field

from service.editing import OutOfDate
from service.errors import InvalidFiles
from service.events.names import codes, known_names
from service.folding import fold
from service.model.user import Role
from service.rulebook import Rulebook
from service.rulefiles import name_of, place_of
from service.rules.starting import quoted
from service.web.access import Person, allow
from service.web.context import WebContext
from service.web.failures import status_of
from service.web.i18n import gettext as _
from service.web.rendering import Pages
from service.web.rules.catalogue import document_of

PLACE = "alerts/watchlist.yaml"
LIST = "watchlist"
MOST = 2000
_ASKED = re.compile(rb"\blist:\s*\[?[^\]\n]*\bwatchlist\b")
_NAME = re.compile(r"[^\x00-\x1f\"{}\[\]]{1,80}")


class Change(BaseModel):
    """The form: what is added, what is taken away, and whether words that nobody is called by are added as names."""

    pasted: str = Field(default="", max_length=200_000)
    remove: list[str] = Field(default=[], max_length=MOST)
    as_names: bool = False


def router(context: WebContext, pages: Pages) -> APIRouter:
    """The routes of the page."""
    routes = APIRouter(dependencies=[allow(Role.EDITOR)])

    @routes.api_route("/rules/watchlist", methods=["GET", "HEAD"])
    def show(request: Request) -> HTMLResponse:
        return pages.html("rules/watchlist.html", request, _values(context.desk.current))

    def again(request: Request, form: Change, refused: str, status: int) -> HTMLResponse:
        values = {**_values(context.desk.current), "pasted": form.pasted, "refused": refused}
        return pages.html("rules/watchlist.html", request, values, status)

    @routes.post("/rules/watchlist")
    def change(request: Request, person: Person, form: Annotated[Change, Form()]) -> Response:
        book = context.desk.current
        found, unknown = understood(book, form.pasted)
        if unknown and not form.as_names:
            shown = {"pasted": form.pasted, "found": [*map(book.catalog.get, found)], "unknown": unknown}
            return pages.html("rules/watchlist.html", request, {**_values(book), **shown}, 422)
        kept = [one for one in listed(book) if one not in form.remove]
        wanted = list(dict.fromkeys([*kept, *found, *(f"name:{one}" for one in unknown)]))[:MOST]
        if wanted == listed(book):
            return RedirectResponse("/rules/watchlist", 303)
        if not is_plain(book):
            refused = _("%(file)s holds more than the watchlist: change it in your rules folder.") % {"file": PLACE}
            return again(request, form, refused, 409)
        try:
            context.desk.save({PLACE: file_of(wanted) if wanted else None}, book.version, person.name, _("The watchlist"))
        except (InvalidFiles, OutOfDate) as error:
            return again(request, form, str(error), status_of(error))
        return RedirectResponse("/rules/watchlist", 303)

    return routes


def _values(book: Rulebook) -> dict[str, Any]:
    members = [(one, book.catalog.get(one)) for one in listed(book)]
    asked = any(
        _ASKED.search(text)
        for name, text in book.texts.items()
        if place_of(name).startswith("alerts/") and place_of(name) != PLACE
    )
    return {"members": members, "asked": asked, "pasted": "", "found": [], "unknown": [], "refused": ""}


def listed(book: Rulebook) -> list[str]:
    """The entries of the watchlist: ids, and `name:…` for what has none."""
    text = book.texts.get(name_of(book.texts, PLACE))
    document = document_of(PLACE, text) if text else None
    entries = document.at(("lists", LIST)) if document else None
    found = []
    for one in entries if isinstance(entries, list) else []:
        names = one.get("name") if isinstance(one, dict) else None
        found += (
            [one] if isinstance(one, str) else [f"name:{name}" for name in ([names] if isinstance(names, str) else names or [])]
        )
    return found


def is_plain(book: Rulebook) -> bool:
    """Whether the file holds nothing but the list, so that writing it anew loses nothing; comments do not count."""
    text = book.texts.get(name_of(book.texts, PLACE))
    if text is None:
        return True
    document = document_of(PLACE, text)
    value = document.value if document else None
    if not isinstance(value, dict) or value.get("rules") or not set(value) <= {"lists", "rules"}:
        return False
    lists = value.get("lists")
    entries = lists[LIST] if isinstance(lists, dict) and set(lists) == {LIST} else None
    return isinstance(entries, list) and all(
        isinstance(one, str) or (isinstance(one, dict) and set(one) == {"name"}) for one in entries
    )


def understood(book: Rulebook, pasted: str) -> tuple[list[str], list[str]]:
    """The ids of what was pasted, line by line or with commas between, and the words that nobody is called by."""
    by_code, by_name = codes(book.catalog), known_names(book.catalog, frozenset())
    found: list[str] = []
    unknown: list[str] = []
    for one in re.split(r"[\n,，、;；\t]+", pasted)[: MOST * 2]:
        word = " ".join(one.split()).strip("\"'“”")
        if not word or not _NAME.fullmatch(word):
            continue
        folded = fold(word)
        known = by_name.get(folded)
        entity = by_code.get(folded) or by_code.get(f"{folded}.us") or (known.entity if known else None)
        (found if entity else unknown).append(entity or word)
    return list(dict.fromkeys(found)), list(dict.fromkeys(unknown))


def file_of(entries: Sequence[str]) -> bytes:
    """The file of a watchlist."""
    lines = ["# The watchlist of the console. Rules ask for it with `subject: {list: watchlist}`.", "lists:", f"  {LIST}:"]
    for one in entries:
        kind, _, name = one.partition(":")
        lines.append(f"    - {{name: {quoted(name)}}}" if kind == "name" else f"    - {quoted(one)}")
    return ("\n".join([*lines, "rules: []"]) + "\n").encode()
