"""`tapewatch deliveries`: what waits, what was given up and why, put back or dropped; beside a running process."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text
from sqlalchemy import Connection

from service.app import open_for_reading
from service.cli import remote, remote_commands
from service.cli.output import out, plain
from service.cli.setup import DataDir, EnvFile, prepare
from service.config import Settings
from service.errors import ConfigurationError
from service.model.delivery import DeliveryState, Trouble
from service.notify.receivers import shown
from service.owner import user_name
from service.pipeline.told import delivery_json
from service.storage import alert_queries, delivery_desk, targets
from service.storage.delivery_desk import Listed

group = typer.Typer(help="What waits to be delivered, what was given up and why.", no_args_is_help=True)

OPEN = (DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.RETRYABLE, DeliveryState.DISCARDED)
TRIES_SHOWN = 1000
MANY = 100_000
STYLES = {DeliveryState.SENT: "green", DeliveryState.DISCARDED: "red", DeliveryState.RETRYABLE: "yellow"}

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
States = Annotated[list[DeliveryState] | None, typer.Option("--state", help="Only in this state; may be given again.")]
Receiver = Annotated[str, typer.Option(help="Only of this receiver.")]
Keys = Annotated[list[str] | None, typer.Argument(help="Keys of deliveries, or their first digits.")]
All = Annotated[bool, typer.Option("--all", help="All that were given up, of --receiver where that is named.")]
By = Annotated[str, typer.Option(help="Who does this; default: you.")]


@group.command("list")
def list_deliveries(
    state: States = None,
    receiver: Receiver = "",
    limit: Annotated[int, typer.Option(min=1, max=MANY, help="How many at most.")] = 50,
    as_json: AsJson = False,
    data: DataDir = None,
    env_file: EnvFile = None,
) -> None:
    """List deliveries, newest first: those that wait or were given up, unless --state says which."""
    if there := remote.server():
        asked = {"state": [one.value for one in state or OPEN], "receiver": receiver}
        remote_commands.deliveries_list(there, asked, limit, as_json=as_json)
        return
    _, settings, _ = prepare(env_file, data=data, quiet=True)
    with open_for_reading(settings) as database, database.read() as connection:
        found = delivery_desk.listed(connection, states=state or OPEN, receiver=receiver, limit=limit)
        troubled = targets.troubled(connection)
    if as_json:
        closed = [_trouble_json(trouble) for trouble in troubled.values()]
        typer.echo(json.dumps({"deliveries": [delivery_json(one) for one in found], "targets": closed}, ensure_ascii=False))
        return
    table = Table(box=None, header_style="dim", pad_edge=False)
    for column in ("key", "state", "receiver", "tries", "made", "next", "alert", "said"):
        table.add_column(column)
    for one in found:
        title = f"{one.title} (+{one.alerts - 1})" if one.alerts > 1 else one.title
        said = _said(one.reason, one.detail)
        times = (_time(one.created_at), _time(one.next_at))
        words = (plain(title), Text(plain(said), "dim"))
        table.add_row(one.key[:12], _state(one), plain(one.receiver), str(one.attempts), *times, *words)
    out.print(table if found else "nothing waits and nothing was given up" if not state else "none")
    for trouble in troubled.values():
        until = f" is left alone until {_time(trouble.closed_until)} after {trouble.failures} failures: "
        out.print(Text.assemble("\n", (shown(trouble.target), "bold red"), until, plain(trouble.detail)), soft_wrap=True)


@group.command()
def show(
    key: Annotated[str, typer.Argument(help="The key of a delivery, or its first digits.")],
    as_json: AsJson = False,
    data: DataDir = None,
    env_file: EnvFile = None,
) -> None:
    """Show one delivery with its alerts and every try."""
    if there := remote.server():
        remote_commands.delivery_show(there, key, as_json=as_json)
        return
    _, settings, _ = prepare(env_file, data=data, quiet=True)
    with open_for_reading(settings) as database, database.read() as connection:
        one = _one(connection, key)
        titles = delivery_desk.titles(connection, one.key)
        tries = alert_queries.attempts(connection, [one.key], TRIES_SHOWN).get(one.key, [])[::-1]
    if as_json:
        attempts = [
            {"number": t.number, "at": t.at.isoformat(), "outcome": t.outcome, "reason": t.reason, "detail": t.detail}
            for t in tries
        ]
        carried = [{"id": number, "title": title} for number, title in titles]
        typer.echo(json.dumps({**delivery_json(one), "carries": carried, "tries": attempts}, ensure_ascii=False))
        return
    out.print(Text.assemble((one.key, "bold"), "  ", _state(one), f"  to {plain(one.receiver)} at {shown(one.target)}"))
    times = {"made": one.created_at, "next try": one.next_at, "sent": one.sent_at}
    out.print("  " + ", ".join(f"{name} {_time(at)}" for name, at in times.items() if at))
    for number, title in titles:
        out.print(Text.assemble("  alert ", (number, "cyan"), " ", plain(title)), soft_wrap=True)
    for each in tries:
        words = _said(each.reason, each.detail)
        out.print(Text.assemble(f"  {each.number:>4}  {_time(each.at)}  {each.outcome}  ", (plain(words), "dim")), soft_wrap=True)


@group.command()
def retry(  # noqa: PLR0913 - one argument for each option
    keys: Keys = None,
    every: All = False,
    receiver: Receiver = "",
    by: By = "",
    as_json: AsJson = False,
    data: DataDir = None,
    env_file: EnvFile = None,
) -> None:
    """Put deliveries back, due at once and under the same key, and stop leaving their targets alone."""
    if there := remote.server():
        remote_commands.deliveries_change(there, keys or (), "retry", None, as_json=as_json)
        return
    who = by or user_name()

    def work(connection: Connection, one: Listed, now: datetime) -> bool:
        targets.clear(connection, [one.target])
        return delivery_desk.put_back(connection, one.key, who, now)

    asked = _Asked(tuple(keys or ()), every, receiver)
    _, settings, _ = prepare(env_file, data=data, quiet=True)
    _each(asked, _Deed("put back", work), settings, as_json=as_json)


@group.command()
def drop(  # noqa: PLR0913 - one argument for each option
    keys: Keys = None,
    every: All = False,
    receiver: Receiver = "",
    why: Annotated[str, typer.Option(help="Why, for whoever looks at it later.")] = "",
    by: By = "",
    as_json: AsJson = False,
    data: DataDir = None,
    env_file: EnvFile = None,
) -> None:
    """Cancel deliveries for good; who did it and why is kept."""
    if there := remote.server():
        remote_commands.deliveries_change(there, keys or (), "drop", {"why": why}, as_json=as_json)
        return
    who = by or user_name()

    def work(connection: Connection, one: Listed, now: datetime) -> bool:
        return delivery_desk.drop(connection, one.key, who, why, now)

    asked = _Asked(tuple(keys or ()), every, receiver)
    _, settings, _ = prepare(env_file, data=data, quiet=True)
    _each(asked, _Deed("dropped", work), settings, as_json=as_json)


@dataclass(frozen=True, slots=True)
class _Deed:
    """What is done to each delivery, and the word for it when it is done."""

    word: str
    work: Callable[[Connection, Listed, datetime], bool]


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which deliveries: by their keys, or all that were given up (of one receiver)."""

    keys: tuple[str, ...]
    every: bool
    receiver: str

    def __post_init__(self) -> None:
        if bool(self.keys) == self.every:
            raise ConfigurationError("name deliveries by their keys, or say --all for those that were given up")

    def found(self, connection: Connection) -> list[Listed]:
        """They themselves."""
        if self.every:
            return delivery_desk.listed(connection, states=(DeliveryState.DISCARDED,), receiver=self.receiver, limit=MANY)
        return [_one(connection, key) for key in self.keys]


