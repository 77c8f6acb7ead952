"""`tapewatch routes`: check routes.yaml, draw its tree, and ask whom an alert would be told to, when, and why.

Exit codes are those of every command here: 0 all is well, 1 something was found, 2 the command itself was not understood.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.text import Text
from rich.tree import Tree

from service.alerting.forecast import Telling, described, forecast
from service.alerting.routes_lint import doubts
from service.alerting.routing import labels_of
from service.alerting.silencing import suppress
from service.app import open_for_reading
from service.cli.output import out, plain
from service.cli.rules_setup import AsJson, Folder, folder_of, print_json, problem_json
from service.cli.setup import DataDir, EnvFile, RulesDir, prepare
from service.clock import utc_now
from service.config import Settings
from service.errors import ConfigurationError, InvalidFiles
from service.model.alert import Alert
from service.model.duration import format_duration
from service.model.moment import reckonable
from service.model.routing import Receiver, Reminder, ReminderKind, Route
from service.pipeline.asked import from_labels, from_text, schemes, telling_json
from service.rulebook import Rulebook, load_folder
from service.storage import alerts, silences

LEFT_OUT = "what alerts before this one decide: cooldown, inhibit_rules, group_interval and max_per_hour"

group = typer.Typer(help="Check, show and try who is told.", no_args_is_help=True)


@group.command("check")
def check(folder: Folder = None, as_json: AsJson = False) -> None:
    """Say everything that is wrong in the rules folder, with file:line:column, and what is doubtful in routes.yaml."""
    try:
        book = load_folder(folder_of(folder))
    except InvalidFiles as error:
        if not as_json:
            raise
        print_json({"ok": False, "problems": [problem_json(problem) for problem in error.problems]})
        raise typer.Exit(1) from None
    found = doubts(book.routing, {label for rule in book.rules.rules for label in rule.labels})
    if as_json:
        print_json({"ok": True, "receivers": list(book.routing.receivers), "doubts": found})
        return
    for doubt in found:
        out.print(Text.assemble(("doubt: ", "bold yellow"), plain(doubt)), soft_wrap=True)
    count = sum(1 for _ in _routes(book.routing.root))
    out.print(f"[green]good[/]: {_number(count, 'route')}, {_number(len(book.routing.receivers), 'receiver')}")


@group.command("show")
def show(folder: Folder = None) -> None:
    """Draw the tree of routes, with what each changes."""
    book = load_folder(folder_of(folder))
    tree = Tree(_node(book.routing.root, None, book))
    _grow(tree, book.routing.root, book)
    out.print(tree)


def _number(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"


def _routes(route: Route) -> Iterable[Route]:
    yield route
    for child in route.routes:
        yield from _routes(child)


def _grow(tree: Tree, route: Route, book: Rulebook) -> None:
    for child in route.routes:
        _grow(tree.add(_node(child, route, book)), child, book)


def _node(route: Route, parent: Route | None, book: Rulebook) -> Text:
    inherited = set(described(parent.timing)) if parent else set()
    says = [words for words in described(route.timing) if words not in inherited]
    says += [f"no longer {words}" for words in sorted(inherited - set(described(route.timing)))]
    if parent is None or route.group_by != parent.group_by:
        says.insert(0, f"group_by {', '.join(route.group_by)}" if route.group_by else "all in one group")
    who = " and ".join(map(str, route.matchers)) or "every alert"
    line = Text.assemble((plain(who), "bold"), " → ", (_receiver(book.routing.receivers[route.receiver]), "cyan"))
    if says:
        line.append(f"  {plain('; '.join(says))}", "dim")
    return line.append("  and goes on (continue)", "dim") if route.continue_ else line


def _receiver(receiver: Receiver) -> str:
    kinds = ", ".join(schemes(receiver))
    limit = f", at most {receiver.max_per_hour} an hour" if receiver.max_per_hour else ""
    return plain(f"{receiver.name} ({kinds}{limit})")


@group.command("test")
def test(  # noqa: PLR0913 - each is an option of the command
    labels: Annotated[list[str] | None, typer.Argument(help="Labels of an alert: severity=high desk=a-share …")] = None,
    alert: Annotated[str, typer.Option(help="The id of a stored alert.")] = "",
    text: Annotated[str, typer.Option(help="A news text, held against the rules; - reads it from standard input.")] = "",
    at: Annotated[
        str, typer.Option(help="When it comes in: 2025-12-22T23:00+08:00. Without an offset it is UTC; default: now.")
    ] = "",
    as_json: AsJson = False,
    rules: RulesDir = None,
    data: DataDir = None,
    env_file: EnvFile = None,
) -> None:
    """Say to whom an alert would go, when, and why."""
    _, settings, _ = prepare(env_file, rules=rules, data=data, quiet=True)
    if sum(map(bool, (labels, alert, text))) != 1:
        raise ConfigurationError("say which alert: by labels (severity=high), by --alert ID, or by --text")
    book, now = load_folder(settings.rules_folder), _moment(at)
    silence = ""
    if alert:
        stored, silence = _stored(settings, alert, now)
        asked = [stored]
    elif text:
        asked = from_text(book, sys.stdin.read() if text == "-" else text, now)
    else:
        asked = [_from_labels(labels or [], now)]
    told = [(one, forecast(book.routing, one, now), [*_limits(book, one.rule)]) for one in asked]
    if as_json:
        found = [{**telling_json(one, tellings), "limits": limits, "silenced": silence} for one, tellings, limits in told]
        print_json({"at": now.isoformat(), "alerts": found, "left_out": LEFT_OUT})
        return
    if not told:
        out.print("no rule fires on this text, so nobody is told; `tapewatch rules try` says why")
    for one, tellings, limits in told:
        _show(one, tellings)
        for words in ([f"but nobody is told: {silence}"] if silence else []) + limits:
            out.print(f"  [yellow]{plain(words)}[/]", soft_wrap=True)
    if told:
        out.print(f"[dim]left out: {LEFT_OUT}[/]", soft_wrap=True)


def _limits(book: Rulebook, name: str) -> Iterator[str]:
    """What its rule says that may hold an alert back, in words."""
    rule = next((one for one in book.rules.rules if one.id == name), None)
    if rule and rule.cooldown:
        yield f"rule {name}: told once in {format_duration(rule.cooldown)} of one subject (cooldown)"
    if rule and rule.max_per_hour:
        yield f"rule {name}: at most {rule.max_per_hour} an hour by themselves (max_per_hour)"
    if rule and rule.stale_after:
        yield f"rule {name}: not told any more {format_duration(rule.stale_after)} after it was made (stale_after)"


def _moment(text: str) -> datetime:
    try:
        found = reckonable(datetime.fromisoformat(text)) if text else utc_now()
    except ValueError:
        raise ConfigurationError(f"--at {text}: write for instance 2025-12-22T23:00+08:00") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _stored(settings: Settings, alert_id: str, now: datetime) -> tuple[Alert, str]:
    """An alert, and why nobody is told of its like now, where somebody asked for silence."""
    with open_for_reading(settings) as database, database.read() as connection:
        found, quiet = alerts.get(connection, alert_id), silences.in_force(connection, now)
    if found is None:
        raise ConfigurationError(f"there is no alert {alert_id!r}; the page and `tapewatch status` show what there is")
    return found.alert, suppress(labels_of(found.alert), quiet, now) or ""


def _from_labels(pairs: Sequence[str], now: datetime) -> Alert:
    labels: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise ConfigurationError(f"{pair!r} is no label: write name=value")
        labels[name.strip()] = value.strip()
    try:
        return from_labels(labels, now)
    except ValueError as error:
        raise ConfigurationError(str(error)) from error


def _show(alert: Alert, found: Sequence[Telling]) -> None:
    out.print(Text.assemble((f"{alert.severity.value}  ", "dim"), (plain(alert.title), "bold")), soft_wrap=True)
    for one in found:
        words = f"  {one.at.astimezone(UTC):%a %Y-%m-%d %H:%M:%S} UTC"
        out.print(Text.assemble("  → ", (_receiver(one.receiver), "cyan"), (words, "green")), soft_wrap=True)
        out.print(Text.assemble("      ", plain(one.reason), (f"  {plain(one.because)}", "dim")), soft_wrap=True)
        for step in one.later:
            out.print(f"      {plain(_later(step, one))}", soft_wrap=True)


def _later(step: Reminder, told: Telling) -> str:
    after = format_duration(step.due_at - told.at)
    who = f"to {step.receiver}" if step.kind is ReminderKind.ESCALATION else "again, and every time after as long"
    return f"not acknowledged after {after}: {who}"
