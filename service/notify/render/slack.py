"""A delivery as a Slack message in Block Kit.

Guarantee: untrusted text stays literal: it stands in plain_text with & < > escaped, or in rich_text, which Slack does not
parse; never in mrkdwn, which has no way of escaping * _ ~ (and *ST is how risky shares are named). Slack's limits are kept,
whatever comes. Links are rich_text links, not buttons: a button asks the app for an answer that a webhook cannot give, and
shows a warning.
"""

import re
from collections.abc import Iterable
from typing import Any

from service.model.delivery import Delivery
from service.notify.render import by_severity, head
from service.notify.render.clean import cut, isolate
from service.notify.render.words import AlertWords, in_words

MAX_HEADER = 150
MAX_SECTION = 3000
MAX_CONTEXT = 2000
MAX_BLOCKS = 50
MAX_FULL = 8
MAX_FALLBACK = 1000
_LINES_EACH = 10
_AFTER_OPENER = re.compile(r"(?<=<)")

Block = dict[str, Any]


def slack_message(delivery: Delivery, base_url: str = "") -> Block:
    """The body of a webhook call or of chat.postMessage, without a channel; the first block's id holds the delivery's key."""
    alerts = by_severity(delivery.alerts)
    words = [in_words(alert) for alert in alerts]
    title = head(alerts, words)
    full, rest = words[:MAX_FULL], words[MAX_FULL:]
    blocks = [_header(title)] if len(words) != 1 else []
    for number, each in enumerate(full):
        blocks += [{"type": "divider"}] * (number > 0) + list(_alert(each, alone=len(words) == 1))
    blocks += list(_rest(rest, base_url, MAX_BLOCKS - len(blocks)))
    blocks[0]["block_id"] = f"tapewatch-{delivery.key}"[:255]
    severity = f"[{words[0].severity.upper()}] " if words else ""
    return {
        "text": fitted(f"{severity}{title}", MAX_FALLBACK),
        "blocks": blocks,
        "mrkdwn": False,
        "link_names": False,
        "unfurl_links": False,
        "unfurl_media": False,
    }


def escape(text: str) -> str:
    """Slack's three control characters as entities; nothing else is one outside mrkdwn."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def fitted(text: str, limit: int) -> str:
    """`text` escaped, cut so that the escaped form is no longer than `limit`, never through an entity, never empty."""
    shown = text
    while len(escape(shown)) > limit:
        shown = cut(text, min(len(shown) - 1, max(1, len(shown) * limit // len(escape(shown)))))
    return escape(shown) or "-"


def _alert(words: AlertWords, *, alone: bool) -> Iterable[Block]:
    severity = words.severity.upper()
    if alone:
        yield _header(f"{severity}: {isolate(words.title)}")
    else:
        yield _rich(_section(*_texts(f"{severity}: {isolate(words.title)}", bold=True)))
    if about := "\n".join(filter(None, (words.subject, isolate(words.happened)))):
        yield {"type": "section", "text": _plain(about, MAX_SECTION)}
    if words.body:
        yield {"type": "section", "text": _plain("\n".join(map(isolate, words.body)), MAX_SECTION)}
    if words.excerpt or words.link:
        yield _rich(*_excerpt(words))
    yield _context(words)


def _excerpt(words: AlertWords) -> Iterable[Block]:
    if words.excerpt:
        pieces = (piece for segment in words.excerpt for piece in _texts(segment.text, bold=segment.marked))
        yield {"type": "rich_text_quote", "elements": list(pieces)}
    if words.link:
        yield _section({"type": "link", "url": words.link, "text": f"Read it at {words.link_host}"})


def _context(words: AlertWords) -> Block:
    when = f"published {words.published}" if words.published else ""
    labelled = (("Why", words.why), ("Rule", words.rule), ("Headline", isolate(words.headline)))
    lines = [f"{label}: {value}" for label, value in labelled if value]
    lines.append("Source: " + ", ".join(filter(None, (isolate(words.source), when))))
    return {"type": "context", "elements": [_plain(each, MAX_CONTEXT) for each in lines]}


def _rest(rest: list[AlertWords], base_url: str, room: int) -> Iterable[Block]:
    """The alerts that are not shown whole, by their titles, ten to a section."""
    titles = [f"{words.severity.upper()}: {isolate(cut(words.title, 200))}" for words in rest]
    shown = titles[: _LINES_EACH * (room - 1)]
    for start in range(0, len(shown), _LINES_EACH):
        yield {"type": "section", "text": _plain("\n".join(shown[start : start + _LINES_EACH]), MAX_SECTION)}
    if len(shown) < len(titles):
        more = f"and {len(titles) - len(shown)} more" + (f": {base_url}" if base_url else "")
        yield {"type": "context", "elements": [_plain(more, MAX_CONTEXT)]}


def _header(text: str) -> Block:
    return {"type": "header", "text": _plain(text, MAX_HEADER)}


def _plain(text: str, limit: int) -> Block:
    return {"type": "plain_text", "text": fitted(text, limit), "emoji": False}


def _rich(*elements: Block) -> Block:
    return {"type": "rich_text", "elements": list(elements)}


def _section(*elements: Block) -> Block:
    return {"type": "rich_text_section", "elements": list(elements)}


def _texts(text: str, *, bold: bool) -> Iterable[Block]:
    """Rich text is not parsed; that no string holds a `<!` or `<@` all the same costs nothing."""
    for piece in _AFTER_OPENER.split(text):
        if piece:
            yield {"type": "text", "text": piece} | ({"style": {"bold": True}} if bold else {})
