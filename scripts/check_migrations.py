"""Upgrades an empty database of each kind to the newest revision and compares it with the tables; exits 1 on a difference.

The SQLite file is made in a temporary folder; PostgreSQL is found as the tests find it.
"""

import sys
import tempfile
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from service.clock import utc_now
from service.storage import tables
from service.storage.database import open_database
from service.storage.migrations import compared, require_current, upgrade
from tests.support.postgres import running_server


def differences(url: str) -> list[object]:
    """What `alembic check` would find after `alembic upgrade head` from empty."""
    database = open_database(url, utc_now)
    try:
        upgrade(database)
        require_current(database)
        with database.read() as connection:
            context = MigrationContext.configure(
                connection, opts={"compare_type": True, "compare_server_default": True, "include_name": compared}
            )
            return list(compare_metadata(context, tables.Row.metadata))
    finally:
        database.close()


def main() -> int:
    """Both databases; the exit code."""
    faults = 0
    with tempfile.TemporaryDirectory() as folder, running_server() as server:
        empty = server.create()
        for name, url in (
            ("SQLite", f"sqlite:///{folder}/check.db"),
            ("PostgreSQL", empty.render_as_string(hide_password=False)),
        ):
            found = differences(url)
            faults += len(found)
            print(f"{name}: " + ("the migrations lead to the tables" if not found else f"{len(found)} differences: {found}"))
        server.drop(empty)
    if faults:
        print('write a revision: .venv/bin/alembic revision --autogenerate -m "why"')
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
