"""The pieces of Block Kit that messages are built of.

Guarantee: untrusted text stays literal: it stands in plain_text with & < > escaped, or in rich_text, which Slack does not
parse; never in mrkdwn, which has no way of escaping * _ ~ (and *ST is how risky shares are named). Links are rich_text links, not
buttons: a button asks the app for an answer that a webhook cannot give, and shows a warning.
"""

import re
from collections.abc import Iterable
from typing import Any

from service.notify.render.clean import cut

MAX_HEADER = 150
MAX_SECTION = 3000
MAX_CONTEXT = 600
MAX_BLOCKS = 50
MAX_TEXT = 9_000
"""Characters of one message that we fill, containers and addresses counted: Slack refuses blocks that are too long together
(`msg_blocks_too_long`), does not say where that begins, and was seen to refuse 11,300 characters of text."""

_AFTER_OPENER = re.compile(r"(?<=<)")

Block = dict[str, Any]


def escape(text: str) -> str:
    """Slack's three control characters as entities; nothing else is one outside mrkdwn."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def fitted(text: str, limit: int) -> str:
    """`text` escaped, cut so that the escaped form is no longer than `limit`, never through an entity, never empty."""
    shown = text
    while len(escape(shown)) > limit:
        shown = cut(text, min(len(shown) - 1, max(1, len(shown) * limit // len(escape(shown)))))
    return escape(shown) or "-"


def header(text: str) -> Block:
    """The large line on top."""
    return {"type": "header", "text": plain(text, MAX_HEADER)}


def plain(text: str, limit: int) -> Block:
    """A text object without any markup."""
    return {"type": "plain_text", "text": fitted(text, limit), "emoji": False}


def context(lines: Iterable[str]) -> Block:
    """Small print; at most ten lines."""
    return {"type": "context", "elements": [plain(each, MAX_CONTEXT) for each in list(lines)[:10]]}


def paragraph(text: str) -> Block:
    """A block of plain text."""
    return {"type": "section", "text": plain(text, MAX_SECTION)}


def rich(elements: Iterable[Block]) -> Block:
    """A block of literal text; its elements come from the functions below."""
    return {"type": "rich_text", "elements": list(elements)}


def section(pieces: Iterable[Block]) -> Block:
    """Text that flows."""
    return {"type": "rich_text_section", "elements": list(pieces)}


def quoted(pieces: Iterable[Block]) -> Block:
    """Text beside a bar."""
    return {"type": "rich_text_quote", "elements": list(pieces)}


def listed(sections: Iterable[Block]) -> Block:
    """Sections with a bullet each."""
    return {"type": "rich_text_list", "style": "bullet", "elements": list(sections)}


def texts(text: str, *, bold: bool = False) -> Iterable[Block]:
    """Rich text is not parsed; that no string holds a `<!` or `<@` all the same costs nothing."""
    for piece in _AFTER_OPENER.split(text) if "<" in text else (text,):
        if piece:
            yield {"type": "text", "text": piece, **({"style": {"bold": True}} if bold else {})}


def link(url: str, text: str) -> Block:
    """A link; `text` is ours."""
    return {"type": "link", "url": url, "text": text}


def length(block: object) -> int:
    """The characters of all strings in a block."""
    if isinstance(block, str):
        return len(block)
    if isinstance(block, list | dict):
        return sum(map(length, block.values() if isinstance(block, dict) else block))
    return 0
