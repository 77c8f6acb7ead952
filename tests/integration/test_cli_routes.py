"""`tapewatch routes check`, `show` and `test`, as people and CI run them."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from service.cli.output import err, out
from service.clock import utc_now
from service.model.routing import Matcher
from service.storage import alerts, silences
from service.storage.database import Database
from tests.integration.test_cli import good, refused, run
from tests.support.folder import RULES, write_rules
from tests.support.line import Line, limit_up

ROUTES = """\
route:
  receiver: inbox
  group_by: [rule]
  routes:
    - matchers: [severity = high, topic = limit]
      receiver: desk
      group_wait: 30s
      mute_time_intervals: [night]
      escalate: {after: 15m, to: boss}
      continue: true
      routes:
        - matchers: [event = ipo]
          mute_time_intervals: []
          group_by: []
    - matchers: [severity = critical]
      repeat_interval: 10m
time_intervals:
  - name: night
    times: 22:00-07:00
    timezone: Europe/London
receivers:
  - name: inbox
    targets: ["inbox://"]
  - name: desk
    targets: ["slack://${TOKEN}/", "slack://${OTHER}/", "mailto://user:${PASSWORD}@example.com"]
  - name: boss
    max_per_hour: 4
    targets: ["json://boss.example.com"]
"""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(out, "width", 200)
    monkeypatch.setattr(err, "width", 200)
    write_rules(tmp_path, routes=ROUTES)
    return tmp_path


def test_checking(place: Path) -> None:
    assert good("routes", "check") == "good: 4 routes, 3 receivers\n"
    told = json.loads(good("routes", "check", "--json"))
    assert told == {"ok": True, "receivers": ["inbox", "desk", "boss"], "doubts": []}


def test_checking_says_what_is_doubtful(place: Path) -> None:
    write_rules(place, routes=ROUTES.replace("topic = limit", "topik = limit"))
    said = good("routes", "check")
    assert said.startswith(
        'doubt: route / severity="high" and topik="limit": no rule sets the label topik; did you mean `topic`?'
    )
    assert len(json.loads(good("routes", "check", "rules", "--json"))["doubts"]) == 1


def test_checking_refuses_with_the_place(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_rules(place, routes=ROUTES.replace("[night]", "[nigth]"))
    assert "rules/routes.yaml:8:29" in refused("routes", "check")
    result = run("routes", "check", "--json")
    assert result.exit_code == 1
    [problem] = json.loads(result.stdout)["problems"]
    assert (problem["line"], problem["column"]) == (8, 29)
    assert problem["hint"].startswith("did you mean `night`?")


def test_drawing(place: Path) -> None:
    assert [line.rstrip() for line in good("routes", "show").splitlines()] == [
        "every alert → inbox (inbox)  group_by rule",
        '├── severity="high" and topic="limit" → desk (slack, mailto)  group_wait 30s; quiet in night; '
        "not acknowledged after 15m: to boss  and goes on (continue)",
        '│   └── event="ipo" → desk (slack, mailto)  all in one group; no longer quiet in night',
        '└── severity="critical" → inbox (inbox)  repeat_interval 10m',
    ]


def test_asking_by_labels(place: Path) -> None:
    said = good("routes", "test", "severity=high", "topic=limit", "--at", "2025-12-22T23:00+00:00").splitlines()
    assert [line.strip() for line in said] == [
        "high  severity=high, topic=limit",
        "→ desk (slack, mailto)  Tue 2025-12-23 07:00:00 UTC",
        'held until Tue 2025-12-23 07:00 Europe/London: quiet hours `night`  route / severity="high" and topic="limit" → desk',
        "not acknowledged after 15m: to boss",
        "left out: what alerts before this one decide: cooldown, inhibit_rules, group_interval and max_per_hour",
    ]
    assert "→ inbox (inbox)" in good("routes", "test", "novelty=update")


def test_asking_for_machines(place: Path) -> None:
    told = json.loads(good("routes", "test", "severity=critical", "--at", "2025-12-22T12:00", "--json"))
    assert told == {
        "at": "2025-12-22T12:00:00+00:00",
        "alerts": [
            {
                "title": "severity=critical",
                "severity": "critical",
                "receivers": [
                    {
                        "receiver": "inbox",
                        "kinds": ["inbox"],
                        "at": "2025-12-22T12:00:00+00:00",
                        "reason": "at once",
                        "because": 'route / severity="critical" → inbox',
                        "digest": "",
                        "later": [{"kind": "repeat", "receiver": "inbox", "at": "2025-12-22T12:10:00+00:00"}],
                    }
                ],
                "limits": [],
                "silenced": "",
            }
        ],
        "left_out": "what alerts before this one decide: cooldown, inhibit_rules, group_interval and max_per_hour",
    }


def test_asking_by_text(place: Path) -> None:
    said = good("routes", "test", "--text", "Lumentum hit limit-up on Monday.")
    assert "Lumentum hits limit-up" in said
    assert "→ desk" in said
    result = run("routes", "test", "--text", "-", stdin="Lumentum hit limit-up on Monday.")
    assert "→ desk" in result.stdout
    assert "no rule fires on this text" in good("routes", "test", "--text", "Lumentum fell.")
    assert json.loads(good("routes", "test", "--text", "Lumentum fell.", "--json"))["alerts"] == []


def test_asking_for_a_stored_alert(place: Path, sqlite_database: Database) -> None:
    Line(sqlite_database, place / "rules").push(limit_up("Lumentum"))
    with sqlite_database.read() as connection:
        [stored] = alerts.page(connection, limit=1)
    assert "→ desk" in good("routes", "test", "--alert", stored.alert.id, "--data", ".")
    assert "there is no alert 'nothing'" in refused("routes", "test", "--alert", "nothing", "--data", ".")


def test_what_silences_and_the_rule_itself_would_hold_back_is_said(place: Path, sqlite_database: Database) -> None:
    limited = RULES + "    cooldown: 1h\n    max_per_hour: 10\n    stale_after: 2h\n"
    write_rules(place, rules=limited, routes=ROUTES)
    limits = [
        "rule limit-up: told once in 1h of one subject (cooldown)",
        "rule limit-up: at most 10 an hour by themselves (max_per_hour)",
        "rule limit-up: not told any more 2h after it was made (stale_after)",
    ]
    said = good("routes", "test", "--text", "Lumentum hit limit-up on Monday.")
    assert [line.strip() for line in said.splitlines() if "rule limit-up: " in line] == limits
    Line(sqlite_database, place / "rules").push(limit_up("Lumentum"))
    with sqlite_database.begin() as connection:
        [stored] = alerts.page(connection, limit=1)
        now = utc_now()
        made = silences.add(connection, [Matcher("rule", "=", "limit-up")], now + timedelta(hours=1), "ops", "known", now)
    why = f"silenced until {made.until:%Y-%m-%d %H:%M} UTC by ops: known"
    assert f"but nobody is told: {why}" in good("routes", "test", "--alert", stored.alert.id, "--data", ".")
    told = json.loads(good("routes", "test", "--alert", stored.alert.id, "--data", ".", "--json"))["alerts"][0]
    assert (told["silenced"], told["limits"]) == (why, limits)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "say which alert: by labels (severity=high), by --alert ID, or by --text"),
        (("severity=high", "--text", "a"), "say which alert"),
        (("severity=hihg",), "severity=hihg: it is one of info, low, medium, high, critical; did you mean `high`?"),
        (("novelty=zzz",), "novelty=zzz: it is one of first, update, repeat"),
        (("severity",), "'severity' is no label: write name=value"),
        (("a=b", "--at", "0001-01-01"), "--at 0001-01-01: write for instance 2025-12-22T23:00+08:00"),
        (("a=b", "--at", "soon"), "--at soon: write for instance 2025-12-22T23:00+08:00"),
    ],
)
def test_what_is_not_understood_is_said(place: Path, words: tuple[str, ...], said: str) -> None:
    assert said in refused("routes", "test", *words)


def test_a_delivery_that_waits_says_why(place: Path, sqlite_database: Database) -> None:
    write_rules(place, routes=ROUTES.replace("mute_time_intervals: [night]", "mute_time_intervals: []"))
    Line(sqlite_database, place / "rules").push(limit_up("Lumentum"))
    assert "waits 30s for company (group_wait)" in good("explain", "Lumentum-0", "--data", ".")
