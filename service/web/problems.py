"""How the API says that something went wrong: problem+json (RFC 9457), with a `type` that stays the same for good.

Guarantee: nothing of the request is repeated but the names of its own fields. Must not decide what is a mistake.
"""

import json
from collections.abc import Mapping
from typing import Any

from fastapi import HTTPException
from starlette.responses import Response

TYPE = "/api/problems#"
"""What a type begins with: the place where the types are explained."""

KINDS: Mapping[str, tuple[int, str, str]] = {
    "invalid-request": (400, "That cannot be asked", "a parameter or the body is not what this path takes; `errors` names each"),
    "not-signed-in": (401, "Nobody is signed in", "show a token (Authorization: Bearer …), or sign in"),
    "not-allowed": (403, "That is not allowed", "the role or the token's scopes do not reach so far"),
    "not-found": (404, "There is nothing here", "what the path names does not exist, or was removed"),
    "method-not-allowed": (405, "That cannot be done here", "the path does not take this method"),
    "conflict": (
        409,
        "It is not in that state",
        "what is asked does not fit the state that the thing is in; `detail` says which",
    ),
    "gone": (410, "It has ended", "it was here, and will not come back"),
    "changed-meanwhile": (412, "Somebody was faster", "the ETag in If-Match is not that of what is there: read it again"),
    "too-large": (413, "The body is too large", "`detail` says how much is taken at once"),
    "unsupported-type": (415, "The body is of another type", "send application/json"),
    "invalid-files": (422, "The files were refused", "nothing was changed; `problems` has every mistake with file, line, column"),
    "precondition-required": (428, "Say which version you read", "send the ETag that you read as If-Match"),
    "too-many-requests": (429, "Too many at once", "wait for as many seconds as Retry-After says"),
    "server-error": (500, "Something went wrong", "the fault is ours; the log has the details"),
    "unavailable": (503, "That cannot be answered now", "try again in a moment"),
}
_BY_STATUS = {status: kind for kind, (status, _, _) in KINDS.items()}


class ApiProblem(HTTPException):
    """An answer of one of KINDS; `more` are further members of its body."""

    def __init__(self, kind: str, detail: str = "", headers: Mapping[str, str] | None = None, **more: object) -> None:
        super().__init__(KINDS[kind][0], detail, dict(headers or {}))
        self.kind = kind
        self.more = more


class Json(Response):
    """JSON in UTF-8; what no encoding knows becomes a question mark rather than an error."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """The bytes."""
        return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8", "replace")


class ProblemJson(Json):
    """The same for problems."""

    media_type = "application/problem+json"


def problem(status: int, detail: str, error: Exception | None = None, headers: Mapping[str, str] | None = None) -> Response:
    """The answer for an error of this status."""
    kind = error.kind if isinstance(error, ApiProblem) else _BY_STATUS.get(status, "")
    more = error.more if isinstance(error, ApiProblem) else {}
    title = KINDS[kind][1] if kind else ""
    body = {"type": f"{TYPE}{kind}" if kind else "about:blank", "title": title, "status": status, "detail": detail, **more}
    return ProblemJson({name: value for name, value in body.items() if value != ""}, status, dict(headers or {}))
