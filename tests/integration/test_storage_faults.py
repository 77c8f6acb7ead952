"""Databases that cannot be used, and databases that fail while they are used: one sentence, no password, and on it goes."""

import os
import socket
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import ProgrammingError, StatementError

from service.clock import utc_now
from service.errors import ConfigurationError, StorageError
from service.storage import database as database_module
from service.storage import items, migrations
from service.storage.database import Database, open_database
from service.storage.tables import INBOX
from tests.support.postgres import PrivateServer, find_binaries, private_server
from tests.support.stored import numbered_item, store_item

NOBODY = 65534


def refusal(url: str) -> str:
    with pytest.raises(StorageError) as caught:
        open_database(url, utc_now)
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.fixture
def server() -> Iterator[PrivateServer]:
    """A server that this test may stop."""
    with private_server(find_binaries()) as running:
        yield running


# opening


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "mysql://root:CANARY@host/x",
        "://CANARY",
        "postgresql://u:CANARY@host:port/x",
        "sqlite://",
        "sqlite:///:memory:",
    ],
)
def test_a_url_that_names_no_database(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        open_database(url, utc_now)
    assert "sqlite:///tapewatch.db" in str(caught.value)
    assert "CANARY" not in str(caught.value)


def test_a_missing_directory(tmp_path: Path) -> None:
    message = refusal(f"sqlite:///{tmp_path / 'nowhere' / 'a.db'}")
    assert message.startswith(f"SQLite file {tmp_path / 'nowhere' / 'a.db'} cannot be created")
    assert "create it" in message


def test_a_directory_in_place_of_a_file(tmp_path: Path) -> None:
    assert refusal(f"sqlite:///{tmp_path}").endswith("is not a file: set another database")


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("these are my notes, and they are longer than a header " * 50)
    message = refusal(f"sqlite:///{path}")
    assert str(path) in message
    assert "file is not a database: move the file away" in message
    assert path.read_text().startswith("these are my notes")


def test_a_damaged_file(sqlite_url: str) -> None:
    path = Path(make_url(sqlite_url).database or "")
    content = bytearray(path.read_bytes())
    content[100:4096] = os.urandom(3996)
    path.write_bytes(content)
    assert "damaged: restore a backup" in refusal(sqlite_url)


@pytest.fixture
def without_rights() -> Iterator[None]:
    """Root may write anywhere, so be somebody else for a while."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    yield
    os.seteuid(0)


@pytest.fixture
def readable_path(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A directory that everybody reads and nobody but its owner writes, below directories that everybody may cross."""
    place = tmp_path_factory.mktemp("readable")
    crossed = [parent for parent in (place, *place.parents) if parent.stat().st_uid == os.geteuid() and parent != Path("/")]
    before = {parent: parent.stat().st_mode for parent in crossed}
    for parent in crossed:
        parent.chmod(0o755)
    yield place
    for parent, mode in before.items():
        parent.chmod(mode)


def read_only(place: Path) -> str:
    """A database whose file and directory may be read and not written, even by its owner."""
    path = place / "theirs.db"
    sqlite3.connect(path).close()
    path.touch()
    path.chmod(0o444)
    place.chmod(0o555)
    return f"sqlite:///{path}"


def test_a_file_that_may_not_be_written(readable_path: Path, request: pytest.FixtureRequest) -> None:
    url = read_only(readable_path)
    request.getfixturevalue("without_rights")
    message = refusal(url)
    assert "read-only for this user: allow it" in message
    assert "theirs.db" in message


def test_a_directory_that_may_not_be_written(readable_path: Path, request: pytest.FixtureRequest) -> None:
    """The write-ahead log lies beside the file."""
    path = readable_path / "theirs.db"
    path.touch()
    path.chmod(0o666)
    readable_path.chmod(0o555)
    request.getfixturevalue("without_rights")
    assert f"because {readable_path} is read-only" in refusal(f"sqlite:///{path}")


def test_an_unreachable_server() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        message = refusal(f"postgresql://me:CANARY@127.0.0.1:{unused.getsockname()[1]}/news")
    assert message.startswith("PostgreSQL database news at 127.0.0.1:")
    assert message.endswith("check that the server runs and that host and port are right")
    assert "CANARY" not in message


def test_a_database_that_is_not_there(postgres_url: str) -> None:
    message = refusal(make_url(postgres_url).set(database="nowhere").render_as_string(hide_password=False))
    assert '"nowhere" does not exist: create it, or correct the database URL' in message


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_the_usual_spellings_of_postgresql(postgres_url: str, scheme: str) -> None:
    opened = open_database(make_url(postgres_url).set(drivername=scheme).render_as_string(hide_password=False), utc_now)
    assert opened.dialect == "postgresql"
    opened.close()


# settings and time


def test_sqlite_is_set_up(sqlite_database: Database) -> None:
    expected = {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 1, "busy_timeout": 10_000}
    with sqlite_database.read() as connection:
        assert {name: connection.execute(text(f"PRAGMA {name}")).scalar_one() for name in expected} == expected


def test_postgresql_is_set_up(postgres_database: Database) -> None:
    expected = {
        "statement_timeout": "30s",
        "idle_in_transaction_session_timeout": "1min",
        "lock_timeout": "10s",
        "TimeZone": "UTC",
        "transaction_isolation": "read committed",
        "application_name": "tapewatch",
    }
    with postgres_database.begin() as connection:
        assert {name: connection.execute(text(f"SHOW {name}")).scalar_one() for name in expected} == expected


def test_sqlite_lives_in_the_time_it_was_given(sqlite_url: str) -> None:
    moment = datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC)
    opened = open_database(sqlite_url, lambda: moment)
    with opened.read() as connection:
        assert opened.now(connection) == moment
    opened.close()


