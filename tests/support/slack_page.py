"""A Slack message as a web page that looks roughly like Slack's own: to look at, and to measure in a browser.

Knows the blocks that we send, and refuses what Slack would refuse to draw.
"""

from collections.abc import Callable, Mapping
from html import escape, unescape
from typing import Any

STYLE = """
body { margin: 0; padding: 16px 20px; background: #fff; color: #1d1c1d; }
body { font: 15px/22px Lato, 'Noto Sans', 'Noto Sans CJK SC', sans-serif; }
body.dark { background: #1a1d21; color: #d1d2d3; }
main { max-width: 640px; }
.who { font-weight: 900; margin-bottom: 4px; }
.who small { font-weight: 400; color: #888; }
.header { font-size: 18px; line-height: 24px; font-weight: 700; margin: 4px 0 8px; overflow-wrap: anywhere; }
.section, .rich { margin: 8px 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.quote { border-left: 4px solid #ddd; padding-left: 12px; margin: 4px 0; }
.dark .quote { border-color: #565856; }
.context { font-size: 13px; line-height: 18px; color: #616061; margin: 4px 0; overflow-wrap: anywhere; }
.dark .context { color: #ababad; }
.context span { display: block; margin: 4px 0; }
hr { border: 0; border-top: 1px solid #ddd; margin: 16px 0; }
a { color: #1264a3; text-decoration: none; }
.dark a { color: #1d9bd1; }
ul { margin: 2px 0; padding-left: 24px; }
"""


def slack_page(message: dict[str, Any], *, dark: bool = False) -> str:
    """The page of a message as it was posted."""
    blocks = "".join(_BLOCKS[block["type"]](block) for block in message["blocks"])
    style = ' class="dark"' if dark else ""
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><style>{STYLE}</style></head><body{style}><main>'
        f'<div class="who">Tapewatch <small>APP 15:30</small></div>{blocks}</main></body></html>'
    )


def _plain(text: dict[str, Any]) -> str:
    """Plain text holds & < > as entities, and nothing else is one."""
    assert text["type"] == "plain_text"
    return escape(unescape(text["text"]))


def _piece(piece: dict[str, Any]) -> str:
    if piece["type"] == "link":
        return f'<a href="{escape(piece["url"])}">{escape(piece["text"])}</a>'
    assert piece["type"] == "text"
    bold = piece.get("style", {}).get("bold")
    return f"<b>{escape(piece['text'])}</b>" if bold else escape(piece["text"])


def _element(element: dict[str, Any]) -> str:
    kind = element["type"]
    if kind == "rich_text_list":
        return "<ul>" + "".join(f"<li>{_element(each)}</li>" for each in element["elements"]) + "</ul>"
    assert kind in ("rich_text_section", "rich_text_quote"), kind
    inner = "".join(map(_piece, element["elements"]))
    return f'<div class="quote">{inner}</div>' if kind == "rich_text_quote" else f"<div>{inner}</div>"


_BLOCKS: Mapping[str, Callable[[dict[str, Any]], str]] = {
    "header": lambda block: f'<div class="header">{_plain(block["text"])}</div>',
    "section": lambda block: f'<div class="section">{_plain(block["text"])}</div>',
    "divider": lambda block: "<hr>",
    "context": lambda block: (
        '<div class="context">' + "".join(f"<span>{_plain(each)}</span>" for each in block["elements"]) + "</div>"
    ),
    "rich_text": lambda block: '<div class="rich">' + "".join(map(_element, block["elements"])) + "</div>",
}
