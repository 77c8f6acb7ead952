"""`tapewatch alerts`: what people do with alerts, beside a running process."""

import json
from typing import Annotated

import typer
from rich.text import Text

from service.app import open_for_reading
from service.cli.output import out, plain
from service.cli.setup import DataDir, EnvFile, prepare
from service.errors import ConfigurationError
from service.owner import user_name
from service.storage import acknowledgements, alerts

group = typer.Typer(help="What people do with alerts.", no_args_is_help=True)


@group.callback()
def whole() -> None:
    """Its commands have names, even while there is one."""


@group.command()
def ack(
    alert_id: Annotated[str, typer.Argument(metavar="ID", help="The id of an alert, as its page and its message show it.")],
    by: Annotated[str, typer.Option(help="Who takes care of it; default: you.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    data: DataDir = None,
    env_file: EnvFile = None,
) -> None:
    """Say that somebody takes care of an alert: it is not escalated and not sent again."""
    _, settings, _ = prepare(env_file, data=data, quiet=True)
    with open_for_reading(settings) as database, database.begin() as connection:
        stored = alerts.get(connection, alert_id)
        if stored is None:
            raise ConfigurationError(f"there is no alert {alert_id!r}; its page and its message show its id")
        new = acknowledgements.acknowledge(connection, alert_id, by or user_name(), database.now(connection))
        known = acknowledgements.acknowledged(connection, [alert_id])[alert_id]
    if as_json:
        said = {"id": alert_id, "new": new, "by": known.by, "at": known.at.isoformat()}
        typer.echo(json.dumps(said, ensure_ascii=False))
        return
    word = Text("acknowledged" if new else "acknowledged before", "green" if new else "yellow")
    since = f" {known.at:%Y-%m-%d %H:%M:%S} UTC by {plain(known.by)}: {plain(stored.alert.title)}"
    out.print(Text.assemble(word, since), soft_wrap=True)
