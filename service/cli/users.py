"""`tapewatch users`: who may use the console, beside a running process.

Whoever may write the database may do all of this: it is how a server is opened again when nobody can log in.
"""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text
from sqlalchemy import Connection

from service.app import open_for_reading
from service.cli.output import out, plain
from service.cli.setup import DataDir, EnvFile, prepare
from service.errors import ConfigurationError
from service.model.user import Role
from service.model.user import user_name as name_of_user
from service.owner import user_name
from service.storage import audit, users
from service.storage.users import Account
from service.web.access.choosing import fault_of_name
from service.web.access.invitations import password_link, set_up_link
from service.web.access.people import give_role, let_in, shut_out

group = typer.Typer(help="Who may use the console.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The name of a user.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Deed = Callable[[Connection, str, Account, datetime], None]


@group.command("list")
def list_users(as_json: AsJson = False, data: DataDir = None, env_file: EnvFile = None) -> None:
    """List the users."""
    _, settings, _ = prepare(env_file, data=data, quiet=True)
    with open_for_reading(settings) as database, database.read() as connection:
        known = users.everyone(connection)
    if as_json:
        typer.echo(json.dumps([_as_json(account) for account in known], ensure_ascii=False))
        return
    table = Table(box=None, header_style="dim", pad_edge=False)
    for column in ("name", "role", "state", "last login"):
        table.add_column(column)
    for account in known:
        table.add_row(plain(account.user.name), account.user.role.value, _state(account), moment(account.last_login_at))
    out.print(table)


@group.command()
def add(
    name: Name,
    role: Annotated[Role, typer.Option(help="What the user may do.")] = Role.VIEWER,
    data: DataDir = None,
    env_file: EnvFile = None,
) -> None:
    """Add a user, and print the link at which they set a password."""
    if fault := fault_of_name(name):
        raise ConfigurationError(f"{name!r}: {fault}")
    _, settings, _ = prepare(env_file, data=data, quiet=True)
    with open_for_reading(settings) as database, database.begin() as connection:
        now = database.now(connection)
        made = users.add(connection, name_of_user(name), role, "", now)
        if made is None:
            raise ConfigurationError(
                f"there is a user {name!r} already; `tapewatch users reset` prints a link for a new password"
            )
        audit.write(connection, who=user_name(), what="user.add", subject=made.user.name, after=role.value, now=now)
        link = password_link(connection, settings.page, made.id, now)
    _print_link(f"{made.user.name} sets a password here, once and within a day:", link)


@group.command("role")
def set_role(name: Name, role: Role, data: DataDir = None, env_file: EnvFile = None) -> None:
    """Give a user another role."""

    def give(connection: Connection, who: str, account: Account, now: datetime) -> None:
        give_role(connection, who, account, role, now)

    _do(name, give, data, env_file)
    out.print(Text.assemble((plain(name), "bold"), f" is {role.value} now"))


@group.command()
def disable(
    name: Name,
    undo: Annotated[bool, typer.Option("--undo", help="Let the user in again.")] = False,
    data: DataDir = None,
    env_file: EnvFile = None,
) -> None:
    """Shut a user out: sessions, tokens and links end at once."""
    _do(name, let_in if undo else shut_out, data, env_file)
    out.print(Text.assemble((plain(name), "bold"), " may log in again" if undo else " is shut out"))


@group.command()
def reset(name: Name, data: DataDir = None, env_file: EnvFile = None) -> None:
    """Print a link at which a user sets a new password."""
    _, settings, _ = prepare(env_file, data=data, quiet=True)
    with open_for_reading(settings) as database, database.begin() as connection:
        now, account = database.now(connection), known_user(connection, name)
        if account.disabled_at is not None:
            raise ConfigurationError(f"{name} is disabled; let them in again with `tapewatch users disable --undo {name}`")
        audit.write(connection, who=user_name(), what="user.link", subject=account.user.name, now=now)
        link = password_link(connection, settings.page, account.id, now)
    _print_link(f"{account.user.name} sets a password here, once and within a day:", link)


@group.command("setup-link")
def setup_link(data: DataDir = None, env_file: EnvFile = None) -> None:
    """Print a fresh link at which the first administrator is made."""
    _, settings, _ = prepare(env_file, data=data, quiet=True)
    with open_for_reading(settings) as database, database.begin() as connection:
        if users.any_user(connection):
            raise ConfigurationError("this server was set up; add users with `tapewatch users add NAME --role admin`")
        link = set_up_link(connection, settings.page, database.now(connection))
    _print_link("Set the server up here, once and within a day:", link)


def _do(name: str, deed: Deed, data: DataDir, env_file: EnvFile) -> None:
    _, settings, _ = prepare(env_file, data=data, quiet=True)
    with open_for_reading(settings) as database, database.begin() as connection:
        deed(connection, user_name(), known_user(connection, name), database.now(connection))


def known_user(connection: Connection, name: str) -> Account:
    """The user of this name, or ConfigurationError."""
    account = users.named(connection, name)
    if account is None:
        raise ConfigurationError(f"there is no user {name!r}; `tapewatch users list` shows them")
    return account


def _print_link(words: str, link: str) -> None:
    out.print(Text(words))
    typer.echo(link)


def _state(account: Account) -> Text:
    if account.disabled_at is not None:
        return Text("disabled", "dim")
    return Text("active", "green") if account.password else Text("no password yet", "yellow")


def moment(at: datetime | None) -> str:
    """To the minute, or a dash for never."""
    return f"{at:%Y-%m-%d %H:%M}" if at else "–"


def _as_json(account: Account) -> dict[str, object]:
    return {
        "name": account.user.name,
        "role": account.user.role.value,
        "disabled": account.disabled_at is not None,
        "has_password": bool(account.password),
        "last_login_at": account.last_login_at.isoformat() if account.last_login_at else None,
    }
