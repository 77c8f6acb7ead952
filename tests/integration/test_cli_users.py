"""`tapewatch users`: people and tokens beside a running process."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from service.cli import app
from service.clock import utc_now
from service.model.user import Role
from service.storage import audit, one_time_links, tokens, users
from service.storage.database import Database, open_database


@pytest.fixture
def database(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A migrated database in the data folder that the commands use."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TAPEWATCH_DATA_DIR", str(tmp_path))
    opened = open_database(sqlite_url, utc_now)
    yield opened
    opened.close()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["users", *arguments])


def said(result: Result) -> str:
    """What a refusal says."""
    assert result.exit_code
    return str(result.exception)


def test_a_user_is_added_and_gets_a_link_that_sets_a_password(database: Database) -> None:
    result = run("add", "lilei", "--role", "editor")
    assert result.exit_code == 0
    link = result.stdout.strip().splitlines()[-1]
    assert link.startswith("http://127.0.0.1:8000/setup?link=")
    with database.read() as connection:
        made = users.named(connection, "lilei")
        assert made is not None and made.user.role is Role.EDITOR
        assert one_time_links.user_of(connection, link.partition("link=")[2], utc_now()) == made.id
        [change] = audit.page(connection, limit=9)
    assert (change.what, change.subject, change.after) == ("user.add", "lilei", "editor")
    assert "already" in said(run("add", "LiLei"))
    assert "A name has" in said(run("add", "a b"))
    [row] = json.loads(run("list", "--json").stdout)
    assert (row["name"], row["role"], row["has_password"], row["disabled"]) == ("lilei", "editor", False, False)
    assert "no password yet" in run("list").stdout


def test_roles_and_doors(database: Database) -> None:
    for name in ("anna", "bo"):
        run("add", name, "--role", "admin")
    assert run("role", "bo", "viewer").exit_code == 0
    assert "only administrator" in said(run("role", "anna", "editor"))
    assert "only administrator" in said(run("disable", "anna"))
    assert run("disable", "bo").exit_code == 0
    assert "disabled" in run("list").stdout
    assert "is disabled" in said(run("reset", "bo"))
    assert run("disable", "--undo", "bo").exit_code == 0
    assert "/setup?link=" in run("reset", "bo").stdout
    assert "no user 'cy'" in said(run("role", "cy", "admin"))


def test_a_fresh_link_to_set_up_until_there_is_a_user(database: Database) -> None:
    link = run("setup-link").stdout.strip().splitlines()[-1]
    with database.read() as connection:
        assert one_time_links.may_set_up(connection, link.partition("link=")[2], utc_now())
    run("add", "anna", "--role", "admin")
    assert "was set up" in said(run("setup-link"))


def test_tokens_are_made_listed_and_revoked(database: Database) -> None:
    run("add", "anna", "--role", "admin")
    secret = run("tokens", "add", "nightly", "--owner", "anna", "--scope", "alerts:read", "--days", "0").stdout.strip()
    with database.read() as connection:
        found = tokens.find(connection, secret, utc_now())
    assert found is not None
    assert (found[0].name, found[0].scopes, found[0].expires_at) == ("nightly", ("alerts:read",), None)
    assert "nightly" in run("tokens", "list").stdout
    assert json.loads(run("tokens", "list", "--json").stdout)[0]["holds"] is True
    assert run("tokens", "revoke", "1").exit_code == 0
    assert "no token 1" in said(run("tokens", "revoke", "1"))
    assert "at least one of" in said(run("tokens", "add", "x", "--owner", "anna", "--scope", "root"))
    assert "no user" in said(run("tokens", "add", "x", "--owner", "bo", "--scope", "admin"))
    assert secret not in run("tokens", "list").stdout
