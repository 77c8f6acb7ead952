"""Where a reader goes after logging in. Pure."""

import re

LONGEST = 2000
_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]*")
"""One slash, then printable ASCII without a backslash: all readers of URLs take it for a path of this server."""


def own_path(asked: str) -> str:
    """`asked` if it is a path of this server, else the first page."""
    return asked if len(asked) <= LONGEST and _PATH.fullmatch(asked) else "/"
