"""`tapewatch alerts`: what people do with alerts, beside a running process."""

import json
from typing import Annotated

import typer
from rich.text import Text

from service.app import open_for_reading
from service.cli import remote, remote_commands
from service.cli.output import out, plain
from service.cli.setup import DataDir, EnvFile, prepare
from service.errors import ConfigurationError
from service.model.rule import Severity
from service.owner import user_name
from service.storage import acknowledgements, alert_queries, alerts, search

MANY = 100_000

group = typer.Typer(help="What people do with alerts.", no_args_is_help=True)


@group.command("list")
def list_alerts(  # noqa: PLR0913 - one argument for each option
    severity: Annotated[Severity | None, typer.Option(help="Only of this severity.")] = None,
    rule: Annotated[str, typer.Option(help="Only of this rule.")] = "",
    q: Annotated[str, typer.Option("--search", help='Words of the item; "phrases" in quotation marks.')] = "",
    limit: Annotated[int, typer.Option(min=1, max=MANY, help="How many at most.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    data: DataDir = None,
    env_file: EnvFile = None,
) -> None:
    """List alerts, newest first."""
    if there := remote.server():
        asked = {"severity": severity.value if severity else "", "rule": rule, "q": q}
        remote_commands.alerts_list(there, asked, limit, as_json=as_json)
        return
    _, settings, _ = prepare(env_file, data=data, quiet=True)
    words = search.terms(q) if q.strip() else None
    with open_for_reading(settings) as database, database.read() as connection:
        found = alert_queries.page(connection, limit=limit, severity=severity, rule=rule, words=words)
    rows = [
        {
            "id": one.alert.id,
            "created_at": one.alert.created_at.isoformat(timespec="seconds"),
            "severity": one.alert.severity.value,
            "rule": one.alert.rule,
            "title": one.alert.title,
        }
        for one in found
    ]
    if as_json:
        typer.echo(json.dumps({"alerts": rows}, ensure_ascii=False))
    else:
        remote.show(rows, ("id", "created_at", "severity", "rule", "title"), "none")


@group.command()
def ack(
    alert_id: Annotated[str, typer.Argument(metavar="ID", help="The id of an alert, as its page and its message show it.")],
    by: Annotated[str, typer.Option(help="Who takes care of it; default: you.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    data: DataDir = None,
    env_file: EnvFile = None,
) -> None:
    """Say that somebody takes care of an alert: it is not escalated and not sent again."""
    if there := remote.server():
        remote_commands.acknowledge(there, alert_id, as_json=as_json)
        return
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
