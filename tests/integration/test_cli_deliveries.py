"""`tapewatch deliveries` as people run it, beside a database that is in use."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from service.cli import deliveries as deliveries_command
from service.clock import utc_now
from service.model.delivery import DeliveryState, Trouble
from service.storage import targets
from service.storage.database import Database
from tests.support.claims import claim_due
from tests.support.http_server import Reply, serve
from tests.support.outbox import finish, outbox, queue, status, tries
from tests.support.process import tapewatch

Run = Callable[..., Any]


@pytest.fixture
def run(database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The commands in this process; one test runs the installed command."""
    monkeypatch.chdir(tmp_path)
    env = {"TAPEWATCH_DATABASE_URL": database_url, "COLUMNS": "200"}
    return lambda *arguments: CliRunner().invoke(deliveries_command.group, list(arguments), env=env)


def test_the_installed_command_lists(sqlite_database: Database, sqlite_url: str, tmp_path: Path) -> None:
    queue(sqlite_database, [1], "inbox://")
    done = tapewatch("deliveries", "list", cwd=tmp_path, env={"TAPEWATCH_DATABASE_URL": sqlite_url})
    assert done.returncode == 0, done.stderr
    assert "pending" in done.stdout and "hits limit-up" in done.stdout


def test_dead_letters_are_listed_shown_put_back_and_delivered_under_their_key(database: Database, run: Run) -> None:
    with serve() as server, outbox(database) as out:
        server.on("/hook", Reply(404), Reply(204))
        queue(database, [1], f"webhook+http://${{SECRET}}@127.0.0.1:{server.server_port}/hook")
        finish(database, out)
        listed = json.loads(run("list", "--state", "discarded", "--json").stdout)
        ((letter), targets_closed) = listed["deliveries"][0], listed["targets"]
        assert (letter["state"], letter["attempts"], letter["reason"], targets_closed) == ("discarded", 1, "rejected", [])
        assert letter["target"] == f"webhook+http://127.0.0.1:{server.server_port}"

        shown = json.loads(run("show", letter["key"][:8], "--json").stdout)
        assert [(one["outcome"], one["detail"]) for one in shown["tries"]] == [("failed", "the webhook refused the event: 404")]
        assert [one["id"] for one in shown["carries"]] == ["alert-00001"]

        done = run("retry", letter["key"], "--by", "ops")
        assert done.exit_code == 0, done.output
        finish(database, out)
        assert [request.headers["webhook-id"] for request in server.requests] == [letter["key"]] * 2
    assert status(database, 1)[0].state is DeliveryState.SENT
    assert [outcome for outcome, _ in tries(database)] == ["failed", "sent", "put back", "sent"]
    again = run("retry", letter["key"])
    assert again.exit_code == 1
    assert "not put back" in again.stdout and "it is sent" in again.stdout
    assert "by ops" in run("show", letter["key"]).stdout


def test_a_dropped_delivery_is_cancelled_with_who_and_why(database: Database, run: Run) -> None:
    queue(database, [1, 2], "inbox://")
    done = run("drop", status(database, 1)[0].key, "--by", "ops", "--why", "told by phone")
    assert done.exit_code == 0, done.output
    with outbox(database) as out:
        finish(database, out)
    first, second = status(database, 1)[0], status(database, 2)[0]
    assert (first.state, first.last_detail) == (DeliveryState.CANCELLED, "dropped by ops: told by phone")
    assert second.state is DeliveryState.SENT
    assert "nothing waits" in run("list").stdout
    assert "cancelled" in run("list", "--state", "cancelled").stdout
    assert "cancelled  dropped by ops: told by phone\n" in run("show", first.key).stdout, "said once"


def test_what_is_being_sent_is_left_to_whoever_sends_it(database: Database, run: Run) -> None:
    queue(database, [1], "inbox://")
    with database.begin() as connection:
        (held,) = claim_due(connection, limit=1, lease=timedelta(minutes=1))
    done = run("drop", held.key, "--json")
    assert (done.exit_code, json.loads(done.stdout)) == (1, {"done": [], "refused": [held.key]})
    assert status(database, 1)[0].state is DeliveryState.SENDING


def test_all_that_was_given_up_is_put_back_at_once_and_closed_targets_open(database: Database, run: Run) -> None:
    with serve() as server, outbox(database) as out:
        server.on("/hook", status=410)
        target = f"webhook+http://${{SECRET}}@127.0.0.1:{server.server_port}/hook"
        queue(database, range(1, 6), target)
        finish(database, out)
        now = utc_now()
        with database.begin() as connection:
            targets.close(connection, Trouble(target, now, now + timedelta(hours=1), 3, "auth", "535 no"))
        assert "is left alone until" in run("list").stdout
        server.on("/hook")
        assert run("retry", "--all", "--receiver", "nobody").stdout.strip() == "nothing was given up"
        assert run("retry", "--all", "--receiver", "desk").stdout.count("put back") == 5
        finish(database, out)
        assert len(server.requests) == 10
    assert status(database, 5)[0].state is DeliveryState.SENT


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["show", "nothing"], "there is no delivery 'nothing'"),
        (["retry"], "say --all"),
        (["drop", "abc", "--all"], "say --all"),
        (["show", ""], "there is no delivery"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(run: Run, arguments: list[str], says: str) -> None:
    done = run(*arguments)
    assert done.exit_code == 1
    assert says in str(done.exception)
