"""`/rules/new`: a rule from answers, with its file as it grows and what it would have told in the last days.

Guarantee: nothing is kept before the editor, to which this leads. Must not ask for what the sentence says already.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from service.alerting.routing import route
from service.clock import utc_now
from service.errors import InvalidFiles
from service.events.extract import extract
from service.model.event import Event
from service.model.item import Item
from service.model.rule import Severity
from service.model.user import Role
from service.pipeline.fired import fire
from service.rulebook import Rulebook
from service.rulefiles import place_of
from service.rules.building import Scope
from service.rules.conditions.field import fields_of
from service.rules.matcher import match
from service.rules.starting import SUBJECTS, Start, proposed
from service.web.access import allow
from service.web.context import WebContext
from service.web.rendering import Pages
from service.web.rules.rule_page import Editor
from service.web.rules.trial import Draft
from service.words import counting, event_fields

DAYS = 7
MOST_CHOICES = 8
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_LABEL = re.compile(r"([A-Za-z_][A-Za-z0-9_]{0,63})\s*[=:]\s*(\S.{0,99})")


class Answers(BaseModel):
    """The form. `what` is an event type, or "words"; `choices` are `field=value` of enumerated fields."""

    sentence: str = Field(default="", max_length=4000)
    counter: str = Field(default="", max_length=4000)
    what: str = Field(default="", max_length=100)
    words: str = Field(default="", max_length=1000)
    whom: str = Field(default="any", max_length=20)
    name: str = Field(default="", max_length=200)
    choices: list[str] = Field(default=[], max_length=50)
    least: str = Field(default="", max_length=20)
    severity: Severity = Severity.MEDIUM
    label: str = Field(default="", max_length=200)
    id: str = Field(default="", max_length=64)
    action: Literal["look", "open"] = "look"


@dataclass(frozen=True, slots=True)
class Kind:
    """An event type that can be asked for: its enumerated fields with their values, and whether it tells of a move."""

    name: str
    choices: Mapping[str, Sequence[str]]
    moves: bool


def router(context: WebContext, pages: Pages) -> APIRouter:
    """The routes of the page."""
    routes = APIRouter(dependencies=[allow(Role.EDITOR)])
    editor = Editor(context, pages)

    @routes.api_route("/rules/new", methods=["GET", "HEAD"])
    def show(request: Request, whom: str = "any", name: str = "") -> HTMLResponse:
        begun = Answers(whom=whom[:20], name=name[:200])
        return pages.html("rules/new.html", request, _values(editor, begun, {"looked": None}))

    @routes.post("/rules/new")
    def answer(request: Request, form: Annotated[Answers, Form()]) -> HTMLResponse:
        start, read = start_of(editor.book, form)
        draft = Draft(f"alerts/{start.id}.yaml", start.text(), editor.book.version)
        if form.action == "open":
            return editor.page(request, draft, {"look": editor.trials.check(draft)})
        return pages.html("rules/new.html", request, _values(editor, form, _looked(editor, start, draft, read)))

    @routes.post("/rules/new/preview")
    def preview(request: Request, form: Annotated[Answers, Form()]) -> HTMLResponse:
        """The piece of the page that grows, for its script."""
        start, read = start_of(editor.book, form)
        draft = Draft(f"alerts/{start.id}.yaml", start.text(), editor.book.version)
        return pages.html("rules/growing.html", request, {"answers": form, **_looked(editor, start, draft, read)})

    return routes


def _values(editor: Editor, form: Answers, looked: Mapping[str, object]) -> dict[str, Any]:
    book = editor.book
    tags = sorted({tag for entity in book.catalog.values() for tag in entity.tags})
    return {"answers": form, "kinds": kinds(book), "tags": tags, "subjects": ("any", *SUBJECTS), **looked}


def _looked(editor: Editor, start: Start, draft: Draft, read: Sequence[Event]) -> dict[str, object]:
    """What became of the answers: the file, what is wrong with it, whom it would tell, what it would have told."""
    asked = bool(start.event or start.words)
    look = editor.trials.check(draft) if asked else None
    right = look is not None and not look["problems"]
    return {
        "looked": look or {"problems": [], "examples": [], "findings": []},
        "draft": draft,
        "start": start,
        "read": read,
        "asked": asked,
        "receivers": told(editor, draft, start) if right else [],
        "backtest": editor.trials.backtest(draft, DAYS) if right else None,
    }


def kinds(book: Rulebook) -> list[Kind]:
    """What may be asked for, as the vocabulary in force says it."""
    vocabulary, found = event_fields(book.lexicon), []
    for name in book.lexicon.types:
        allowed = fields_of(Scope((name,)), vocabulary)
        choices = {
            field: values[:MOST_CHOICES] for field, values in allowed.items() if isinstance(values, tuple) and field != "status"
        }
        found.append(Kind(name, choices, "pct" in allowed))
    return found


def start_of(book: Rulebook, form: Answers) -> tuple[Start, Sequence[Event]]:
    """The rule of the answers, what they leave open taken from the sentence; and the events that are read in it."""
    sentence, counter = " ".join(form.sentence.split()), " ".join(form.counter.split())
    read = counting(book.lexicon, extract(Item("new", "new", "", sentence), book.lexicon)) if sentence else ()
    known = {kind.name: kind for kind in kinds(book)}
    event = form.what if form.what in known else read[0].type if read and not form.what and not form.words.strip() else ""
    words = [word for one in re.split("[,，\n]", form.words) if (word := " ".join(one.split()))]
    label = _LABEL.fullmatch(form.label.strip())
    start = Start(
        [sentence] if sentence else [],
        [counter] if counter else [],
        form.id if _NAME.fullmatch(form.id) else proposed(event, words),
        event,
        f"{form.whom}:{' '.join(form.name.split())}" if form.whom in SUBJECTS and form.name.strip() else "any",
        words if form.what in ("", "words") else [],
        form.severity,
        asks=_asks(form, known[event]) if event else {},
        least=_least(form) if event and known[event].moves else {},
        labels={label[1]: label[2]} if label else {},
    )
    start.id = _free(book, start.id)
    return start, read


def _asks(form: Answers, kind: Kind) -> dict[str, list[str]]:
    """The values that were chosen, as far as the event has them."""
    found: dict[str, list[str]] = {}
    for choice in form.choices:
        event, _, rest = choice.partition(".")
        field, _, value = rest.partition("=")
        if event == kind.name and value in kind.choices.get(field, ()):
            found.setdefault(field, []).append(value)
    return found


def _least(form: Answers) -> dict[str, float]:
    try:
        least = float(form.least)
    except ValueError:
        return {}
    return {"move": least} if 0 < least < 10_000 else {}


def _free(book: Rulebook, name: str) -> str:
    """A name that neither a rule nor a file has."""
    taken = {one.id for one in book.rules.rules} | {place_of(file).rpartition("/")[2].partition(".")[0] for file in book.texts}
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name[:60]}-{number}"
    return found


def told(editor: Editor, draft: Draft, start: Start) -> list[str]:
    """The receivers that the sentence would be told to."""
    if not start.match:
        return []
    try:
        book = editor.drafted(draft)
    except InvalidFiles:
        return []
    item, now = Item("new", "new", "", start.match[0], publisher="new"), utc_now()
    events = counting(book.lexicon, extract(item, book.lexicon))
    fired = fire(book, 0, item, match(book.rules, item, events, now), now)
    mine = [one for one in fired if one.alert.rule == start.id]
    return list(dict.fromkeys(hit.receiver.name for one in mine for hit in route(book.routing, one.alert)))
