"""`/api/v1/rules`: the rules in force, their files, drafts of them, and the versions there were."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request
from pydantic import Field

from service.drafting import LARGEST, Tried
from service.errors import ConfigurationError, InvalidFiles
from service.model.user import Role
from service.rulefiles import ENTRUSTED, may_be_changed, name_of, place_of
from service.rules.ruleset import CompiledRule
from service.ruleversions import activate
from service.storage import rulesets
from service.web.access import Person
from service.web.api import shapes
from service.web.api.asking import LARGEST_ID, Body, Limit, needs, paged, reads
from service.web.api.changing import mark_of, refused, require_match, save
from service.web.context import WebContext
from service.web.problems import ApiProblem, Json
from service.web.rules.trial import Draft, DraftTrials

LONGEST_TEXT = 64 * 1024
LONGEST_DAYS = 90

Place = Annotated[str, Path(max_length=300, description="As `alerts/desk.yaml`.")]
IfMatch = Annotated[str, Header(max_length=200, description="The ETag that was read.")]


class AskedText(Body):
    """A news text."""

    title: str = Field("", max_length=1000)
    text: str = Field(max_length=LONGEST_TEXT, examples=["Alder Optics hit limit-up on Monday."])


class AskedDraft(Body):
    """A file as it would be; with `text_to_try` also what it would say of that text."""

    file: str = Field(max_length=300, examples=["alerts/desk.yaml"])
    text: Annotated[str, Field(max_length=LARGEST)]
    text_to_try: AskedText | None = None


class AskedBacktest(Body):
    """A file as it would be, and how many days of stored items it is held against."""

    file: str = Field(max_length=300, examples=["alerts/desk.yaml"])
    text: Annotated[str, Field(max_length=LARGEST)]
    days: int = Field(30, ge=1, le=LONGEST_DAYS)


class AskedFile(Body):
    """The whole text of a file, and why it changes."""

    text: Annotated[str, Field(max_length=LARGEST)]
    why: str = Field("", max_length=1000)


def router(context: WebContext) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["rules"])
    read, write = needs(Role.VIEWER, "rules:read"), needs(Role.EDITOR, "rules:write")

    @reads(routes, "/rules", **read, summary="The rules in force", response_model=shapes.RuleList)
    def rules_listed() -> Json:
        book = context.desk.current
        rows = [_rule(one) for one in book.rules.compiled if not one.rule.step]
        return Json({"version": book.version, "rules": rows, "next": None}, headers={"ETag": f'"{book.version}"'})

    @reads(routes, "/rules/files", **read, summary="The files in force", response_model=shapes.FileList)
    def files_listed() -> Json:
        """Those that may be changed; what travels with the program beside them is not among them."""
        texts = context.desk.current.texts
        placed = sorted((place_of(name), text) for name, text in texts.items() if may_be_changed(place_of(name)))
        return Json(
            {"files": [{"file": place, "size": len(text), "etag": mark_of(text)} for place, text in placed], "next": None}
        )

    @reads(routes, "/rules/files/{place:path}", **read, summary="One file", response_model=shapes.RuleFile)
    def file(place: Place, person: Person) -> Json:
        """`sources.yaml` and `routes.yaml` are for editors: an address in them may hold a secret."""
        if place in ENTRUSTED and not person.may(Role.EDITOR):
            raise ApiProblem("not-allowed", "Only editors read this file: an address in it may hold a secret.")
        texts = context.desk.current.texts
        text = texts.get(name_of(texts, place))
        if text is None or not may_be_changed(place):
            raise ApiProblem("not-found", "There is no file at this place.")
        return Json({"file": place, "text": text.decode("utf-8", "replace")}, headers={"ETag": mark_of(text)})

    _changes(routes, context, write)
    _tries(routes, context)
    _versions(routes, context)
    return routes


def _changes(routes: APIRouter, context: WebContext, write: dict[str, Any]) -> None:
    @routes.put(
        "/rules/files/{place:path}",
        **needs(Role.EDITOR, "rules:write", body=True),
        summary="Save a file: as a new version that is in force at once",
        response_model=shapes.Saved,
    )
    def file_saved(place: Place, body: AskedFile, person: Person, if_match: IfMatch = "", if_none_match: IfMatch = "") -> Json:
        """The folder is checked as a whole first: with a mistake in it nothing changes. Say which file you read by If-Match."""
        base = context.desk.current
        before = base.texts.get(name_of(base.texts, place))
        if if_none_match.strip() == "*":
            if before is not None:
                raise ApiProblem("changed-meanwhile", "There is a file at this place already.", {"ETag": mark_of(before)})
        else:
            require_match(if_match, before)
        text = body.text.encode("utf-8", "replace")
        saved = save(context, {place: text}, base.version, person, body.why)
        return Json({"file": place, "version": saved.version}, headers={"ETag": mark_of(text)})

    @routes.delete(
        "/rules/files/{place:path}", **write, summary="Take a file away, as a new version", response_model=shapes.Saved
    )
    def file_removed(place: Place, person: Person, if_match: IfMatch = "") -> Json:
        base = context.desk.current
        require_match(if_match, base.texts.get(name_of(base.texts, place)))
        saved = save(context, {place: None}, base.version, person, "")
        return Json({"file": place, "version": saved.version})


def _tries(routes: APIRouter, context: WebContext) -> None:
    trials = DraftTrials(context)
    read = needs(Role.EDITOR, "rules:read", body=True)

    @routes.post("/rules/check", **read, summary="What a draft of a file comes to: mistakes, doubts, examples, a text")
    def draft_checked(body: AskedDraft) -> Json:
        """Nothing is kept. The answer has `problems`, `findings`, `examples`, `rules` and, where a text was given, `tried`."""
        tried = Tried(body.text_to_try.title, body.text_to_try.text) if body.text_to_try else None
        found = trials.check(Draft(body.file, body.text, context.desk.current.version), tried)
        return Json({"ok": not found["problems"], **found})

    @routes.post("/rules/backtest", **read, summary="What a draft would have told of the stored items")
    def draft_backtested(body: AskedBacktest) -> Json:
        """And what it would have told that the rules in force do not, and the other way round."""
        draft = Draft(body.file, body.text, context.desk.current.version)
        if problems := trials.check(draft)["problems"]:  # in the child: what is made to hang never comes here
            raise ApiProblem("invalid-files", f"{len(problems)} mistakes; the first: {problems[0]['message']}", problems=problems)
        found = trials.backtest(draft, body.days)
        if found.busy:
            raise ApiProblem("unavailable", "Another backtest is running.", {"Retry-After": "10"})
        return Json(
            {
                "counts": dict(found.counts),
                "per_day": found.per_day,
                "items": found.items,
                "first": found.first.isoformat() if found.first else None,
                "last": found.last.isoformat() if found.last else None,
                "whole": not (found.cut or found.broken_off),
                "rules": [{"rule": name, "alerts": count, "per_day": daily} for name, count, daily in found.rules],
                **{name: [_would(one) for one in getattr(found, name)] for name in ("alerts", "added", "removed")},
            }
        )


def _versions(routes: APIRouter, context: WebContext) -> None:
    @reads(
        routes,
        "/rules/versions",
        **needs(Role.VIEWER, "rules:read"),
        summary="Every switch of the rules, newest first",
        response_model=shapes.VersionPage,
    )
    def versions_listed(request: Request, before: Annotated[int, Query(ge=0, le=LARGEST_ID)] = 0, limit: Limit = 50) -> Json:
        with context.database.read() as connection:
            found = rulesets.activations(connection, limit=limit + 1, before=before)
        now = context.desk.current.version
        rows = [
            {"number": one.number, "version": one.version, "at": one.at.isoformat(), "by": one.by, "in_force": one.version == now}
            for one in found
        ]
        return paged(request, "versions", rows, limit, found[:limit][-1].number if found else 0)

    @routes.post(
        "/rules/versions/{version}/activate",
        **needs(Role.EDITOR, "rules:write"),
        summary="Put a stored version in force again, in all processes",
        response_model=shapes.Activated,
    )
    def version_activated(version: Annotated[str, Path(max_length=64)], person: Person) -> Json:
        """It holds until the folder or somebody changes it. A few first digits name it."""
        try:
            book = activate(context.database, version, person.name)
        except InvalidFiles as error:
            raise refused(error) from error
        except ConfigurationError as error:
            raise ApiProblem("not-found", str(error).partition(";")[0]) from error
        return Json({"version": book.version, "rules": len(book.rules.rules)})


def _rule(compiled: CompiledRule) -> dict[str, object]:
    rule = compiled.rule
    path, _, spot = rule.place.partition(".yaml:")
    return {
        "id": rule.id,
        "severity": rule.severity.value,
        "file": place_of(f"{path}.yaml") if spot else place_of(rule.place),
        "place": spot,
        "labels": dict(rule.labels),
    }


def _would(one: Any) -> dict[str, object]:
    told = {name: getattr(one, name) for name in ("rule", "title", "reason", "item")}
    return {**told, "severity": one.severity.value, "at": one.at.isoformat()}
