"""`tapewatch explain`: why something was or was not alerted, for a stored item or for any text."""

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.text import Text
from rich.tree import Tree
from sqlalchemy import Connection

from service.alerting.latency import STEPS, Latency, latency_of
from service.app import open_for_reading
from service.cli.output import alert_panel, marked, out, plain
from service.cli.setup import DataDir, EnvFile, RulesDir, prepare
from service.clock import utc_now
from service.errors import ConfigurationError, InvalidFiles
from service.events.extract import ClauseTrace, extract
from service.events.extract import explain as explain_events
from service.events.lexicon import Lexicon
from service.model.event import Event
from service.model.explanation import Explanation
from service.model.item import Item
from service.model.span import Span
from service.pipeline.why import DISPOSITIONS, why
from service.rulebook import load_folder
from service.rules.explain import Verdict
from service.rules.explain import explain as explain_rules
from service.storage import alerts, decisions, deliveries, items, stories
from service.words import counting, read_words, told

MEANINGS = {
    "denied": "it is denied",
    "near": "it is only near, or hoped for",
    "expected": "it is expected, not said to have happened",
    "hypothetical": "it is expected, feared or possible, not said to have happened",
    "historical": "it is old history",
    "planned": "it is planned",
    "definition": "these words define or count, they assert nothing",
    "measure": "it moved something that has no market price",
    "other": "these words are about something else",
}
"""What a blocker says of the words it takes back."""
SHOWN = 200


def explain(
    item: Annotated[
        str, typer.Argument(help="Number or guid of a stored item, the id of an alert, or - for a text on standard input.")
    ],
    all_rules: Annotated[bool, typer.Option("--all", help="Also show the rules that were nowhere near.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the JSON that the API answers with.")] = False,
    rules: RulesDir = None,
    data: DataDir = None,
    env_file: EnvFile = None,
) -> None:
    """Show the events of an item, every rule's verdict with its place, and what became of it."""
    _, settings, _ = prepare(env_file, rules=rules, data=data, quiet=True)
    if item == "-":
        _explain_text(Item("", "", "", sys.stdin.read()), settings.rules_folder, all_rules, as_json)
        return
    book = load_folder(settings.rules_folder)
    with open_for_reading(settings) as database, database.read() as connection:
        found = why(connection, _find(connection, item).id, book.rules, book.version, all_rules=all_rules)
        assert found is not None
        if as_json:
            typer.echo(json.dumps(found.as_json(), ensure_ascii=False))
            return
        stored = found.stored
        out.print(
            Text.assemble(
                (plain(stored.item.title), "bold"),
                f"\nitem {stored.id} of {stored.item.source}, {_dated(stored.item.published)}",
            )
        )
        out.print(f"{DISPOSITIONS[stored.disposition]}\n")
        _show_clauses(stored.item, book.lexicon)
        if _facts(counting(book.lexicon, extract(stored.item, book.lexicon))) != _facts(found.events):
            out.print("[yellow]note[/]: the vocabulary reads other events here now; below are those that were stored")
        out.print("\n[bold]rules[/]")
        show_verdicts(found.verdicts)
        _show_history(connection, stored.id, stored.fetched_at)


def _explain_text(item: Item, folder: Path | None, all_rules: bool, as_json: bool) -> None:
    """A text; what is read in it is shown also where the rules are refused, for that may be what their author looks for."""
    try:
        book = load_folder(folder)
    except InvalidFiles:
        if not as_json:
            _show_clauses(item, read_words(folder)[0])
        raise
    verdicts = explain_rules(book.rules, item, told(book.lexicon, extract(item, book.lexicon)), utc_now(), all_rules=all_rules)
    if as_json:
        rules = [verdict.as_json() for verdict in verdicts]
        typer.echo(json.dumps({"item": None, "explained_by": book.version, "rules": rules}, ensure_ascii=False))
        return
    _show_clauses(item, book.lexicon)
    out.print("\n[bold]rules[/]")
    show_verdicts(verdicts)


def _facts(events: Iterable[Event]) -> list[Event]:
    """The events without the entries that they were read with: a file has one name for the service and another for a shell."""
    return [replace(event, entry="") for event in events]


def _dated(published: datetime | None) -> str:
    return f"{published.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if published else "undated"


def _find(connection: Connection, name: str) -> items.StoredItem:
    found = items.find(connection, name)
    if found is None and (alert := alerts.get(connection, name)) is not None:
        found = items.get(connection, alert.item_id)
    if found is None:
        raise ConfigurationError(f"there is no item or alert {name!r}; the page and `tapewatch status` show what there is")
    return found


def _show_clauses(item: Item, lexicon: Lexicon) -> None:
    out.print("[bold]clauses[/]")
    for clause in explain_events(item, lexicon):
        _show_clause(clause, item.document, lexicon)


