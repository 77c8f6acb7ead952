"""The whole console over a running line: what `tapewatch run` serves, without its ticks."""

from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from service.app import App
from service.cli.run import web_context
from service.model.user import Role
from service.web import create_app
from tests.support.web import Site, serve, signed_in


@contextmanager
def console(app: App, role: Role = Role.EDITOR) -> Iterator[Site]:
    """The pages of an app as a user of this role meets them."""
    servers: list[uvicorn.Server] = []
    with serve(create_app(web_context(app, lambda: any(server.should_exit for server in servers))), servers) as running:
        yield signed_in(running, app.parts.database, role)
