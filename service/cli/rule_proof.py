"""`tapewatch rules try`, `backtest` and `diff`: what the rules say of a text, of the past, and what a change would change."""

import json
import sys
from collections import Counter
from collections.abc import Sequence as Several
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from time import monotonic
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from service.alerting.routing import route
from service.alerting.windows import lacks
from service.cli.corpus import AsJson, Asked, Corpus, History, ReExtract, Since, replay, rulebook
from service.cli.explain import show_verdicts
from service.cli.extract import public_event
from service.cli.output import SEVERITY_STYLE, alert_panel, out, plain
from service.cli.setup import DataDir, EnvFile, RulesDir, prepare
from service.clock import utc_now
from service.errors import ConfigurationError
from service.events.extract import extract
from service.model.item import Item
from service.model.window import Absence, Sequence
from service.pipeline.fired import Fired, fire, occurrence_of
from service.pipeline.replay import LEFT_OUT, Report, Would
from service.rulebook import Memory, Rulebook, load_folder
from service.rules.explain import explain
from service.rules.matcher import match
from service.words import counting, told

BARS = "▁▂▃▄▅▆▇█"
WIDEST = 60
"""Characters of a sparkline; more days than that share one."""
LISTED = 20
DIFFERENT = 2
"""Exit code of `rules diff` when it finds what --fail-on names; 1 is an error."""


class FailOn(StrEnum):
    """What makes `rules diff` end with exit code 2."""

    NEVER = "never"
    ANY = "any"
    MORE = "more"
    FEWER = "fewer"


def try_text(  # noqa: PLR0913 - each is an option of the command
    text: Annotated[str, typer.Argument(help="A news text; - reads it from standard input.", show_default=False)] = "",
    title: Annotated[str, typer.Option(help="Its title.")] = "",
    lang: Annotated[str, typer.Option(help="en or zh; found out if not given.")] = "",
    file: Annotated[Path | None, typer.Option(help="Read the text from this file.")] = None,
    all_rules: Annotated[bool, typer.Option("--all", help="Also show the rules that were nowhere near.")] = False,
    as_json: AsJson = False,
    rules: RulesDir = None,
    env_file: EnvFile = None,
) -> None:
    """Say which rules would fire on a text, whom that would tell, and why the others would not."""
    _, settings, _ = prepare(env_file, rules=rules, quiet=True)
    book = load_folder(settings.rules_folder)
    item = Item("try", "try", title, _text(text, file), publisher="try", language=lang)
    if not item.document.strip():
        raise ConfigurationError("there is nothing to try: give a text, --title or --file")
    read, now = extract(item, book.lexicon), utc_now()
    events = counting(book.lexicon, read)
    fired = fire(book, 0, item, match(book.rules, item, events, now), now)
    verdicts = explain(book.rules, item, told(book.lexicon, read), now, all_rules=all_rules)
    if as_json:
        found = {"version": book.version, "fires": [_tried(book, hit, now) for hit in fired]}
        shown = {"events": [*map(public_event, events)], "rules": [verdict.as_json() for verdict in verdicts]}
        typer.echo(json.dumps(found | shown, ensure_ascii=False))
        return
    for hit in fired:
        out.print(alert_panel(hit.alert, heading=_consequence(book, hit, now)))
    out.print(f"[bold]{len([hit for hit in fired if not hit.match.rule.step])} would fire[/]\n")
    show_verdicts(verdicts)


def _text(text: str, file: Path | None) -> str:
    if file is not None:
        try:
            return file.read_bytes().decode("utf-8", "replace")
        except OSError as error:
            raise ConfigurationError(f"{file}: cannot be read: {error.strerror}") from error
    return sys.stdin.read() if text == "-" else text


