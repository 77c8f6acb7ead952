"""The sweep: what did not happen, and what need not be remembered any longer.

An absence has no item of its own, so the sweep writes one down (source `tapewatch`, disposition `noted`): the alert then has its
page, its decision and its explanation like any other. Guarantee: of several processes that sweep at once, one tells.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from service.alerting.compose import compose, compose_window
from service.alerting.decide import Outcome, Verdict
from service.alerting.fingerprint import fingerprint
from service.alerting.stories import WINDOW
from service.alerting.windows import SWEEP_GAP, Judgement, silent
from service.model.item import Item
from service.model.rule import Match, Rule
from service.model.window import Absence
from service.pipeline.fired import Fired
from service.pipeline.hushing import hush
from service.pipeline.ingest import record
from service.pipeline.parts import Active, Parts
from service.pipeline.telling import follow_up
from service.rules.templates import body_of, title_of
from service.storage import alerts, cooldowns, items, stories, windows

OWN_SOURCE = "tapewatch"


def sweep(parts: Parts, active: Active) -> int:
    """Tell again what nobody acknowledged, alert on silence, forget; returns how many alerts were made."""
    parts.database.run(lambda connection: follow_up(connection, active.rulebook.routing, parts.database.now(connection)))
    rules = [rule for rule in active.rulebook.rules.rules if rule.window is not None]

    def work(connection: Connection) -> list[tuple[Fired, Verdict]]:
        now = parts.database.now(connection)
        windows.prune(connection, now)
        cooldowns.prune(connection, now)
        stories.prune(connection, now - WINDOW)
        if not rules:
            return []
        windows.watch(connection, {rule.id for rule in rules}, now, SWEEP_GAP)
        told = _silences(connection, rules, active.rulebook.version, now)
        new = alerts.insert_new(connection, [(hit.alert, hit.item_id) for hit in told])
        verdict = Verdict(Outcome.ALERTED, "nothing was told of this silence before")
        made = [(hit, verdict) for hit in told if hit.alert.id in new]
        verdicts = hush(connection, made, active.rulebook.routing, now)
        record(connection, verdicts, active.rulebook.routing, now)
        return verdicts

    verdicts = parts.database.run(work)
    for hit, verdict in verdicts:
        parts.metrics.decided(verdict.outcome.value)
        if verdict.outcome is Outcome.ALERTED:
            parts.metrics.alerted(hit.alert.severity)
    return len(verdicts)


def _silences(connection: Connection, rules: Sequence[Rule], version: str, now: datetime) -> list[Fired]:
    watched = {rule.id: (rule, rule.window) for rule in rules if isinstance(rule.window, Absence)}
    found = []
    for (name, key), state in windows.hold(connection, [(name, "") for name in watched], now).items():
        rule, window = watched[name]
        judgement = silent(window, last=state.last_at, told=state.told, since=state.since, now=now)
        if not judgement.fires or judgement.told is None:
            continue
        windows.save(connection, name, key, replace(state, told=judgement.told), None)
        found += _note(connection, rule, judgement, version, now)
    return found


def _note(connection: Connection, rule: Rule, judgement: Judgement, version: str, now: datetime) -> list[Fired]:
    begin = judgement.told.first.isoformat() if judgement.told else ""
    text = f"Rule {rule.id}: {judgement.reason}."
    item = Item(OWN_SOURCE, f"absence:{rule.id}:{begin}", text, text, published=now, publisher=OWN_SOURCE, language="en")
    stored = items.insert_new(connection, [item], disposition="noted", rules_version=version, now=now)
    match = Match(rule, None, (), f"rule {rule.id} ({rule.place})")
    print_ = fingerprint(rule.id, {"window": "Absence", "from": begin})
    hits = []
    for number, noted in stored:
        alert = compose(
            match, noted, title=title_of(match, noted), body=body_of(match, noted), fingerprint=print_, now=now, version=version
        )
        hits.append(Fired(match, number, noted, compose_window(alert, judgement, fingerprint=print_)))
    return hits
