"""The pages' files: their addresses with a mark of their content, and how long a browser may keep them.

Guarantee: an address with its mark never changes what it stands for, so it is kept for a year; without it, it is asked for again.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC = Path(__file__).parent / "static"
KEPT = "public, max-age=31536000, immutable"


def marks() -> dict[str, str]:
    """A short hash of each file by its name below `static/`."""
    files = (path for path in sorted(STATIC.rglob("*")) if path.is_file())
    return {path.relative_to(STATIC).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()[:8] for path in files}


def addresses() -> Callable[[str], str]:
    """The function of templates that knows each file's address."""
    known = marks()

    def asset(name: str) -> str:
        return f"/static/{name}?v={known[name]}"

    return asset


class Assets(StaticFiles):
    """The files below `static/`."""

    def __init__(self) -> None:
        super().__init__(directory=STATIC)
        self._marks = marks()

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A file; kept for long if it was asked for with its own mark."""
        answer = await super().get_response(path, scope)
        mark = self._marks.get(path.replace("\\", "/"))
        if mark and scope["query_string"] == f"v={mark}".encode():
            answer.headers["Cache-Control"] = KEPT
        return answer
