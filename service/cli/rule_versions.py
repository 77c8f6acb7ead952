"""`tapewatch rules versions` and `rules activate`: what was in force, and switching back to it."""

import json
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from service.app import open_for_reading
from service.cli import remote, remote_commands
from service.cli.output import out, plain
from service.cli.setup import DataDir, EnvFile, prepare
from service.owner import user_name
from service.ruleversions import activate as switch_to
from service.storage import rulesets

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def versions(as_json: AsJson = False, data: DataDir = None, env_file: EnvFile = None) -> None:
    """List the versions of the rules that were in force, newest first."""
    if there := remote.server():
        remote_commands.rules_versions(there, as_json=as_json)
        return
    _, settings, _ = prepare(env_file, data=data, quiet=True)
    with open_for_reading(settings) as database, database.read() as connection:
        listed, active = rulesets.versions(connection), rulesets.active(connection)
    now = active.version if active else ""
    if as_json:
        rows = [
            {
                "version": one.version,
                "active": one.version == now,
                "rules": one.rules,
                "created_at": one.created_at.isoformat(),
                "created_by": one.created_by,
                "activated_at": one.activated_at.isoformat() if one.activated_at else None,
            }
            for one in listed
        ]
        typer.echo(json.dumps({"active": now, "versions": rows}, ensure_ascii=False))
        return
    table = Table(box=None, header_style="dim", pad_edge=False)
    for column in ("version", "", "rules", "first seen", "by", "put in force"):
        table.add_column(column)
    for one in listed:
        sign = Text("in force", "green") if one.version == now else Text("")
        moments = [f"{moment:%Y-%m-%d %H:%M:%S}" if moment else "–" for moment in (one.created_at, one.activated_at)]
        table.add_row(one.version, sign, str(one.rules), moments[0], plain(one.created_by), moments[1])
    out.print(table)


def activate(
    version: Annotated[str, typer.Argument(help="A version, or its first digits.")],
    by: Annotated[str, typer.Option("--by", help="Who switches; default: you.")] = "",
    data: DataDir = None,
    env_file: EnvFile = None,
) -> None:
    """Put a version in force again, in all processes; it holds until the rules folder changes."""
    if there := remote.server():
        remote_commands.rules_activate(there, version)
        return
    _, settings, _ = prepare(env_file, data=data, quiet=True)
    with open_for_reading(settings) as database:
        rulebook = switch_to(database, version, by or user_name())
    out.print(f"[green]switched[/]: version {rulebook.version} with {len(rulebook.rules.rules)} rules, until the folder changes")
