"""`tapewatch prune`: delete now what a running program deletes in the course of the day; beside it, or alone."""

from typing import Annotated

import typer
from rich.table import Table

from service.app import open_for_reading
from service.cli.corpus import AsJson
from service.cli.output import out
from service.cli.rules_setup import print_json
from service.cli.setup import DataDir, EnvFile, prepare
from service.model.duration import format_duration
from service.model.retention import Keep
from service.pipeline.retention import forget, forgettable, lasting
from service.storage.database import Database


def prune(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be deleted.")] = False,
    as_json: AsJson = False,
    data: DataDir = None,
    env_file: EnvFile = None,
) -> None:
    """Delete what is older than TAPEWATCH_KEEP_… says: items, deliveries, alerts and the inbox, with all that hangs on them."""
    _, settings, _ = prepare(env_file, data=data, quiet=True)
    keep = settings.keep
    with open_for_reading(settings) as database:
        gone = forgettable(database, keep) if dry_run else _all(database, keep)
    if as_json:
        print_json({"dry_run": dry_run, "deleted": gone})
        return
    table = Table(box=None, header_style="dim", pad_edge=False)
    for column in ("what", "older than", "would be deleted" if dry_run else "deleted"):
        table.add_column(column, justify="left" if column == "what" else "right")
    for name, lasts in lasting(keep).items():
        table.add_row(name, format_duration(lasts), str(gone[name]))
    out.print(table if gone else "everything is kept for ever")


def _all(database: Database, keep: Keep) -> dict[str, int]:
    """Run after run, until nothing more goes."""
    gone: dict[str, int] = {}
    while any((run := forget(database, keep)).values()):
        gone = {name: gone.get(name, 0) + number for name, number in run.items()}
    return gone or run
