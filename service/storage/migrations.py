"""Bring the schema up to date exactly once, however many processes start together, and refuse one from the future.

Guarantee: the revision is read inside the lock that the migration runs under (PostgreSQL: a session advisory lock; SQLite: the
write lock of the one transaction that holds all steps). Must not touch data itself: the steps live in alembic/versions.
"""

from pathlib import Path

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy import exc as sa_exc

from alembic import command
from service.errors import SchemaError, StorageError
from service.storage import search
from service.storage.database import Database

LOCK_KEY = 0x7461706577617463
"""Names the advisory lock ("tapewatc" in ASCII): nobody else's by accident."""
MIGRATION_BUSY_MILLISECONDS = 600_000


def upgrade(database: Database) -> None:
    """To the newest revision this program knows; SchemaError when the database is already beyond it."""
    if database.dialect == "postgresql":
        _upgrade_postgresql(database)
    else:
        _upgrade_sqlite(database)


def require_current(database: Database) -> None:
    """SchemaError unless the database is at the newest revision this program knows."""
    with database.read() as connection:
        found = _revision(connection)
    script = ScriptDirectory.from_config(config())
    _refuse_future(database, found, script)
    head = script.get_current_head()
    if found != head:
        state = f"is at revision {found}" if found else "has no tables yet"
        raise SchemaError(f"{database.name} {state}; this Tapewatch needs {head}: upgrade the database first")


def compared(name: str | None, kind: str, _parents: object) -> bool:
    """Whether Alembic compares a table with the classes: not those of the search index, which no class describes."""
    return not (kind == "table" and (name or "").startswith(search.TABLE))


def config() -> Config:
    """Alembic's configuration without a file: the scripts lie in the checkout's alembic/ or, installed, in service/_alembic."""
    package = Path(__file__).parents[1]
    installed = package / "_alembic"
    location = installed if installed.is_dir() else package.parent / "alembic"
    settings = Config()
    settings.set_main_option("script_location", str(location).replace("%", "%%"))
    return settings


def _upgrade_postgresql(database: Database) -> None:
    with database.session() as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("SET lock_timeout = 0"))  # waiting for another starter's migration is no fault
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": LOCK_KEY})
        connection.execute(text("SET lock_timeout = DEFAULT"))
        connection.commit()
        with connection.begin():
            _migrate(database, connection)


def _upgrade_sqlite(database: Database) -> None:
    with database.session() as connection:
        driver = connection.connection.cursor()
        driver.execute(f"PRAGMA busy_timeout = {MIGRATION_BUSY_MILLISECONDS}")
        driver.execute("PRAGMA foreign_keys = OFF")  # rebuilding a table must not touch the rows that point to it
        driver.close()
        with connection.begin():
            changed = _migrate(database, connection)
            if changed and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                raise StorageError(f"{database.name} was not upgraded: rows point to nothing: restore a backup")


def _migrate(database: Database, connection: Connection) -> bool:
    settings = config()
    script = ScriptDirectory.from_config(settings)
    found = _revision(connection)
    _refuse_future(database, found, script)
    if found == script.get_current_head():
        return False
    settings.attributes["connection"] = connection
    try:
        command.upgrade(settings, "head")
    except sa_exc.DBAPIError as error:
        said = str(error.orig).strip().splitlines()[0]
        raise StorageError(f"{database.name} could not be upgraded: {said}: give Tapewatch a database of its own") from error
    return True


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _refuse_future(database: Database, found: str | None, script: ScriptDirectory) -> None:
    known = {step.revision for step in script.walk_revisions()}
    if found is not None and found not in known:
        raise SchemaError(
            f"{database.name} is at revision {found}, made by a newer Tapewatch; "
            f"this one knows up to {script.get_current_head()}: upgrade Tapewatch or use another database"
        )
