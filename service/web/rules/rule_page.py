"""`/rules/<id>`: one rule: what it means, how it did, its file in an editor, what a change of it would change, its history.

Guarantee: a mistake keeps what was typed; whoever saves over somebody else's change sees it first.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, Field

from service.drafting import Tried, problem_json
from service.editing import OutOfDate, typed
from service.errors import InvalidFiles
from service.model.user import Role
from service.rulebook import Rulebook
from service.rulefiles import name_of
from service.storage import rulesets
from service.web.access import Person, allow
from service.web.context import WebContext
from service.web.difference import difference
from service.web.rendering import Pages
from service.web.rules import trial, words
from service.web.rules.catalogue import Entry, document_of, rules_in
from service.web.rules.list_page import row
from service.web.rules.shared import shared
from service.web.rules.trial import Draft

LARGEST = 3 * 1024 * 1024
"""Characters of a form's text; a file of more than a third of it is refused with a reason."""
HISTORY = 12

Values = dict[str, Any]


class Fields(BaseModel):
    """The form of the page. `days` may be anything: what is no span that can be chosen means a week."""

    place: str = Field(default="", max_length=300)
    text: str = Field(default="", max_length=LARGEST)
    base: str = Field(default="", max_length=64)
    rule: str = Field(default="", max_length=300)
    action: Literal["save", "check", "try", "backtest", "delete"] = "check"
    why: str = Field(default="", max_length=500)
    tried_text: str = Field(default="", max_length=LARGEST)
    days: int = 7

    @property
    def draft(self) -> Draft:
        """The file as it was typed."""
        return Draft(self.place, typed(self.text).decode(), self.base, self.rule)


class Editor:
    """Makes the page, whatever it has to show."""

    def __init__(self, context: WebContext, pages: Pages) -> None:
        self._context, self._pages = context, pages
        common = shared(context, pages)
        self._catalogue, self._figures, self.trials = common.catalogue, common.figures, common.trials

    @property
    def book(self) -> Rulebook:
        """What is in force."""
        return self._context.desk.current

    def entry(self, rule: str) -> Entry | None:
        """What is known of a rule in force."""
        with self._context.database.read() as connection:
            today = self._context.database.now(connection).date()
        return self._catalogue.of(self.book, today).get(rule)

    def draft_of(self, entry: Entry) -> Draft:
        """The file of a rule as it is."""
        return Draft(entry.place, self.text(entry.place), self.book.version, entry.id)

    def text(self, place: str) -> str:
        """A file in force; "" where there is none."""
        return self.book.texts.get(name_of(self.book.texts, place), b"").decode("utf-8", "replace")

    def drafted(self, draft: Draft) -> Rulebook:
        """The rulebook with a draft in it; raises InvalidFiles."""
        return self._context.desk.draft({draft.place: draft.text.encode()})

    def page(self, request: Request, draft: Draft, found: Mapping[str, object] | None = None, status: int = 200) -> HTMLResponse:
        """The page of a draft; `found` is what was asked about it: look, tried, backtest, conflict."""
        now, figures = self._figures.of_all()
        entry = self.entry(draft.rule) if draft.rule else None
        with self._context.database.read() as connection:
            history = rulesets.activations(connection, limit=HISTORY, place=draft.place)
        asked = {"look": None, "tried": None, "backtest": None, "conflict": None, "why": "", "days": 7, "tried_text": ""}
        values = {
            "now": now,
            "draft": draft,
            "entry": entry,
            "row": row(entry, figures.get(entry.id), now.date()) if entry else None,
            "meaning": self.meaning(draft),
            "others": [one.rule.id for one in trial.mine(self.book, draft.place) if one.rule.id != draft.rule],
            "history": history,
            "in_force": self.book.version,
            "spans": trial.SPANS,
            **asked,
            **(found or {}),
        }
        return self._pages.html("rules/rule.html", request, values, status)

    def meaning(self, draft: Draft) -> str:
        """The sentence of the rule that a draft is about, as it is in force."""
        entry = self.entry(draft.rule) if draft.rule else None
        if entry is None:
            return ""
        document = document_of(entry.place, self.text(entry.place).encode())
        found = [one for one in rules_in(document) if one.get("id") == entry.id] if document else []
        return words.meaning(found[0]) if found else ""


def router(context: WebContext, pages: Pages) -> APIRouter:
    """The routes of the page; to be included after those of pages with names of their own below /rules."""
    routes = APIRouter(dependencies=[allow(Role.VIEWER)])
    editor = Editor(context, pages)
    _saving(routes, context, pages, editor)

    @routes.api_route("/rules/{rule}", methods=["GET", "HEAD"])
    def show(request: Request, rule: str) -> HTMLResponse:
        entry = editor.entry(rule)
        if entry is None:
            raise HTTPException(404)
        return editor.page(request, editor.draft_of(entry))

    return routes


