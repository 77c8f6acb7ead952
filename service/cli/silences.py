"""`tapewatch silences`: ask for silence, see what is silenced, end it; beside a running process, which follows at once."""

import json
from datetime import datetime, timedelta
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from service.alerting.routes_file import parse_matcher
from service.alerting.routing import BUILT_IN
from service.app import open_for_reading
from service.cli import remote, remote_commands
from service.cli.output import out, plain
from service.cli.setup import DataDir, EnvFile, prepare
from service.errors import ConfigurationError
from service.model.duration import parse_duration
from service.model.silence import Silence
from service.owner import user_name
from service.storage import silences

group = typer.Typer(help="What nobody is told of for a while.", no_args_is_help=True)

MANY = 1000
LONGEST = timedelta(days=366)
"""A rule that nobody wants to hear for longer is better disabled."""
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
By = Annotated[str, typer.Option(help="Who does this; default: you.")]


@group.command("add")
def add(  # noqa: PLR0913 - one argument for each option
    matchers: Annotated[list[str], typer.Argument(help=f"label=value, as in routes; labels: {', '.join(BUILT_IN)}, your own.")],
    length: Annotated[str, typer.Option("--for", help="How long: 30m, 2h, 1d.")],
    why: Annotated[str, typer.Option(help="Why, for whoever wonders.")] = "",
    by: By = "",
    as_json: AsJson = False,
    data: DataDir = None,
    env_file: EnvFile = None,
) -> None:
    """Tell nobody of the alerts for which all matchers hold; they are stored and shown all the same."""
    if there := remote.server():
        remote_commands.silence_add(there, matchers, length, why, as_json=as_json)
        return
    try:
        wanted, lasts = [parse_matcher(text) for text in matchers], parse_duration(length)
    except (ValueError, OverflowError) as error:
        raise ConfigurationError(str(error)) from error
    if not timedelta(0) < lasts <= LONGEST:
        raise ConfigurationError("a silence lasts longer than nothing and at most a year: write for instance --for 1h")
    _, settings, _ = prepare(env_file, data=data, quiet=True)
    with open_for_reading(settings) as database, database.begin() as connection:
        now = database.now(connection)
        made = silences.add(connection, wanted, now + lasts, by or user_name(), why, now)
    if as_json:
        typer.echo(json.dumps(made.as_json(now), ensure_ascii=False))
        return
    words = f" {made.number} until {_time(made.until)} UTC: {plain(_wanted(made))}"
    out.print(Text.assemble(("silence", "green"), words), soft_wrap=True)


@group.command("list")
def list_silences(
    ended: Annotated[bool, typer.Option("--all", help="Those that have ended as well.")] = False,
    as_json: AsJson = False,
    data: DataDir = None,
    env_file: EnvFile = None,
) -> None:
    """List the silences in force, newest first."""
    if there := remote.server():
        remote_commands.silences_list(there, ended=ended, as_json=as_json)
        return
    _, settings, _ = prepare(env_file, data=data, quiet=True)
    with open_for_reading(settings) as database, database.read() as connection:
        now = database.now(connection)
        found = silences.latest(connection, MANY) if ended else silences.in_force(connection, now)[::-1]
    if as_json:
        typer.echo(json.dumps({"silences": [one.as_json(now) for one in found]}, ensure_ascii=False))
        return
    table = Table(box=None, header_style="dim", pad_edge=False)
    for column in ("silence", "until", "by", "what", "why"):
        table.add_column(column, overflow="fold")
    for one in found:
        why = f"{one.why} (ended by {one.ended_by})".strip() if one.ended_by else one.why
        table.add_row(str(one.number), _time(one.until), plain(one.by), plain(_wanted(one)), plain(why))
    out.print(table if found else "nothing is silenced")


@group.command("end")
def end(
    number: Annotated[int, typer.Argument(help="The number of a silence, as the list shows it.")],
    by: By = "",
    data: DataDir = None,
    env_file: EnvFile = None,
) -> None:
    """End a silence before its time."""
    if there := remote.server():
        remote_commands.silence_end(there, number)
        return
    _, settings, _ = prepare(env_file, data=data, quiet=True)
    with open_for_reading(settings) as database, database.begin() as connection:
        if not silences.end(connection, number, by or user_name(), database.now(connection)):
            raise ConfigurationError(f"there is no silence {number} in force; `tapewatch silences list` shows what there is")
    out.print(Text.assemble(("ended", "green"), f" silence {number}"))


def _wanted(one: Silence) -> str:
    return " and ".join(map(str, one.matchers))


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"
