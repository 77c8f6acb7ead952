"""The API over a line that works: what is pushed is understood and alerted, and rules and routes are in force."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import uvicorn

from service.editing import Desk
from service.model.user import Role
from service.storage.database import Database
from service.web import InForce, WebContext, create_app
from tests.support.line import Line
from tests.support.web import Site, context, serve, with_token

SCOPES = ("alerts:read", "alerts:write", "items:write", "rules:read", "rules:write", "sources:write", "deliveries:write")


@dataclass(frozen=True)
class Api:
    """A running server, asked with a token."""

    site: Site
    line: Line

    def ask(self, path: str, method: str = "GET", body: object = None, **headers: str) -> tuple[int, Any]:
        """Status and JSON of an answer; `body` is sent as JSON."""
        sent = None if body is None else json.dumps(body).encode()
        kind = {} if body is None else {"Content-Type": "application/json"}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.site.ask(path, method, {**kind, **named}, sent)
        return answer.status, json.loads(answer.body) if answer.body else None

    def get(self, path: str) -> Any:
        """The JSON of a path that is there."""
        status, body = self.ask(path)
        assert status == 200, body
        return body

    def post(self, path: str, body: object = None) -> Any:
        """The JSON of what was done."""
        status, answer = self.ask(path, "POST", body)
        assert status in (200, 201), answer
        return answer


def api_context(line: Line, servers: list[uvicorn.Server] | None = None) -> WebContext:
    """What the pages are given by a line that works."""
    book = line.book
    in_force = InForce(book.rules.rules, book.sources, book.version, book.rules)
    desk = Desk(line.database, lambda: book, lambda: None)
    running = servers if servers is not None else []
    return replace(
        context(line.database, rulebook=in_force),
        desk=desk,
        push=lambda source, items: line.push(*items),
        stopping=lambda: any(server.should_exit for server in running),
    )


@contextmanager
def api(database: Database, folder: Path, *scopes: str, role: Role = Role.ADMIN) -> Iterator[Api]:
    """The server over this database and these rules; its token has these scopes (none: most)."""
    servers: list[uvicorn.Server] = []
    line = Line(database, folder)
    given = api_context(line, servers)
    with closing(given.desk), serve(create_app(given), servers) as running:
        yield Api(with_token(running, database, *(scopes or (*SCOPES, "routes:write", "silences:write")), role=role), line)
