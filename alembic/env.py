"""Run migrations on the connection that service.storage.migrations hands over, or, for a developer, on alembic.ini's database."""

from typing import Literal

from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection
from sqlalchemy.types import TypeDecorator

from alembic import context
from service.clock import utc_now
from service.storage import (  # noqa: F401 - of Row.metadata
    access_tables,
    message_tables,
    routing_tables,
    ruleset_tables,
    silence_tables,
    story_tables,
    target_tables,
    window_tables,
)
from service.storage.database import open_database
from service.storage.migrations import compared
from service.storage.tables import Row


def render_item(kind: str, item: object, _context: AutogenContext) -> str | Literal[False]:
    """Our column types as the plain ones below them: a migration must not change when the program does."""
    return f"sa.{item.impl!r}" if kind == "type" and isinstance(item, TypeDecorator) else False


def run(connection: Connection) -> None:
    """All outstanding steps in the transaction that the connection is in."""
    context.configure(
        connection=connection,
        target_metadata=Row.metadata,
        render_as_batch=True,
        render_item=render_item,
        include_name=compared,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if context.is_offline_mode():
    raise SystemExit("migrations read the database before they change it: there is no offline mode")
if given is not None:
    run(given)
else:
    database = open_database(context.config.get_main_option("sqlalchemy.url") or "", utc_now)
    with database.begin() as opened:
        run(opened)
    database.close()