def show_verdicts(verdicts: Sequence[Verdict]) -> None:
    """Each rule's verdict with its place, and what stopped those that did not match."""
    for verdict in verdicts:
        tree = Tree(_node(verdict.why))
        _grow(tree, verdict.why)
        out.print(tree)
        if verdict.window and verdict.why.held:
            out.print(Text.assemble(("  waits for ", "cyan"), plain(verdict.window)), soft_wrap=True)
        if not verdict.why.held:
            nearest = verdict.nearest
            line = Text.assemble(
                ("  stopped by ", "yellow"), f"{verdict.stage.value}: ", plain(nearest.what), (f"  {nearest.place}", "dim")
            )
            out.print(line, soft_wrap=True)


def _show_clause(clause: ClauseTrace, document: str, lexicon: Lexicon) -> None:
    """A clause with what it says; one without words of the vocabulary is shown, but dimmed and cut short."""
    if not clause.triggers:
        words = " ".join(plain(clause.span.of(document)[:SHOWN]).split())
        out.print(Text.assemble("  ", (words, "dim")), soft_wrap=True)
    marks = [Span(one.trigger.start - clause.span.start, one.trigger.end - clause.span.start) for one in clause.triggers]
    if clause.triggers:
        out.print(Text.assemble("  ", marked(clause.span.of(document), marks)), soft_wrap=True)
    for event in clause.events:
        label = ("event   ", "green") if lexicon.counts(event) else ("no event", "yellow")
        out.print(Text.assemble("    ", label, " ", _event_line(event), (f"  {event.entry}", "dim")), soft_wrap=True)
    for trigger in clause.triggers:
        if trigger.blocked_by:
            words = f" {trigger.type} “{plain(trigger.trigger.of(document))}”: {MEANINGS.get(trigger.means, trigger.means)}"
            out.print(Text.assemble("    ", ("blocked ", "yellow"), words, (f"  {trigger.blocked_by}", "dim")), soft_wrap=True)
    for words in clause.refused:
        out.print(Text.assemble("    ", ("refused ", "yellow"), " ", plain(words)), soft_wrap=True)


def _event_line(event: Event) -> Text:
    fields = ", ".join(f"{name} {value}" for name, value in event.fields.items())
    subject = f"{event.subject} ({event.alias})" if event.alias else event.subject
    return Text.assemble(
        (event.type, "bold"),
        " of ",
        plain(subject or "none named"),
        (f" {event.entity or ''}", "cyan"),
        f" {plain(fields)} [{event.status}]",
    )


def _node(explanation: Explanation) -> Text:
    sign = ("✓ ", "green") if explanation.held else ("✗ ", "red")
    detail = f"  {plain(explanation.detail)}" if explanation.detail else ""
    return Text.assemble(sign, plain(explanation.what), detail, (f"  {explanation.place}", "dim"))


def _grow(tree: Tree, explanation: Explanation) -> None:
    for child in explanation.children:
        _grow(tree.add(_node(child)), child)


def _show_story(connection: Connection, item_id: int) -> None:
    """The story that the item was put into, and why."""
    place = stories.of_item(connection, item_id)
    if place is None:
        return
    told_by = stories.outlets(connection, [place.story])[place.story]
    out.print("\n[bold]story[/]")
    out.print(Text.assemble(f"  {place.story}, told by ", plain(", ".join(told_by))), soft_wrap=True)
    out.print(Text.assemble((f"  {place.novelty.value}", "bold"), f": {plain(place.reason)}"), soft_wrap=True)


def _show_history(connection: Connection, item_id: int, fetched_at: datetime) -> None:
    _show_story(connection, item_id)
    rows = decisions.of_item(connection, item_id)
    out.print("\n[bold]what became of it[/]")
    if not rows:
        out.print("  no rule fired when it was read")
    for row in rows:
        out.print(Text.assemble("  ", (row.rule, "bold"), f": {row.outcome}: ", plain(row.reason)), soft_wrap=True)
        if row.outcome != "alerted" or row.alert_id is None:
            continue
        alert = alerts.get(connection, row.alert_id)
        if alert is not None:
            out.print(alert_panel(alert.alert))
        for delivery in deliveries.of_alert(connection, row.alert_id):
            tries = "1 try" if delivery.attempts == 1 else f"{delivery.attempts} tries"
            line = f"    → {delivery.receiver}: {delivery.state.value} after {tries}"
            line += f": {delivery.last_detail}" if delivery.last_detail else ""
            line += f" ({delivery.timing_reason})" if delivery.timing_reason else ""
            out.print(escape(plain(line)), soft_wrap=True)
            if alert is not None and delivery.sent_at:
                moments = (alert.alert.published, fetched_at, alert.alert.created_at, delivery.created_at, delivery.sent_at)
                out.print(f"      {_steps(latency_of(*moments))}", soft_wrap=True, style="dim")


def _steps(latency: Latency) -> str:
    """How long each step took, as far as it is known."""
    known = {step: getattr(latency, step) for step in STEPS}
    return ", ".join(f"{step} {seconds:.1f} s" for step, seconds in known.items() if seconds is not None)
