"""`tapewatch alerts` as people run it, beside a database that is in use."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from service.cli import alerts as alerts_command
from service.clock import utc_now
from service.errors import ConfigurationError
from service.owner import user_name
from service.storage.database import Database
from tests.support.news import ARTICLE, STORY, store
from tests.support.process import tapewatch

Run = Callable[..., Any]


@pytest.fixture
def run(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    env = {"TAPEWATCH_DATABASE_URL": database_url, "COLUMNS": "200"}
    return lambda *arguments: CliRunner().invoke(alerts_command.group, list(arguments), env=env)


def test_the_first_who_takes_care_of_an_alert_is_named(database: Database, run: Run) -> None:
    first, second, *_ = store(database, ARTICLE, STORY, utc_now())
    done = run("ack", first.id, "--by", "night desk")
    assert done.exit_code == 0, done.output
    assert "acknowledged 20" in done.stdout and "by night desk: Harbour Fibre hits limit-up" in done.stdout
    again = run("ack", first.id, "--by", "another")
    assert again.exit_code == 0
    assert "acknowledged before" in again.stdout and "night desk" in again.stdout and "another" not in again.stdout
    said = json.loads(run("ack", second.id, "--json").stdout)
    assert (said["id"], said["new"], said["by"]) == (second.id, True, user_name())


def test_an_alert_that_is_not_there_is_said(database: Database, run: Run) -> None:
    refused = run("ack", "nobody")
    assert isinstance(refused.exception, ConfigurationError)
    assert "there is no alert 'nobody'" in str(refused.exception)


def test_the_installed_command_acknowledges(sqlite_database: Database, sqlite_url: str, tmp_path: Path) -> None:
    made = store(sqlite_database, ARTICLE, STORY, utc_now())
    done = tapewatch("alerts", "ack", made[0].id, "--by", "ops", cwd=tmp_path, env={"TAPEWATCH_DATABASE_URL": sqlite_url})
    assert done.returncode == 0, done.stderr
    assert "by ops" in done.stdout