def _consequence(book: Rulebook, hit: Fired, now: datetime) -> str:
    """What would come of it: receivers, or what the rule's window waits for."""
    rule = hit.match.rule
    if rule.window is None:
        return f"would be told to {', '.join(one.receiver.name for one in route(book.routing, hit.alert))}"
    if missing := lacks(rule.window, occurrence_of(hit, now)):
        return f"not counted: it names no {missing}"
    if isinstance(rule.window, Absence):
        return f"fires on {rule.window.told}; this text ends the silence"
    if isinstance(rule.window, Sequence):
        half = "the one that comes first" if rule.step else "the one that follows"
        return f"fires on {rule.window.told}; this text is {half}"
    return f"fires on {rule.window.told}; this text counts as 1"


def _tried(book: Rulebook, hit: Fired, now: datetime) -> dict[str, object]:
    return {
        "rule": hit.match.rule.id,
        "step": hit.match.rule.step,
        "severity": hit.alert.severity.value,
        "title": hit.alert.title,
        "body": hit.alert.body,
        "reason": hit.alert.reason,
        "then": _consequence(book, hit, now),
    }


def backtest(  # noqa: PLR0913 - each is an option of the command
    since: Since = "30d",
    rules: RulesDir = None,
    corpus: Corpus = None,
    re_extract: ReExtract = False,
    history: History = False,
    as_json: AsJson = False,
    data: DataDir = None,
    env_file: EnvFile = None,
) -> None:
    """Hold the rules against items that came before: how often each would have alerted, and which rules overlap."""
    _, settings, _ = prepare(env_file, rules=rules, data=data, quiet=True)
    book = load_folder(settings.rules_folder)
    started = monotonic()
    (report,) = replay(Asked(settings, since, corpus, re_extract, history), [book])
    seconds = monotonic() - started
    if as_json:
        typer.echo(json.dumps(_report_json(book, report, seconds), ensure_ascii=False))
        return
    table = Table(box=None, header_style="dim", pad_edge=False)
    for column in ("rule", "matches", "alerts", "a day", "each day"):
        table.add_column(column, justify="left" if column in ("rule", "each day") else "right")
    days = max(len(report.days), 1)
    for rule in book.rules.rules:
        counts = report.by_day(rule.id)
        total = sum(counts)
        name = Text(rule.id, SEVERITY_STYLE[rule.severity])
        table.add_row(name, str(report.matches[rule.id]), str(total), f"{total / days:.1f}", sparkline(counts))
    out.print(table)
    for one, other, both, share in report.overlaps()[:LISTED]:
        out.print(f"[yellow]overlap[/]: {one} and {other} match the same {both} items ({share:.0%} of both)")
    out.print(
        f"\n{report.items} items of {len(report.days)} days in {seconds:.1f} s ({report.items / max(seconds, 0.001):,.0f}/s): "
        f"{len(report.alerts)} alerts, [bold]{len(report.alerts) / days:.1f} a day[/] are to be expected"
    )
    if cooled := report.cooled.total():
        out.print(f"{cooled} more would have been kept back by `cooldown`: {_by_rule(report.cooled)}")
    if gathered := Counter(one.rule for one in report.alerts if one.in_digest):
        out.print(f"{gathered.total()} of them would have come in digests, by `max_per_hour`: {_by_rule(gathered)}")
    out.print(f"[dim]left out: {LEFT_OUT}[/]")


def _by_rule(counts: Counter[str]) -> str:
    return plain(", ".join(f"{rule} {count}" for rule, count in counts.most_common()))


def _report_json(book: Rulebook, report: Report, seconds: float) -> dict[str, object]:
    days = max(len(report.days), 1)
    rules = []
    for rule in book.rules.rules:
        counts = report.by_day(rule.id)
        matches = report.matches[rule.id]
        one = {"id": rule.id, "matches": matches, "alerts": sum(counts), "per_day": counts, "alerts_per_day": sum(counts) / days}
        in_digests = sum(would.in_digest for would in report.alerts if would.rule == rule.id)
        rules.append({**one, "cooled": report.cooled[rule.id], "in_digests": in_digests})
    return {
        "version": book.version,
        "items": report.items,
        "seconds": round(seconds, 3),
        "days": [day.isoformat() for day in report.days],
        "rules": rules,
        "alerts": len(report.alerts),
        "alerts_per_day": len(report.alerts) / days,
        "left_out": LEFT_OUT,
        "overlaps": [{"rules": [a, b], "items": both, "share": share} for a, b, both, share in report.overlaps()],
    }


