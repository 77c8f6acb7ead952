"""What board knowledge adds to the events of a clause: the board of a limit hit, and the limit hit that a figure gives away.

"+20.00%" of a ChiNext stock is a limit-up, though nobody says so; "+12%" is none, nor is a month's 20 %, a first day's, or a
round 10 % that any stock may have made. In doubt nothing is added.
Guarantee: what is added has the evidence of the move it follows from, and the entry of the limit in the board's file.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from service.events.boards import Board, Boards, Limit
from service.folding import fold
from service.model.entity import Catalog, Entity, EntityKind
from service.model.event import Event, Status

_MOVE = "price_move"
_LIMITS = ("limit_up", "limit_down")
_WARNED = re.compile(r"^\*?s?\*?st")
_NEW = re.compile(r"^[nc](?=[\u4e00-\u9fff])")
"""How the exchanges mark a name on its first day (N) and the four after it (C)."""
_CODE = re.compile(
    r"\s?[(（](?P<before>SH|SZ|BJ)?[.:：]?(?P<code>\d{6})(?:\.(?P<behind>SH|SZ|BJ))?[)）]",
    re.IGNORECASE,
)
"""The code of a security that no list knows: listed since, or given a new one."""
_FIGURE = re.compile(r"(?P<whole>\d+)(?:\.(?P<part>\d+))?\s?(?:%|个点|pct|per ?cent)")
_NOT_THE_DAY = re.compile(
    r"累计|累涨|累跌|连续|以来|以上|[本上单一两三]周|周内|[本上]月|月内|今年|去年|年内|年初|年度|季度|最近|近\S{0,3}[日天周月年]"
    r"|[\d一两二三四五六七八九十]+(?:个?交易)?日[涨跌]"
    r"|较|相比|从(?=\d|去|今|上|年)|自(?=\d|今|去|上|年)|发行价|首日|新股(?!份)"
    r"|盘前|盘后(?!龙虎榜)|夜盘|港股|h股|\.hk|偏离|振幅|复权|预计|目标"
    r"|(?<![a-z])(?:weeks?|weekly|months?|monthly|years?|yearly|quarter|since|ytd|so far|past|premarket|pre-market|"
    r"after-hours|from|debut|ipo|hong kong|h shares?)(?![a-z])"
)
"""Words near the figure that make it no move of one day under the limit."""
_CLOSE = re.compile(r"收盘|收[涨跌报]|龙虎榜|封板|(?<![a-z])(?:clos(?:ed?|ing)|end(?:ed|s)?|finish(?:ed|es)?)(?![a-z])")
_BEFORE, _AFTER = 40, 16
_ROUNDING = 0.1
"""Prices have ticks, so a limit is hit up to so many percentage points off the round figure."""
_NARROW = 0.05
_WIDE = 20.0
"""From this limit on, a plain "20%" is told as a limit hit; smaller round figures happen every day."""


def with_limits(boards: Boards, catalog: Catalog, document: str, events: Sequence[Event]) -> tuple[Event, ...]:
    """The events, those of limit hits with their board, and the limit hits that moves of exactly the limit are."""
    return tuple(one for event in events for one in _known(boards, catalog, document, event))


def _known(boards: Boards, catalog: Catalog, document: str, event: Event) -> Iterator[Event]:
    entity = catalog.get(event.entity or "")
    board = _board(boards, entity, document, event)
    if board is None:
        yield event
    elif event.type in _LIMITS:
        yield replace(event, fields={**event.fields, "board": board.id})
    else:
        yield event
        limit = _in_force(board, entity, event) if event.type == _MOVE and event.status is Status.ASSERTED else None
        if limit is not None and _is_hit(document, event, limit):
            kind = _LIMITS[0] if float(event.fields["pct"]) > 0 else _LIMITS[1]
            yield replace(event, type=kind, fields={"board": board.id}, entry=limit.entry)


def _board(boards: Boards, entity: Entity | None, document: str, event: Event) -> Board | None:
    """By the code that the list knows; of whom it does not know, by the code in the bracket behind the name."""
    if entity is not None:
        return boards.of(entity.id) if entity.kind is EntityKind.STOCK else None
    code = _CODE.match(document, event.subject_span.end) if event.subject_span else None
    if code is None:
        return None
    market = code["before"] or code["behind"]
    return boards.of(f"{code['code']}.{market.upper()}") if market else boards.of_code(code["code"])


def _in_force(board: Board, entity: Entity | None, event: Event) -> Limit | None:
    """The limit of the event's day; news without a day is taken for new."""
    name = fold(event.subject)
    if _NEW.match(name):
        return None
    return board.limit(event.day or date.max, warned=bool(_WARNED.match(name)), listed=entity.listed if entity else None)


def _is_hit(document: str, event: Event, limit: Limit) -> bool:
    """Whether the figure, as it is written, is the limit and speaks of one day."""
    if event.fields.get("bound") != "exact":
        return False
    around = fold(document[max(0, event.evidence.start - _BEFORE) : event.evidence.end + _AFTER])
    figure = _FIGURE.search(fold(event.evidence.of(document)))
    if figure is None or _NOT_THE_DAY.search(around):
        return False
    precise = len(figure["part"] or "") == 2
    over = round(abs(float(event.fields["pct"])) - limit.pct, 4)
    if limit.pct >= _WIDE:
        return abs(over) <= (_ROUNDING if precise else 0)
    return precise and ((0 <= over <= _NARROW) or (abs(over) <= _ROUNDING and _CLOSE.search(around) is not None))
