"""The feeds that a web page names in its head, for a person who knows the site and not its feed.

Guarantee: looks at the beginning of the page alone and takes time in proportion to it, whatever the page holds; each address is
an http(s) URL. Must not fetch.
"""

import re
from html import unescape
from urllib.parse import urljoin

from service import urls

LOOKED_AT = 256 * 1024
"""Bytes of a page; feeds are named in its head."""
MOST = 20

_LINK = re.compile(r"<link\b([^<>]{0,2000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"""([a-z-]{1,20})\s{0,9}=\s{0,9}(?:"([^"]{0,1000})"|'([^']{0,1000})'|([^\s"'>]{1,1000}))""", re.IGNORECASE
)
_KINDS = ("application/rss+xml", "application/atom+xml", "application/rdf+xml")


def feeds_in(page: bytes, address: str) -> tuple[str, ...]:
    """The addresses of a page's feeds in its order; `address` is the page's own."""
    found: dict[str, None] = {}
    for link in _LINK.finditer(page[:LOOKED_AT].decode("utf-8", "replace")):
        attributes = {each[1].lower(): unescape(each[2] or each[3] or each[4] or "") for each in _ATTRIBUTE.finditer(link[1])}
        alternate = "alternate" in attributes.get("rel", "").lower().split()
        if alternate and attributes.get("type", "").lower() in _KINDS and attributes.get("href"):
            try:
                feed = urljoin(address, attributes["href"].strip())
                urls.read(feed)
            except ValueError:
                continue
            found[feed] = None
    return tuple(found)[:MOST]
