"""`tapewatch silences` as people run it, beside a database that is in use."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from service.cli import silences as silences_command
from service.errors import ConfigurationError
from service.owner import user_name
from service.storage.database import Database
from tests.support.process import tapewatch

Run = Callable[..., Any]


@pytest.fixture
def run(database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    env = {"TAPEWATCH_DATABASE_URL": database_url, "COLUMNS": "200"}
    return lambda *arguments: CliRunner().invoke(silences_command.group, list(arguments), env=env)


def test_a_silence_is_asked_for_listed_and_ended(run: Run) -> None:
    assert "nothing is silenced" in run("list").stdout
    made = run("add", "rule=limit-up", "entity=~.*SH", "--for", "2h", "--why", "known", "--by", "ops")
    assert made.exit_code == 0, made.output
    assert 'rule="limit-up" and entity=~".*SH"' in made.stdout
    [one] = json.loads(run("list", "--json").stdout)["silences"]
    assert (one["by"], one["why"], one["in_force"], one["ended_by"]) == ("ops", "known", True, "")
    assert one["matchers"] == [
        {"label": "rule", "op": "=", "value": "limit-up"},
        {"label": "entity", "op": "=~", "value": ".*SH"},
    ]
    assert datetime.fromisoformat(one["until"]) - datetime.fromisoformat(one["since"]) == timedelta(hours=2)
    assert "known" in run("list").stdout

    ended = run("end", str(one["number"]), "--by", "lead")
    assert ended.exit_code == 0, ended.output
    assert "nothing is silenced" in run("list").stdout
    assert "known (ended by lead)" in run("list", "--all").stdout
    again = run("end", str(one["number"]))
    assert isinstance(again.exception, ConfigurationError)
    assert "there is no silence" in str(again.exception)


def test_it_is_yours_unless_you_say_whose(run: Run) -> None:
    assert json.loads(run("add", "desk=asia", "--for", "30m", "--json").stdout)["by"] == user_name()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("rule", "--for", "1h"), "a matcher is written label=value"),
        (("severity=loud", "--for", "1h"), "is no severity"),
        (("rule=~(", "--for", "1h"), "not a regex that RE2 takes"),
        (("rule=a", "--for", "an hour"), "is not a duration"),
        (("rule=a", "--for", "0s"), "longer than nothing"),
        (("rule=a", "--for", "53w"), "at most a year"),
        (("rule=a", "--for", "999999999w"), ""),
    ],
)
def test_what_cannot_be_silenced_is_said(run: Run, arguments: tuple[str, ...], words: str) -> None:
    refused = run("add", *arguments)
    assert isinstance(refused.exception, ConfigurationError)
    assert words in str(refused.exception)
    assert "nothing is silenced" in run("list").stdout


def test_the_installed_command_silences(sqlite_database: Database, sqlite_url: str, tmp_path: Path) -> None:
    env = {"TAPEWATCH_DATABASE_URL": sqlite_url}
    done = tapewatch("silences", "add", "rule=limit-up", "--for", "1h", cwd=tmp_path, env=env)
    assert done.returncode == 0, done.stderr
    assert 'rule="limit-up"' in done.stdout
