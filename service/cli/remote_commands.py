"""What each command does where `--server` is given; what it prints is what the server's lists have."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typer

from service.cli.output import out, plain
from service.cli.remote import Server, path_of, show
from service.errors import ConfigurationError
from service.rulefiles import may_be_changed, place_of
from service.rulefolder import read_folder

NOTHING = "none"


def status(server: Server, *, as_json: bool) -> None:
    """How the service is."""
    said = server.ask("GET", "/api/v1/status")
    if as_json:
        _print(said)
        return
    word = "[green]ready[/]" if said["ready"] else "[red]not ready[/]"
    out.print(f"{word}: version {plain(said['version'])}, rules {plain(said['rules_version'])}")
    for reason in said["reasons"]:
        out.print(plain(reason), soft_wrap=True)
    show(server.every("sources", "sources", 10_000), ("id", "failures", "last_success_at", "next_at", "last_error"), "no sources")
    counts = ", ".join(f"{count} {state}" for state, count in said["deliveries"].items() if count)
    out.print(f"\ndeliveries: {counts or NOTHING}; 95 of 100 alerts reach their reader within {_seconds(said['latency']['p95'])}")


def alerts_list(server: Server, asked: Mapping[str, str], limit: int, *, as_json: bool) -> None:
    """Alerts, newest first."""
    rows = server.every("alerts", "alerts", limit, **asked)
    _list("alerts", rows, ("id", "created_at", "severity", "rule", "title"), as_json=as_json)


def acknowledge(server: Server, alert_id: str, *, as_json: bool) -> None:
    """Take care of an alert."""
    said = server.ask("POST", path_of("alerts", alert_id, "ack"))
    _done(said, said["said"], as_json=as_json)


def silences_list(server: Server, *, ended: bool, as_json: bool) -> None:
    """Silences, newest first."""
    rows = server.every("silences", "silences", 1000, ended="true" if ended else "false")
    _list("silences", rows, ("number", "until", "by", "matchers", "why"), as_json=as_json)


def silence_add(server: Server, matchers: Sequence[str], length: str, why: str, *, as_json: bool) -> None:
    """Ask for silence."""
    made = server.ask("POST", "/api/v1/silences", {"matchers": list(matchers), "for": length, "why": why})
    _done(made, f"silence {made['number']} until {made['until']}", as_json=as_json)


def silence_end(server: Server, number: int) -> None:
    """End a silence."""
    server.ask("POST", path_of("silences", str(number), "end"))
    out.print(f"[green]ended[/] silence {number}")


def deliveries_list(server: Server, asked: Mapping[str, object], limit: int, *, as_json: bool) -> None:
    """Deliveries, newest first."""
    rows = server.every("deliveries", "deliveries", limit, **asked)
    _list("deliveries", rows, ("key", "state", "receiver", "attempts", "created_at", "title", "detail"), as_json=as_json)


def delivery_show(server: Server, key: str, *, as_json: bool) -> None:
    """One delivery with every try."""
    said = server.ask("GET", path_of("deliveries", key))
    if as_json:
        _print(said)
        return
    show([said], ("key", "state", "receiver", "target", "attempts", "created_at", "sent_at"), NOTHING)
    show(said["carries"], ("id", "title"), NOTHING)
    show(said["tries"], ("number", "at", "outcome", "reason", "detail"), NOTHING)


def deliveries_change(server: Server, keys: Sequence[str], deed: str, body: object, *, as_json: bool) -> None:
    """Put back or drop; `deed` is retry or drop."""
    if not keys:
        raise ConfigurationError("name deliveries by their whole keys; --all is for the machine that holds the database")
    for key in keys:
        said = server.ask("POST", path_of("deliveries", key, deed), body)
        _done(said, f"{said['state']} {key}", as_json=as_json)


def rules_check(server: Server, folder: Path | None, *, as_json: bool) -> None:
    """Each file of a folder as a draft beside what the server has in force; exit code 1 where there is a mistake."""
    problems: list[dict[str, Any]] = []
    texts = {place_of(name): text for name, text in read_folder(folder).items()}
    files = sorted(place for place in texts if may_be_changed(place))
    for place in files:
        body = {"file": place, "text": texts[place].decode("utf-8", "replace")}
        found = server.ask("POST", "/api/v1/rules/check", body)["problems"]
        problems += [one for one in found if one not in problems]
    if as_json:
        _print({"ok": not problems, "problems": problems})
    for one in () if as_json else problems:
        out.print(plain(f"{one['file']}:{one['line']}:{one['column']}: {one['message']}"), soft_wrap=True)
    if problems:
        raise typer.Exit(1)
    if not as_json:
        out.print(f"[green]good[/]: {len(files)} files, each beside what the server has in force")


def rules_versions(server: Server, *, as_json: bool) -> None:
    """Every switch, newest first."""
    rows = server.every("rules/versions", "versions", 100)
    _list("versions", rows, ("version", "at", "by", "in_force"), as_json=as_json)


def rules_activate(server: Server, version: str) -> None:
    """Put a version in force."""
    said = server.ask("POST", path_of("rules", "versions", version, "activate"))
    out.print(f"[green]switched[/]: version {plain(said['version'])} with {said['rules']} rules, until the folder changes")


def _list(name: str, rows: Sequence[Mapping[str, Any]], columns: Sequence[str], *, as_json: bool) -> None:
    if as_json:
        _print({name: rows})
    else:
        show(rows, columns, NOTHING)


def _done(said: object, words: str, *, as_json: bool) -> None:
    if as_json:
        _print(said)
    else:
        out.print(plain(words), soft_wrap=True)


def _print(said: object) -> None:
    typer.echo(json.dumps(said, ensure_ascii=False))


def _seconds(value: float | None) -> str:
    return "an unknown time" if value is None else f"{value:.1f} s"
