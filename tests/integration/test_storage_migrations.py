"""The schema: equal to the tables, reached once, refused when it comes from the future."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

import alembic
from alembic import command
from service.clock import utc_now
from service.errors import SchemaError, StorageError
from service.storage import migrations
from service.storage.database import Database, open_database
from service.storage.tables import Row

ROOT = Path(__file__).parents[2]
NEWEST = max(file.name[:4] for file in (ROOT / "alembic" / "versions").glob("0*.py"))


@pytest.fixture
def empty_database(empty_database_url: str) -> Iterator[Database]:
    opened = open_database(empty_database_url, utc_now)
    yield opened
    opened.close()


def run(database: Database, step: str) -> None:
    """A command of Alembic in one transaction."""
    with database.begin() as connection:
        settings = migrations.config()
        settings.attributes["connection"] = connection
        if step == "check":
            command.check(settings)
        else:
            command.downgrade(settings, step)


def tables(database: Database) -> set[str]:
    with database.read() as connection:
        return set(inspect(connection).get_table_names()) - {"alembic_version"}


def set_revision(database: Database, revision: str) -> None:
    with database.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})


def test_migrations_equal_the_tables(database: Database) -> None:
    """If this fails, a table changed: run `alembic revision --autogenerate -m "why"` and look at what it wrote."""
    run(database, "check")


SEARCH_INDEX = "item_words"
"""FTS5 with tables of its own on SQLite, a tsvector on PostgreSQL: in the migrations and not among the tables of rows."""


def test_up_and_down_and_up(empty_database: Database) -> None:
    migrations.upgrade(empty_database)
    made = {name for name in tables(empty_database) if not name.startswith(SEARCH_INDEX)}
    assert made == set(Row.metadata.tables)
    run(empty_database, "base")
    assert tables(empty_database) == set()
    migrations.upgrade(empty_database)
    migrations.upgrade(empty_database)
    migrations.require_current(empty_database)


def test_a_database_without_tables_is_not_current(empty_database: Database) -> None:
    with pytest.raises(SchemaError, match=rf"has no tables yet; this Tapewatch needs {NEWEST}: upgrade the database first"):
        migrations.require_current(empty_database)


@pytest.mark.parametrize("step", [migrations.upgrade, migrations.require_current])
def test_a_database_from_the_future_is_refused(database: Database, step: object) -> None:
    set_revision(database, "9999")
    before = tables(database)
    with pytest.raises(SchemaError) as caught:
        step(database)  # type: ignore[operator]
    assert str(caught.value) == (
        f"{database.name} is at revision 9999, made by a newer Tapewatch; this one knows up to {NEWEST}: "
        "upgrade Tapewatch or use another database"
    )
    assert tables(database) == before


def test_somebody_elses_tables_are_left_alone(empty_database: Database) -> None:
    with empty_database.begin() as connection:
        connection.execute(text("CREATE TABLE items (theirs INTEGER)"))
    with pytest.raises(StorageError, match=r"could not be upgraded: .*items.* give Tapewatch a database of its own"):
        migrations.upgrade(empty_database)
    assert tables(empty_database) == {"items"}, "all or nothing"


def test_an_upgrade_that_breaks_references_is_undone(tmp_path: Path) -> None:
    path = tmp_path / "broken.db"
    with sqlite3.connect(path) as raw:
        raw.executescript("CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (a REFERENCES a); INSERT INTO b VALUES (1)")
    raw.close()
    database = open_database(f"sqlite:///{path}", utc_now)
    with pytest.raises(StorageError, match="rows point to nothing: restore a backup"):
        migrations.upgrade(database)
    assert tables(database) == {"a", "b"}
    database.close()


def test_references_are_enforced_again_after_an_upgrade(empty_database: Database) -> None:
    migrations.upgrade(empty_database)
    if empty_database.dialect == "sqlite":
        with empty_database.read() as connection:
            assert connection.execute(text("PRAGMA foreign_keys")).scalar_one() == 1
            assert connection.execute(text("PRAGMA busy_timeout")).scalar_one() == 10_000


def test_the_folder_does_not_shadow_the_library() -> None:
    assert not (ROOT / "alembic" / "__init__.py").exists()
    assert ROOT not in Path(alembic.__file__).parents or ".venv" in Path(alembic.__file__).parts


def test_an_installed_program_finds_its_migrations(tmp_path: Path) -> None:
    """As the wheel lays it out, in a folder whose name a configuration file would trip over."""
    site = tmp_path / "100% site"
    shutil.copytree(ROOT / "service", site / "service", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "alembic", site / "service" / "_alembic", ignore=shutil.ignore_patterns("__pycache__"))
    program = (
        "from service.clock import utc_now; from service.storage import database, migrations; "
        "opened = database.open_database('sqlite:///installed.db', utc_now); migrations.upgrade(opened); "
        "migrations.require_current(opened); print(migrations.__file__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env={"PYTHONPATH": str(site)}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert str(site) in done.stdout


def test_a_developer_writes_a_revision(tmp_path: Path) -> None:
    """The template works, and what it writes depends on SQLAlchemy alone: the program below it may change."""
    for name in ("alembic", "service"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "0*.py"))
    (tmp_path / "alembic" / "versions").mkdir(exist_ok=True)
    shutil.copy(ROOT / "alembic.ini", tmp_path)
    (tmp_path / "tapewatch-data").mkdir()
    words = [sys.executable, "-m", "alembic", "revision", "--autogenerate", "--rev-id", "0001", "-m", "all of it"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    written = (tmp_path / "alembic" / "versions" / "0001_all_of_it.py").read_text("utf-8")
    compile(written, "0001_all_of_it.py", "exec")
    assert "sa.Text()" in written
    assert "sa.DateTime(timezone=True)" in written
    assert "service." not in written
    upgraded = subprocess.run([*words[:3], "upgrade", "head"], cwd=tmp_path, capture_output=True, text=True)
    assert upgraded.returncode == 0, upgraded.stdout + upgraded.stderr
    offline = subprocess.run([*words[:3], "upgrade", "head", "--sql"], cwd=tmp_path, capture_output=True, text=True)
    assert "there is no offline mode" in offline.stderr