def _each(asked: _Asked, deed: _Deed, settings: Settings, *, as_json: bool) -> None:
    done: list[Listed] = []
    refused: list[Listed] = []
    with open_for_reading(settings) as database, database.begin() as connection:
        now = database.now(connection)
        for one in asked.found(connection):
            (done if deed.work(connection, one, now) else refused).append(one)
    if as_json:
        typer.echo(json.dumps({"done": [one.key for one in done], "refused": [one.key for one in refused]}))
    else:
        for one in done:
            out.print(Text.assemble((deed.word, "green"), f" {one.key[:12]} to {plain(one.receiver)}"))
        for one in refused:
            out.print(Text.assemble((f"not {deed.word}", "red"), f" {one.key[:12]}: it is {one.state.value}"))
        if not done and not refused:
            out.print("nothing was given up")
    if refused:
        raise typer.Exit(1)


def _one(connection: Connection, start: str) -> Listed:
    found = delivery_desk.find(connection, start) if start else []
    if not found:
        raise ConfigurationError(f"there is no delivery {start!r}; `tapewatch deliveries list` shows what there is")
    if len(found) > 1 and found[0].key != start:
        raise ConfigurationError(f"several deliveries begin with {start!r}; write more of the key")
    return found[0]


def _trouble_json(trouble: Trouble) -> dict[str, object]:
    return {
        "target": shown(trouble.target),
        "since": trouble.since.isoformat(),
        "closed_until": trouble.closed_until.isoformat(),
        "failures": trouble.failures,
        "reason": trouble.reason,
        "detail": trouble.detail,
    }


def _state(one: Listed) -> Text:
    return Text(one.state.value, STYLES.get(one.state, ""))


def _said(reason: str, detail: str) -> str:
    """The reason and what was said, unless that says it already: "silenced until …"."""
    return detail if detail.startswith(reason) else f"{reason}: {detail}".strip(": ")


def _time(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}" if at else "–"
