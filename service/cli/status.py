"""`tapewatch status`: what the database says of sources, alerts and deliveries; `--ready` asks the running process."""

import http.client
import json
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from service.app import open_for_reading
from service.cli import remote, remote_commands
from service.cli.output import out, plain
from service.cli.setup import DataDir, EnvFile, prepare
from service.config import Settings
from service.errors import ConfigurationError
from service.storage import alerts, deliveries, sources
from service.storage.sources import SourceStatus

ASK_SECONDS = 4


def status(
    ready: Annotated[
        bool, typer.Option("--ready", help="Only ask the running process whether it is ready (exit code 0).")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    data: DataDir = None,
    env_file: EnvFile = None,
) -> None:
    """Show sources, alerts and deliveries."""
    if (there := remote.server()) and not ready:
        remote_commands.status(there, as_json=as_json)
        return
    _, settings, _ = prepare(env_file, data=data, quiet=True)
    if ready:
        _ask(settings)
        return
    with open_for_reading(settings) as database, database.read() as connection:
        overview = sources.overview(connection)
        counts = {state.value: count for state, count in deliveries.counts(connection).items()}
        told = alerts.count(connection)
    if as_json:
        listed = [{"id": one.id, "failures": one.state.failures, "error": one.last_error} for one in overview if one.active]
        typer.echo(json.dumps({"alerts": told, "deliveries": counts, "sources": listed}))
        return
    out.print(_sources_table([one for one in overview if one.active]))
    out.print(
        f"\n{told} alerts; deliveries: {', '.join(f'{count} {state}' for state, count in counts.items() if count) or 'none'}"
    )


def _sources_table(overview: list[SourceStatus]) -> Table:
    table = Table(box=None, header_style="dim", pad_edge=False)
    for column in ("source", "state", "last success", "next fetch", "said"):
        table.add_column(column)
    for one in overview:
        well = not one.state.failures
        state = Text("well", "green") if well else Text(f"failing ×{one.state.failures}", "red")
        times = [f"{moment:%Y-%m-%d %H:%M:%S}" if moment else "–" for moment in (one.last_success_at, one.next_at)]
        table.add_row(one.id, state, *times, Text(plain(one.last_error or "; ".join(one.warnings)), "dim"))
    return table


def _ask(settings: Settings) -> None:
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::", "") else settings.host
    connection = http.client.HTTPConnection(host, settings.port, timeout=ASK_SECONDS)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        words = answer.read(4096).decode("utf-8", "replace").strip()
    except (OSError, http.client.HTTPException) as error:
        raise ConfigurationError(f"nothing answers at {host}:{settings.port} ({error}); is `tapewatch run` running?") from error
    finally:
        connection.close()
    out.print(plain(words))
    if answer.status != http.client.OK:
        raise typer.Exit(1)
