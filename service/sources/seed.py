"""One article that ships with the product, so that a fresh installation has something to understand and to alert on.

Guarantee: fetched once; page furniture in the article (emphasis marks, the comments link, the closing notice in italics) is
recognised by its form and is not part of the item. No network.
"""

import re
from datetime import datetime
from importlib.resources import files

from pydantic import BaseModel

from service.errors import ParseError
from service.http import HttpClient
from service.model.item import Item
from service.model.source import Fetched, NotModified, Parsed, Source, SourceState
from service.sources.base import NoOptions, ParseContext
from service.sources.text import plain

ARTICLE = "seed_article.md"
_FRONT = re.compile(r"---\n(?P<front>.*?)\n---\n(?P<body>.*)", re.DOTALL)
_PAGE_LINKS = frozenset({"comments", "share", "advertisement", "related articles"})
_ITALIC = re.compile(r"(?<!\*)\*[^*]+\*(?!\*)")
_EMPHASIS = re.compile(r"(\*{1,3})(?=\S)(.+?)(?<=\S)\1")


class SeedAdapter:
    """kind: seed."""

    options: type[BaseModel] = NoOptions
    needs_url = False
    baseline = False

    def fetch(self, source: Source, state: SourceState, http: HttpClient) -> Fetched | NotModified:
        fetched = Fetched(files(__package__).joinpath(ARTICLE).read_bytes(), "text/markdown")
        return NotModified() if fetched.body_hash == state.body_hash else fetched

    def parse(self, source: Source, fetched: Fetched, context: ParseContext) -> Parsed:
        found = _FRONT.fullmatch(fetched.body.decode("utf-8", "replace"))
        try:
            front = dict(line.split(": ", 1) for line in found["front"].splitlines()) if found else {}
            item = Item(
                source=source.id,
                guid=front["id"],
                title=front["title"],
                text=plain(article_text(found["body"])) if found else "",
                published=datetime.fromisoformat(front["published"]),
                publisher=source.publisher or front["publisher"],
                language=source.language or front["language"],
            )
        except (KeyError, ValueError):
            raise ParseError("not an article: it does not begin with its title and date") from None
        return Parsed((item,))


def article_text(markdown: str) -> str:
    """The article's own words: no emphasis marks, and no page furniture at the end."""
    lines = [line.strip() for line in markdown.splitlines() if line.strip()]
    while lines and (lines[-1].casefold() in _PAGE_LINKS or _ITALIC.fullmatch(lines[-1])):
        lines.pop()
    return "\n".join(_EMPHASIS.sub(r"\2", line) for line in lines)
