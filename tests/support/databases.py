"""Fixtures: fresh databases for each test, already migrated unless they are called empty.

`database` runs a test on SQLite and on PostgreSQL. Each kind is migrated once and copied for each test.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.clock import utc_now
from service.storage import migrations
from service.storage.database import Database, open_database
from tests.support.postgres import Server, running_server


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """The PostgreSQL of this test session; a failure to start it is an error of every test that asks for it."""
    with running_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres_server: Server) -> Iterator[str]:
    """The name of a migrated database to copy."""
    url = postgres_server.create()
    _migrate(url.render_as_string(hide_password=False))
    yield url.database or ""
    postgres_server.drop(url)


@pytest.fixture
def postgres_url(postgres_server: Server, postgres_template: str) -> Iterator[str]:
    """A migrated PostgreSQL database of this test alone."""
    url = postgres_server.create(postgres_template)
    yield url.render_as_string(hide_password=False)
    postgres_server.drop(url)


@pytest.fixture
def empty_postgres_url(postgres_server: Server) -> Iterator[str]:
    """A PostgreSQL database of this test alone, without tables."""
    url = postgres_server.create()
    yield url.render_as_string(hide_password=False)
    postgres_server.drop(url)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated SQLite database of this test alone."""
    path = tmp_path / "tapewatch.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated database of each kind in turn."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without tables of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    url: str = request.getfixturevalue("empty_postgres_url")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open, migrated database of each kind in turn."""
    yield from _opened(database_url)


@pytest.fixture
def sqlite_database(sqlite_url: str) -> Iterator[Database]:
    """An open, migrated SQLite database."""
    yield from _opened(sqlite_url)


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[Database]:
    """An open, migrated PostgreSQL database."""
    yield from _opened(postgres_url)


def _opened(url: str) -> Iterator[Database]:
    opened = open_database(url, utc_now)
    yield opened
    opened.close()


def _migrate(url: str) -> None:
    opened = open_database(url, utc_now)
    migrations.upgrade(opened)
    opened.close()