def test_postgresql_lives_in_its_own(postgres_url: str) -> None:
    """A worker whose clock is a day ahead claims what everybody claims."""
    opened = open_database(postgres_url, lambda: utc_now() + timedelta(days=1))
    with opened.read() as connection:
        first, second = opened.now(connection), opened.now(connection)
    assert first < second, "the clock, not the beginning of the transaction"
    assert abs(first - utc_now()) < timedelta(minutes=1)
    opened.close()


def test_a_naive_time_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="without a time zone"), database.begin() as connection:
        items.insert_new(
            connection,
            [numbered_item(1)],
            disposition="evaluated",
            rules_version="v1",
            now=datetime(2025, 1, 1),  # noqa: DTZ001 - the mistake under test
        )


# in use


def test_reading_cannot_write(database: Database) -> None:
    with pytest.raises((StorageError, ProgrammingError), match=r"read-?only"), database.read() as connection:
        store_item(connection)
    with database.begin() as connection:
        assert store_item(connection)


def test_a_lock_that_is_not_given_back(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "BUSY_SECONDS", 0.1)
    opened, other = open_database(sqlite_url, utc_now), open_database(sqlite_url, utc_now)
    with opened.begin() as holder:
        store_item(holder)
        with pytest.raises(StorageError, match="is locked: another process holds it"):
            other.run(store_item)
        with pytest.raises(StorageError, match="is locked: another thread holds it"):
            opened.run(store_item)
    with opened.begin() as connection:
        assert len(items.recent(connection, 5)) == 1
    opened.close()
    other.close()


@pytest.mark.parametrize("pause", [0.0, 60.0])
def test_a_connection_that_died_in_the_pool(postgres_url: str, monkeypatch: pytest.MonkeyPatch, pause: float) -> None:
    """After a pause nobody notices; without one the next statement fails once, and what follows works."""
    monkeypatch.setattr(database_module, "PAUSE_SECONDS", pause)
    opened, other = open_database(postgres_url, utc_now), open_database(postgres_url, utc_now)
    with opened.read() as connection:
        own = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    with other.begin() as killer:
        assert killer.execute(text("SELECT pg_terminate_backend(:own, 5000)"), {"own": own}).scalar_one()
    other.close()
    if pause:
        with pytest.raises(StorageError), opened.read() as connection:
            connection.execute(text("SELECT 1"))
    with opened.read() as connection:
        assert connection.execute(text("SELECT pg_backend_pid()")).scalar_one() != own
    opened.close()


