"""Which of several figures of one subject counts: the later one for an intraday extreme, the session's for a longer stretch.

一度涨超6%，收盘涨2% is a rise of 2 per cent, and so is 年内涨40%，今日收涨2% unless the headline tells the longer stretch.
Guarantee: a move is left out only where another one of the same subject stays. It must not compare events of different items.
"""

import re
from collections.abc import Sequence

from service.events.merging import same
from service.folding import fold
from service.model.event import Event, Status

_MOVE = "price_move"
_EXTREME = re.compile(r"(?:一度|曾|盘中最[多高大深]|最[多高大深])[^\d,。;]{0,6}$")
_OUTSIDE = re.compile(r"盘[前后]|市[前后]|夜盘")
"""A session of its own: what it was at most is no extreme of the day's."""
_LATER = re.compile(r"(?:收[涨跌报升盘市高低]|收于|截[至止]|最终|全[日天]|尾盘|[现暂][报涨跌升]|折合报|最新)[^。;\n]{0,40}$")
_LONG = re.compile(
    r"(?:年内|年初|今年|累计|累[涨跌]|以来|[本上]周|[本上]月|去年|近?(?:\d+|[一两三四五六七八九十]+)个?(?:交易日|日|天|周|月|年))[^,。;\n]{0,12}$"
)
_REACH = 48


def settled(document: str, events: Sequence[Event]) -> list[Event]:
    """The events without the moves that give way to another of the same subject."""
    moves = [event for event in events if event.type == _MOVE and event.status is Status.ASSERTED]
    if len(moves) < 2:
        return list(events)
    title = document.find("\n")
    told = [(event, *_said(document, event)) for event in moves]
    away = [
        event
        for event, before, verb in told
        if _is_extreme(before) or (event.trigger.start > title and _LONG.search(before + verb) is not None)
    ]
    if not away:
        return list(events)
    later = [event for event, before, verb in told if event not in away and _LATER.search(before + verb) is not None]
    return [event for event in events if event not in away or not any(same(event, other) for other in later)]


def _is_extreme(before: str) -> bool:
    return _EXTREME.search(before) is not None and _OUTSIDE.search(before) is None


def _said(document: str, event: Event) -> tuple[str, str]:
    """What stands before the verb, and the verb."""
    start, end = event.trigger
    text = fold(document[max(0, start - _REACH) : end])
    return text[: start - end], text[start - end :]
