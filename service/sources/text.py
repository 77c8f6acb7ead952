"""Untrusted markup → plain text.

Guarantee: what comes out holds no markup, no control or invisible formatting character, no NUL and no lone surrogate; a line feed
stands where a reader saw a new paragraph or line, and nowhere else; it is no longer than asked. The caps come before everything
else, since sanitizers and regexes are not linear on all input.
"""

import html
import re

import nh3

MAX_HTML = 256 * 1024
MAX_TEXT = 64 * 1024
MAX_TITLE = 1000

_BREAKS = frozenset(
    "address article aside blockquote br center dd details dir div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 "
    "h6 header hr li main menu nav ol p pre section summary table tbody tfoot thead tr ul caption option".split()
)
_GAPS = frozenset({"td", "th"})
_DROPPED = frozenset(
    "script style svg math iframe object embed applet noscript noembed noframes template title head select textarea audio video "
    "canvas".split()
)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*>")
_UNCLOSED = frozenset("p li td th tr dt dd option tbody thead tfoot br hr img input meta link wbr source area col embed".split())
_MAX_DEPTH = 200
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?(?:\n ?)+")


def plain(text: str, limit: int = MAX_TEXT) -> str:
    """Text that holds no markup, tidied: line feeds stay, other white space becomes single spaces."""
    text = _INVISIBLE.sub(
        "", text[: 4 * limit].replace("\r\n", "\n").replace("\r", "\n").replace("\u2029", "\n").replace("\u2028", "\n")
    )
    return _LINES.sub("\n", _SPACES.sub(" ", text)).strip()[:limit].rstrip()


def from_html(markup: str, limit: int = MAX_TEXT) -> str:
    """The text that a reader of this HTML sees."""
    markup = markup[:MAX_HTML]
    if "<" in markup and _too_deep(markup):
        markup = _TAG.sub("\n", markup)
    elif "<" in markup:
        # Line feeds in the source are only spaces once there are tags that say where lines end.
        cleaned = nh3.clean(
            " ".join(_INVISIBLE.sub("", markup).split()),
            tags=set(_BREAKS | _GAPS),
            clean_content_tags=set(_DROPPED),
            attributes={},
            link_rel=None,
            strip_comments=True,
        )
        markup = _TAG.sub(lambda tag: " " if tag[2] in _GAPS else "\n", cleaned)
    return plain(html.unescape(markup), limit)


def _too_deep(markup: str) -> bool:
    """Whether elements nest deeper than any article's: the HTML parser takes quadratic time for them (52,000 nested <div>: 14 s).

    Counted by name, so that stray end tags of other elements hide nothing; elements that are commonly left open do not count.
    """
    depths: dict[str, int] = {}
    total = 0
    for tag in _TAG.finditer(markup):
        name = tag[2].lower()
        if name in _UNCLOSED:
            continue
        step = 1 if not tag[1] else -1 if depths.get(name) else 0
        depths[name] = depths.get(name, 0) + step
        total += step
        if total > _MAX_DEPTH:
            return True
    return False


def one_line(text: str, limit: int = MAX_TITLE) -> str:
    """For titles: no line feeds either."""
    return " ".join(text.split())[:limit].rstrip()