def sparkline(counts: Several[int]) -> str:
    """Counts as bars, the highest as high as a character; days are put together where there are more than fit."""
    width = -(-len(counts) // WIDEST) or 1
    groups = [sum(counts[start : start + width]) for start in range(0, len(counts), width)]
    top = max(groups, default=0)
    return "".join(" " if not count else BARS[(count * (len(BARS) - 1)) // top] for count in groups)


def diff(  # noqa: PLR0913 - each is an option of the command
    old: Annotated[str, typer.Argument(help="A rules folder, a stored version, or `active`.")],
    new: Annotated[str, typer.Argument(help="The same, after the change.")],
    since: Since = "30d",
    corpus: Corpus = None,
    re_extract: ReExtract = False,
    history: History = False,
    fail_on: Annotated[FailOn, typer.Option("--fail-on", help="Differences that end with exit code 2.")] = FailOn.NEVER,
    as_json: AsJson = False,
    data: DataDir = None,
    env_file: EnvFile = None,
) -> None:
    """Say which alerts a change of the rules would have added and taken away."""
    _, settings, _ = prepare(env_file, data=data, quiet=True)
    memory = Memory()  # what both have in common is compiled once
    books = [rulebook(old, settings, memory), rulebook(new, settings, memory)]
    before, after = replay(Asked(settings, since, corpus, re_extract, history), books)
    added, removed = _without(after.alerts, before.alerts), _without(before.alerts, after.alerts)
    words_differ = books[0].vocabulary != books[1].vocabulary and corpus is None and not re_extract
    if as_json:
        versions = {"old": books[0].version, "new": books[1].version}
        lists = {"added": [_would_json(one) for one in added], "removed": [_would_json(one) for one in removed]}
        typer.echo(
            json.dumps({**versions, "items": before.items, **lists, "vocabulary_ignored": words_differ}, ensure_ascii=False)
        )
    else:
        _show_difference(added, removed, before.items)
        if words_differ:
            out.print("[yellow]note[/]: the vocabulary differs too; stored events do not show that, --re-extract does")
    found = {FailOn.ANY: added or removed, FailOn.MORE: added, FailOn.FEWER: removed}
    if found.get(fail_on):
        raise typer.Exit(DIFFERENT)


def _without(some: Several[Would], others: Several[Would]) -> list[Would]:
    known = {(one.rule, one.fingerprint) for one in others}
    return [one for one in some if (one.rule, one.fingerprint) not in known]


def _show_difference(added: Several[Would], removed: Several[Would], items: int) -> None:
    out.print(f"[bold]+{len(added)} alerts, −{len(removed)}[/] on {items} items")
    for sign, style, some in (("+", "green", added), ("−", "red", removed)):
        for one in some[:LISTED]:
            line = Text.assemble(
                (f"{sign} {one.rule}  ", style), f"{one.at:%Y-%m-%d %H:%M}  {plain(one.title)}", (f"  {plain(one.item)}", "dim")
            )
            out.print(line, soft_wrap=True)
        if len(some) > LISTED:
            out.print(f"[dim]{sign} and {len(some) - LISTED} more; --json lists all[/]")


def _would_json(one: Would) -> dict[str, object]:
    return {
        "rule": one.rule,
        "severity": one.severity.value,
        "at": one.at.isoformat(),
        "title": one.title,
        "reason": one.reason,
        "item": one.item,
        "fingerprint": one.fingerprint,
    }
