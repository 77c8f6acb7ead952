"""`tapewatch users tokens`: what programs show to use the API, beside a running process. A token is printed once."""

import json
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from service.app import open_for_reading
from service.cli.output import out, plain
from service.cli.setup import DataDir, EnvFile, prepare
from service.cli.users import AsJson, known_user, moment
from service.errors import ConfigurationError
from service.model.user import SCOPES
from service.owner import user_name
from service.storage import audit, tokens
from service.storage.tokens import NewToken
from service.web.access.tokens_page import expiry, fault_of, new_token

group = typer.Typer(help="Tokens that programs show to use the API.", no_args_is_help=True)


@group.command("list")
def list_tokens(as_json: AsJson = False, data: DataDir = None, env_file: EnvFile = None) -> None:
    """List the tokens, those that ended too."""
    _, settings, _ = prepare(env_file, data=data, quiet=True)
    with open_for_reading(settings) as database, database.read() as connection:
        known, now = tokens.listed(connection), database.now(connection)
    if as_json:
        rows = [
            {"id": one.id, "name": one.name, "owner": one.owner, "scopes": one.scopes, "holds": one.holds(now)} for one in known
        ]
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    table = Table(box=None, header_style="dim", pad_edge=False)
    for column in ("id", "for", "owner", "scopes", "last used", "state"):
        table.add_column(column)
    for one in known:
        state = Text("holds", "green") if one.holds(now) else Text("ended", "dim")
        table.add_row(str(one.id), plain(one.name), plain(one.owner), " ".join(one.scopes), moment(one.used_at), state)
    out.print(table)


@group.command("add")
def add_token(
    name: Annotated[str, typer.Argument(help="What the token is for.")],
    owner: Annotated[str, typer.Option("--owner", help="The user whose role limits it.")],
    scope: Annotated[list[str], typer.Option("--scope", help=f"What it may do, repeatable: {', '.join(SCOPES)}.")],
    days: Annotated[int, typer.Option(help="How long it holds; 0 is for ever.", min=0, max=3650)] = 90,
    data: DataDir = None,
    env_file: EnvFile = None,
) -> None:
    """Make a token and print it, this once."""
    if fault := fault_of(name, scope):
        raise ConfigurationError(fault)
    _, settings, _ = prepare(env_file, data=data, quiet=True)
    secret = new_token()
    with open_for_reading(settings) as database, database.begin() as connection:
        now, account = database.now(connection), known_user(connection, owner)
        tokens.add(connection, secret, NewToken(account.id, name.strip(), set(scope), expiry(days, now)), now)
        told = f"{account.user.name}: {' '.join(sorted(set(scope)))}"
        audit.write(connection, who=user_name(), what="token.add", subject=name.strip(), after=told, now=now)
    typer.echo(secret)


@group.command()
def revoke(number: Annotated[int, typer.Argument(metavar="ID")], data: DataDir = None, env_file: EnvFile = None) -> None:
    """End a token at once."""
    _, settings, _ = prepare(env_file, data=data, quiet=True)
    with open_for_reading(settings) as database, database.begin() as connection:
        now = database.now(connection)
        ended = tokens.revoke(connection, number, now)
        if ended is None:
            raise ConfigurationError(f"there is no token {number} that holds; `tapewatch users tokens list` shows them")
        audit.write(connection, who=user_name(), what="token.revoke", subject=ended.name, before=ended.owner, now=now)
    out.print(Text.assemble((plain(ended.name), "bold"), " is revoked"))
