"""`tapewatch run`: scheduler, pipeline and page in one process, until it is told to stop."""

import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
import uvicorn
from rich.table import Table
from rich.text import Text

from service.app import VERSION, App, open_app
from service.cli.output import out
from service.cli.remote import ServerUrl, TokenFile, choose
from service.cli.setup import DataDir, EnvFile, RulesDir, prepare
from service.config import Settings
from service.errors import ConfigurationError
from service.naming import SHIPPED, shown
from service.pipeline.trials import Trials
from service.storage.keys import link_key
from service.storage.users import any_user
from service.web import WebContext, create_app
from service.web.access.invitations import set_up_link
from service.web.access.settings import access_settings
from service.web.context import Setting
from service.web.inforce import Current

ANSWERED = ("status", "alerts", "silences", "deliveries", "rules")
"""Commands that a running server answers as well."""
STOP_SECONDS = 5
"""How long open page requests may take to end."""


def show_version(asked: bool) -> None:
    """Answer --version before anything else is looked at."""
    if asked:
        out.print(f"tapewatch {VERSION}")
        raise typer.Exit


Version = Annotated[bool, typer.Option("--version", help="Show the version and exit.", callback=show_version, is_eager=True)]


def whole(ctx: typer.Context, version: Version = False, server: ServerUrl = "", token_file: TokenFile = None) -> None:
    """Options of the command as a whole."""
    if server and ctx.invoked_subcommand not in ANSWERED:
        raise ConfigurationError(f"--server is for {', '.join(ANSWERED)}: leave it out")
    choose(server, token_file)


def run(
    rules: RulesDir = None,
    data: DataDir = None,
    host: Annotated[str | None, typer.Option(help="Address the page listens on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port the page listens on; 0 takes a free one.", min=0, max=65535)] = None,
    env_file: EnvFile = None,
) -> None:
    """Read the news, alert, and show the page until Ctrl-C."""
    environment, settings, secrets = prepare(env_file, rules=rules, data=data)
    settings = settings.model_copy(
        update={"host": settings.host if host is None else host, "port": settings.port if port is None else port}
    )
    with _listen(settings) as listener:
        settings = settings.model_copy(update={"port": listener.getsockname()[1]})
        with open_app(environment, settings, secrets) as app:
            _banner(app)
            servers: list[uvicorn.Server] = []
            web = web_context(app, lambda: any(server.should_exit for server in servers))
            config = uvicorn.Config(
                create_app(web),
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=STOP_SECONDS,
            )
            servers.append(uvicorn.Server(config))
            with app.ticking(), _ending_politely():
                servers[0].run(sockets=[listener])


@contextmanager
def _ending_politely() -> Iterator[None]:
    """uvicorn stops at SIGINT and SIGTERM and then raises them again; without this the process would end before its work does."""
    signals = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(one, lambda number, frame: None) for one in signals]
    try:
        yield
    finally:
        for one, handler in zip(signals, before, strict=True):
            signal.signal(one, handler)


def _listen(settings: Settings) -> socket.socket:
    """Take the port before anything else, so that a second start says so at once."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        cure = "stop what uses it, or choose another with --port or TAPEWATCH_PORT"
        raise ConfigurationError(f"cannot listen on {settings.host}:{settings.port}: {error.strerror}; {cure}") from error
    return listener


def web_context(app: App, stopping: Callable[[], bool]) -> WebContext:
    """What the pages of a running program are given."""
    with app.parts.database.begin() as connection:
        key = link_key(connection)

    return WebContext(
        database=app.parts.database,
        metrics=app.parts.metrics,
        health=app.health,
        rulebook=Current(lambda: app.rulebook),
        version=VERSION,
        link_key=key,
        allowed_hosts=(*app.settings.allowed_hosts, app.settings.host, app.settings.page_host),
        access=access_settings(app.settings),
        desk=app.desk,
        push=app.pipeline.push,
        stopping=stopping,
        trials=Trials(app.parts, lambda: app.pipeline.active),
        settings=[Setting(**one) for one in app.settings.told()],
    )


def _set_up_link(app: App) -> str:
    """Where the first administrator is made; "" once there is a user."""
    database = app.parts.database
    with database.begin() as connection:
        return "" if any_user(connection) else set_up_link(connection, app.settings.page, database.now(connection))


def _banner(app: App) -> None:
    book = app.rulebook
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim")
    rows = {
        "page": Text(app.settings.page, "bold cyan"),
        "rules": Text(f"{shown(app.settings.rules_folder or SHIPPED)}: {len(book.rules.rules)} rules, version {book.version}"),
        "sources": Text(", ".join(source.id for source in book.sources) or "none yet: add some to sources.yaml"),
        "receivers": Text(", ".join(book.routing.receivers)),
        "database": Text(app.parts.database.name),
    }
    for name, value in rows.items():
        table.add_row(name, value)
    out.print(Text.assemble(("Tapewatch ", "bold"), VERSION))
    out.print(table)
    if link := _set_up_link(app):
        out.print(Text("\nThere are no users yet. Make the first one here, once and within a day:", "yellow"))
        out.print(Text(link, "bold yellow"), soft_wrap=True)  # whole, however narrow the terminal is
