"""`/api/v1/items`: what was published; and pushed items, which enter the line where fetched ones do."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field

from service.model.event import Event
from service.model.item import Item
from service.model.user import Role
from service.pipeline.why import why
from service.sources.text import MAX_TEXT, MAX_TITLE
from service.storage import item_queries, items, search
from service.storage.items import StoredItem
from service.web.api import news_shapes
from service.web.api.asking import LARGEST_ID, BeforeNumber, Body, Limit, Moment, Number, Words, found, needs, paged, reads
from service.web.context import WebContext
from service.web.problems import ApiProblem, Json

MOST_AT_ONCE = 500
LONGEST_LINK = 2048
LONGEST_NAME = 320


class PushedItem(Body):
    """A published piece as plain text. `guid` is its name within `source`, by which it is taken once; else its text is."""

    title: str = Field("", max_length=MAX_TITLE, examples=["Alder Optics hits limit-up"])
    text: str = Field("", max_length=MAX_TEXT, examples=["Alder Optics (甲山光电) hit limit-up on Monday."])
    source: str = Field("push", pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$", examples=["desk"])
    guid: str = Field("", max_length=LONGEST_LINK, examples=["desk-2025-12-22-1"])
    link: str = Field("", max_length=LONGEST_LINK, examples=["https://news.example.com/1"])
    published: Moment | None = Field(None, examples=["2025-12-22T10:04:30+08:00"])
    publisher: str = Field("", max_length=LONGEST_NAME, examples=["Example Wire"])
    language: str = Field("", pattern="^(en|zh)?$")

    def item(self) -> Item:
        """The item; a guid is made of its words where it has none."""
        given = Item(
            source=self.source,
            guid=self.guid,
            title=self.title,
            text=self.text,
            link=self.link,
            published=self.published,
            publisher=self.publisher,
            language=self.language,
        )
        stored = items.as_stored(given)
        return stored if stored.guid else replace(stored, guid=f"sha256:{stored.content_hash}")


class PushedItems(Body):
    """Several at once."""

    items: list[PushedItem] = Field(min_length=1, max_length=MOST_AT_ONCE)


def router(context: WebContext) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["items"])
    read = needs(Role.VIEWER, "alerts:read")

    @reads(routes, "/items", **read, summary="Items, those stored last first", response_model=news_shapes.ItemPage)
    def items_listed(request: Request, q: Words = "", before: BeforeNumber = LARGEST_ID, limit: Limit = 50) -> Json:
        words = search.terms(q) if q.strip() else None
        with context.database.read() as connection:
            shown = item_queries.page(connection, limit=limit + 1, before=before, words=words)
        return paged(request, "items", [_row(one) for one in shown], limit, shown[:limit][-1].id if shown else 0)

    @reads(routes, "/items/{item_id}", **read, summary="One item with its text and events", response_model=news_shapes.Item)
    def item(item_id: Number) -> Json:
        with context.database.read() as connection:
            stored = items.get(connection, item_id)
            events = items.events_of(connection, item_id)
        return found({**_whole(stored), "events": [event_json(one) for one in events]} if stored else None, "item")

    @reads(routes, "/items/{item_id}/explain", **read, summary="What became of an item, and what every rule says of it")
    def item_explained(item_id: Number, all_rules: Annotated[bool, Query(alias="all")] = False) -> Json:
        """From the events that were stored, by the rules that are in force; with `all` also the rules of other events."""
        book = context.rulebook()
        with context.database.read() as connection:
            told = why(connection, item_id, book.ruleset, book.version, all_rules=all_rules)
        if told is None:
            raise ApiProblem("not-found", "There is no item with this number; it may have been removed.")
        return Json(told.as_json())

    @routes.post(
        "/items",
        **needs(Role.EDITOR, "items:write", body=True),
        summary="Push items: they are understood, held against the rules and alerted as if they had been fetched",
        response_model=news_shapes.Pushed,
    )
    def items_pushed(body: PushedItem | PushedItems) -> Json:
        """Sending the same again changes nothing: an item is known by its guid, and by its text, within its source."""
        return Json({"items": _push(context, body.items if isinstance(body, PushedItems) else [body])})

    return routes


def _push(context: WebContext, given: Sequence[PushedItem]) -> list[dict[str, object]]:
    if context.push is None:
        raise ApiProblem("unavailable", "This process takes no items.")
    fetched = {source.id for source in context.rulebook().sources}
    for number, one in enumerate(given):
        if not (one.title.strip() or one.text.strip()):
            raise ApiProblem("invalid-request", f"items.{number}: an item has a title or a text")
        if one.source in fetched:
            raise ApiProblem("invalid-request", f"items.{number}.source: {one.source} is fetched; push under another name")
    by_source: dict[str, list[Item]] = {}
    for one in given:
        by_source.setdefault(one.source, []).append(one.item())
    ids: dict[tuple[str, str], tuple[int | None, bool]] = {}
    for source, pushed in by_source.items():
        guids = {one.guid for one in pushed}
        before = _numbers(context, source, guids)
        context.push(source, pushed)
        after = _numbers(context, source, guids)
        ids |= {(source, guid): (after.get(guid), guid in after and guid not in before) for guid in guids}
    return [_became(one, *ids[one.source, one.guid]) for one in (each.item() for each in given)]


def _numbers(context: WebContext, source: str, guids: set[str]) -> dict[str, int]:
    with context.database.read() as connection:
        return item_queries.numbers(connection, source, guids)


def _became(item: Item, number: int | None, new: bool) -> dict[str, object]:
    return {"source": item.source, "guid": item.guid, "status": "stored" if new else "known", "id": number}


def _row(stored: StoredItem) -> dict[str, object]:
    item = stored.item
    return {
        "id": stored.id,
        "source": item.source,
        "guid": item.guid,
        "title": item.title,
        "link": item.link,
        "published": item.published.isoformat() if item.published else None,
        "publisher": item.publisher,
        "language": item.language,
        "fetched_at": stored.fetched_at.isoformat(),
        "disposition": stored.disposition,
    }


def _whole(stored: StoredItem) -> dict[str, object]:
    return {**_row(stored), "text": stored.item.text, "rules_version": stored.rules_version}


def event_json(event: Event) -> dict[str, object]:
    """An event as `news_shapes.Event` describes it."""
    return {
        "type": event.type,
        "subject": event.subject,
        "entity": event.entity,
        "alias": event.alias,
        "status": event.status.value,
        "day": event.day.isoformat() if event.day else None,
        "fields": dict(event.fields),
        "evidence": list(event.evidence),
    }