def _saving(routes: APIRouter, context: WebContext, pages: Pages, editor: Editor) -> None:
    @routes.post("/rules/look", dependencies=[allow(Role.EDITOR)])
    def look(request: Request, form: Annotated[Fields, Form()]) -> HTMLResponse:
        """A piece of the page for its script: what a draft comes to."""
        found = asked(editor, form)
        return pages.html("rules/draft.html", request, {"draft": form.draft, "part": form.action, **found})

    @routes.post("/rules/edit", dependencies=[allow(Role.EDITOR)])
    def edit(request: Request, person: Person, form: Annotated[Fields, Form()]) -> Response:
        """The whole form: save, or without a script, look."""
        if form.action == "delete":
            return delete(request, context, editor, form.draft, (person.name, form.why))
        if form.action != "save":
            return editor.page(request, form.draft, {"why": form.why, **asked(editor, form)})
        return save(request, context, editor, form.draft, (person.name, form.why))


def asked(editor: Editor, form: Fields) -> Values:
    """What was asked about a draft."""
    draft, written = form.draft, form.tried_text.strip()
    title, _, text = written.partition("\n")
    tried = Tried(title if text else "", text.strip() or title) if form.action == "try" and written else None
    looked = editor.trials.check(draft, tried)
    days = form.days if form.days in trial.SPANS else 7
    found: Values = {"look": looked, "tried": looked.get("tried"), "tried_text": form.tried_text, "days": days, "backtest": None}
    if form.action == "backtest" and not looked["problems"]:
        found["backtest"] = editor.trials.backtest(draft, days)
    return found


def save(request: Request, context: WebContext, editor: Editor, draft: Draft, made: tuple[str, str]) -> Response:
    """Keep a draft: leads to its rule, or shows what is wrong, or what came in between."""
    looked = editor.trials.check(draft)
    if looked["problems"]:
        return editor.page(request, draft, {"look": looked, "why": made[1]}, 422)
    by, why = made
    try:
        book = _saved(context, draft, by, why)
    except InvalidFiles as error:
        problems = [problem_json(one) for one in error.problems]
        return editor.page(request, draft, {"look": {**looked, "problems": problems}, "why": why}, 422)
    except OutOfDate:
        return editor.page(request, *_conflict(context, editor, draft, why), 409)
    rules = [one.rule.id for one in trial.mine(book, draft.place)]
    leads_to = draft.rule if draft.rule in rules or not rules else rules[0]
    return RedirectResponse(f"/rules/{leads_to}" if leads_to else "/rules", 303)


def delete(request: Request, context: WebContext, editor: Editor, draft: Draft, made: tuple[str, str]) -> Response:
    """Take the file away, whatever was typed; its history keeps it. Leads to the rules, or shows why it has to stay."""
    try:
        context.desk.save({draft.place: None}, draft.base, *made)
    except InvalidFiles as error:
        look = {"problems": [problem_json(one) for one in error.problems], "findings": [], "examples": []}
        return editor.page(request, draft, {"look": look, "why": made[1]}, 422)
    except OutOfDate:
        return editor.page(request, *_conflict(context, editor, draft, made[1]), 409)
    return RedirectResponse("/rules", 303)


def _saved(context: WebContext, draft: Draft, by: str, why: str) -> Rulebook:
    """Save; also over a version that came in between, where that left this file as it was."""
    changes, desk = {draft.place: draft.text.encode()}, context.desk
    try:
        return desk.save(changes, draft.base, by, why)
    except OutOfDate as late:
        current = desk.current
        now = current.texts.get(name_of(current.texts, draft.place))
        if current.version != late.version or stored_text(context, draft.base, draft.place) != now:
            raise
        return desk.save(changes, late.version, by, why)


def stored_text(context: WebContext, version: str, place: str) -> bytes | None:
    """A file as it was in a version."""
    with context.database.read() as connection:
        texts = rulesets.texts(connection, version) or {}
    return texts.get(name_of(texts, place))


def _conflict(context: WebContext, editor: Editor, draft: Draft, why: str) -> tuple[Draft, Values]:
    """What the person typed, now as a change of what is in force, with what is different between the three."""
    before = (stored_text(context, draft.base, draft.place) or b"").decode("utf-8", "replace")
    theirs = editor.text(draft.place)
    with context.database.read() as connection:
        last = rulesets.active(connection)
    conflict = {"by": last, "theirs": difference(before, theirs), "yours": difference(theirs, draft.text)}
    return Draft(draft.place, draft.text, editor.book.version, draft.rule), {"conflict": conflict, "why": why}
