"""`/api/v1/sources`: where news comes from, and how that goes."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import Connection

from service.marked_yaml.editing import with_entry, with_value
from service.model.source import Source
from service.model.user import Role, User
from service.storage import audit, sources
from service.storage.sources import SourceStatus
from service.urls import MAX_LENGTH
from service.web.access import Person
from service.web.api import shapes
from service.web.api.asking import Body, found, needs, reads
from service.web.api.changing import save
from service.web.context import WebContext
from service.web.problems import ApiProblem, Json

PLACE = "sources.yaml"


class AskedSource(Body):
    """An RSS or Atom feed."""

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$", examples=["example-wire"])
    url: str = Field(max_length=MAX_LENGTH, examples=["https://news.example.com/markets.xml"])
    interval: str = Field("", max_length=10, examples=["1m"])
    publisher: str = Field("", max_length=200)
    language: str = Field("", pattern="^(en|zh)?$")


def router(context: WebContext) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["sources"])
    _reading(routes, context)
    _polling(routes, context)
    _changing(routes, context)
    return routes


def _reading(routes: APIRouter, context: WebContext) -> None:
    read = needs(Role.VIEWER, "rules:read")

    @reads(routes, "/sources", **read, summary="All sources, by id", response_model=shapes.SourceList)
    def sources_listed() -> Json:
        with context.database.read() as connection:
            known = sources.overview(connection)
        defined = {one.id: one for one in context.rulebook().sources}
        return Json({"sources": [_source(one, defined.get(one.id)) for one in known], "next": None})

    @reads(routes, "/sources/{source_id}", **read, summary="One source", response_model=shapes.Source)
    def source(source_id: str) -> Json:
        with context.database.read() as connection:
            known = sources.get(connection, source_id)
        defined = next((one for one in context.rulebook().sources if one.id == source_id), None)
        return found(_source(known, defined) if known else None, "source")


def _polling(routes: APIRouter, context: WebContext) -> None:
    @routes.post(
        "/sources/{source_id}/poll",
        **needs(Role.EDITOR, "sources:write"),
        summary="Fetch a source now",
        response_model=shapes.Done,
    )
    def source_polled(source_id: str, person: Person) -> Json:
        """It is due at once: whichever process is free fetches it within a second or two."""
        with context.database.begin() as connection:
            now = context.database.now(connection)
            _known(connection, source_id)
            if not sources.poll_now(connection, source_id, now):
                raise ApiProblem("conflict", "This source is not read.")
            audit.write(connection, who=person.name, what="source.poll", subject=source_id, now=now)
        return Json({"id": source_id, "said": "It is fetched now."})


def _changing(routes: APIRouter, context: WebContext) -> None:
    @routes.post(
        "/sources",
        **needs(Role.EDITOR, "sources:write", body=True),
        status_code=201,
        summary="Add a feed to sources.yaml, as a new version",
        response_model=shapes.Saved,
    )
    def source_added(body: AskedSource, person: Person) -> Json:
        """It is fetched at once; what it already holds is history, not news."""
        entry = {"id": body.id, "kind": "feed", **{name: value for name, value in body.model_dump().items() if value}}
        saved = _edit(context, person, f"{body.id} added", lambda text: with_entry(text, "sources", entry))
        return Json(saved, 201, {"Location": f"/api/v1/sources/{body.id}"})

    def switch(name: str, words: str, *, enabled: bool) -> None:
        described: dict[str, Any] = {"summary": words, "response_model": shapes.Saved, "operation_id": f"source_{name}"}

        @routes.post(f"/sources/{{source_id}}/{name}", **needs(Role.EDITOR, "sources:write"), **described)
        def switched(source_id: str, person: Person) -> Json:
            with context.database.read() as connection:
                _known(connection, source_id)
            where, why = ("sources", "id", source_id), f"{source_id} {name}d"
            return Json(_edit(context, person, why, lambda text: with_value(text, where, "enabled", enabled)))

    switch("pause", "Do not fetch a source any more, as a new version", enabled=False)
    switch("resume", "Fetch a source again, as a new version", enabled=True)


def _known(connection: Connection, source_id: str) -> None:
    if sources.get(connection, source_id) is None:
        raise ApiProblem("not-found", "There is no source of this name.")


def _edit(context: WebContext, person: User, why: str, change: Callable[[str], str]) -> dict[str, object]:
    base = context.desk.current
    try:
        text = change(context.desk.text(PLACE))
    except ValueError as error:
        raise ApiProblem("conflict", str(error)) from error
    book = save(context, {PLACE: text.encode("utf-8", "replace")}, base.version, person, why)
    return {"file": PLACE, "version": book.version}


def _source(one: SourceStatus, defined: Source | None) -> dict[str, object]:
    times = {"next_at": one.next_at, "last_success_at": one.last_success_at, "last_failure_at": one.last_failure_at}
    return {
        "id": one.id,
        "kind": one.kind,
        "host": one.host,
        "publisher": defined.publisher if defined else "",
        "interval": defined.interval.total_seconds() if defined else None,
        "active": one.active,
        "failures": one.state.failures,
        "fetching": one.fetching,
        **{name: at.isoformat() if at else None for name, at in times.items()},
        "last_error": one.last_error,
        "last_reason": one.last_reason,
        "last_new_items": one.last_new_items,
        "warnings": list(one.warnings),
    }