def test_a_file_that_somebody_reads_in_the_old_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader without write-ahead log keeps the switch to it waiting, for as long as any lock may."""
    path = tmp_path / "old.db"
    reader = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    reader.execute("CREATE TABLE t (x)")
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM t").fetchall()
    monkeypatch.setattr(database_module, "BUSY_SECONDS", 0.1)
    assert "is locked: another process holds it" in refusal(f"sqlite:///{path}")
    monkeypatch.setattr(database_module, "BUSY_SECONDS", 10)
    threading.Timer(0.3, reader.execute, ["COMMIT"]).start()
    opened = open_database(f"sqlite:///{path}", utc_now)
    with opened.read() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
    opened.close()
    reader.close()


def test_a_full_disk(sqlite_database: Database) -> None:
    with pytest.raises(StorageError, match="is full: free some space"), sqlite_database.begin() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
        connection.execute(text(f"PRAGMA max_page_count = {pages + 1}"))
        row = {"key": "k", "subject": "", "text": "x" * 100_000, "alerts": "[]", "at": utc_now()}
        connection.execute(INBOX.insert().values(row))
    with sqlite_database.begin() as connection:
        connection.execute(text("PRAGMA max_page_count = 1000000"))
        assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
        assert connection.execute(text("SELECT count(*) FROM inbox")).scalar_one() == 0


@pytest.mark.parametrize(
    ("option", "statement"),
    [("lock_timeout", "LOCK TABLE items IN ACCESS EXCLUSIVE MODE"), ("statement_timeout", "SELECT pg_sleep(20)")],
)
def test_nothing_waits_for_ever(postgres_url: str, option: str, statement: str) -> None:
    """The limits are the URL's to change; here they are short."""
    url = make_url(postgres_url).update_query_dict({"options": f"-c {option}=100"}).render_as_string(hide_password=False)
    patient, hurried = open_database(postgres_url, utc_now), open_database(url, utc_now)
    with patient.begin() as holder:
        holder.execute(text("LOCK TABLE items IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(StorageError, match="timeout: the server is overloaded or something holds a lock"):
            with hurried.begin() as connection:
                connection.execute(text(statement))
    with hurried.begin() as connection:
        assert store_item(connection)
    patient.close()
    hurried.close()


def test_all_connections_in_use(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "POOL_SECONDS", 0.05)
    opened = open_database(sqlite_url, utc_now)
    arrived, leave = threading.Barrier(51), threading.Event()

    def hold() -> None:
        with opened.read():
            arrived.wait(20)
            leave.wait(20)

    with ThreadPoolExecutor(50) as pool:
        held = [pool.submit(hold) for _ in range(50)]
        arrived.wait(20)
        with pytest.raises(StorageError, match="all connections are in use"), opened.read():
            pass
        leave.set()
        for future in held:
            future.result(20)
    opened.close()


def test_a_server_that_restarts(server: PrivateServer) -> None:
    """What was committed is there, what was not is not, and the next transaction works."""
    opened = open_database(server.url.render_as_string(hide_password=False), utc_now)
    migrations.upgrade(opened)
    with opened.begin() as connection:
        store_item(connection, 1)
    with pytest.raises(StorageError, match="PostgreSQL database postgres"), opened.begin() as connection:
        store_item(connection, 2)
        server.stop()
        store_item(connection, 3)
    with pytest.raises(StorageError, match="check that the server runs"), opened.begin():
        pass
    server.start()
    with opened.begin() as connection:
        assert [stored.item.guid for stored in items.recent(connection, 5)] == ["guid-1"]
    opened.close()
