"""`tapewatch entities`: bring in watchlists, look names up, and say which names clash or are words as well."""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from service.cli.output import err, out, plain, print_problems
from service.config import Environment
from service.errors import ConfigurationError
from service.events.entities import PlacedEntity
from service.events.importing import Columns, Import
from service.events.names import Care, codes, known_names, shared_names
from service.events.watchlist_csv import MAX_BYTES, ListedEntity
from service.folding import fold
from service.model.entity import Entity
from service.words import read_entities

group = typer.Typer(help="Watchlists: import, search and check the names that Tapewatch knows.", no_args_is_help=True)
Folder = Annotated[Path | None, typer.Option("--rules", help="The rules folder; default: the one in force.", show_default=False)]
MARK = "# Imported by tapewatch from "
_STEP = 500


@group.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="A CSV with a header; columns such as symbol and name are found by themselves.")],
    into: Annotated[Path | None, typer.Option(help="Where to write the watchlist: rules/entities/NAME.csv.")] = None,
    identity: Annotated[str, typer.Option("--id", help="The column of the ticker.", show_default=False)] = "",
    name: Annotated[str, typer.Option("--name", help="The column of the name.", show_default=False)] = "",
    market: Annotated[str, typer.Option(help="The market of tickers that have none: US.", show_default=False)] = "",
    tag: Annotated[list[str] | None, typer.Option(help="A tag for all of them; may be given several times.")] = None,
) -> None:
    """Turn a CSV of securities into a watchlist; lines that cannot be taken are reported and left out.

    Without --into nothing is written, and the exit code is 1 if a line could not be taken.
    """
    text = _text(file)
    done = Import(str(file))
    with Progress(console=err, transient=True) as progress:
        task = progress.add_task("reading", total=max(1, text.count("\n")))
        for line in done.lines(text, Columns(identity, name, market)):
            if line % _STEP == 0:
                progress.update(task, completed=line)
    print_problems(done.problems, word="left out", style="bold yellow")
    if into is not None and done.rows:
        _write(into, f"{MARK}{file.name}\n{done.csv(tag or [])}")
    where = f"written to {into}" if into is not None and done.rows else "nothing written"
    out.print(Text(f"{len(done.rows)} entities, {len(done.problems)} lines left out, {where}"))
    if not done.rows or (done.problems and into is None):
        raise typer.Exit(1)


def _text(file: Path) -> str:
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{file}: cannot be read: {error.strerror}") from error
    if len(raw) > MAX_BYTES:
        raise ConfigurationError(f"{file}: has more than {MAX_BYTES // 2**20} MiB; split it")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigurationError(f"{file}:{line}: this is not UTF-8; save the file as UTF-8") from error


def _write(into: Path, text: str) -> None:
    """Whole or not at all; only a file that came from an import is replaced."""
    if into.suffix != ".csv":
        raise ConfigurationError(f"{into}: a watchlist is called NAME.csv")
    partial = into.with_suffix(".csv.partial")
    try:
        if into.exists() and not into.read_text("utf-8").startswith(MARK):
            raise ConfigurationError(f"{into}: exists and did not come from an import; choose another name, or move it away")
        into.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(text, "utf-8")
        partial.replace(into)
    except OSError as error:
        raise ConfigurationError(f"{into}: cannot be written: {error.strerror}") from error


def _rules(folder: Path | None) -> Path | None:
    return folder or Environment().settings().rules_folder


@group.command("search")
def search(
    word: Annotated[str, typer.Argument(help="A ticker, a name or a part of one, or a tag.")],
    folder: Folder = None,
    limit: Annotated[int, typer.Option(help="Show at most so many.")] = 50,
) -> None:
    """Look an entity up; exit code 1 if there is none."""
    catalog, _ = read_entities(_rules(folder))
    wanted = fold(word).strip()
    exact = codes(catalog).get(wanted)
    found = [catalog[exact]] if exact else []
    found += [entity for entity in catalog.values() if entity.id != exact and _fits(entity, wanted)]
    table = Table(box=None, header_style="dim", pad_edge=False)
    for column in ("id", "kind", "names", "tags", "where"):
        table.add_column(column)
    for entity in found[:limit]:
        names = ", ".join((*entity.names_en, *entity.names_zh))
        tags = ", ".join(sorted(entity.tags))
        table.add_row(Text(entity.id, "cyan"), entity.kind.value, plain(names), Text(tags, "dim"), Text(_where(entity), "dim"))
    out.print(table)
    if len(found) > limit:
        out.print(f"\nand {len(found) - limit} more; --limit shows them")
    if not found:
        err.print(Text(f"nobody is called {plain(word)!r}"))
        raise typer.Exit(1)


def _fits(entity: Entity, wanted: str) -> bool:
    return wanted in entity.tags or any(wanted in fold(name) for name in (entity.id, *entity.names_en, *entity.names_zh))


def _where(entity: Entity) -> str:
    if isinstance(entity, ListedEntity):
        return f"{entity.file}:{entity.line}"
    return entity.place.place if isinstance(entity, PlacedEntity) else ""


@group.command("check")
def check(
    folder: Folder = None,
    words: Annotated[bool, typer.Option("--words", help="Also list the names that are words as well.")] = False,
) -> None:
    """Say which names several entities claim and who gets them; broken files are errors (exit code 1)."""
    catalog, ambiguous = read_entities(_rules(folder))
    known = known_names(catalog, ambiguous)
    for name, ids in sorted(shared_names(catalog).items()):
        owner = known[name].entity if name in known else "nobody"
        err.print(Text.assemble((plain(name), "bold"), f": claimed by {', '.join(ids)}; stands for {owner}"), soft_wrap=True)
    doubtful = sorted(name for name, one in known.items() if one.care & Care.WORD)
    if words:
        for name in doubtful:
            out.print(Text.assemble((plain(name), "bold"), f" ({known[name].entity})"), soft_wrap=True)
    out.print(
        f"[green]good[/]: {len(catalog)} entities, {len(known)} names, of which {len(doubtful)} are words as well "
        f"and count only where their surroundings show a company"
    )
