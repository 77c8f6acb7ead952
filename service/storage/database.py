"""One database, SQLite file or PostgreSQL, behind one door: `begin()` to write, `read()` to look, `now()` for its time.

Guarantee: every write transaction on SQLite begins IMMEDIATE (a deferred one that reads first fails instead of waiting) and every
reading one cannot write; both kinds of database wait for a lock for a bounded time; what the driver reports about the database's
health comes out as StorageError, one sentence without a password. Must not know any table.
"""

import os
import sqlite3
import stat
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar, cast

from sqlalchemy import (
    ARRAY,
    URL,
    Column,
    ColumnElement,
    Connection,
    Engine,
    Table,
    any_,
    bindparam,
    column,
    create_engine,
    event,
    func,
    make_url,
    select,
)
from sqlalchemy import exc as sa_exc
from sqlalchemy.dialects import postgresql, sqlite

from service.errors import ConfigurationError, StorageError

T = TypeVar("T")

BUSY_SECONDS = 10.0
POOL_SECONDS = 10.0
LOCK_MILLISECONDS = 10_000
STATEMENT_MILLISECONDS = 30_000
IDLE_MILLISECONDS = 60_000
TRIES = 3
"""How often `run` runs work that lost against another transaction."""

WAL_TRIES = 50
"""How often a new file is switched to write-ahead logging while others open it too."""

PAUSE_SECONDS = 1.0
"""A pooled connection to a server that was not used for so long is asked whether it works before it is."""

_USED = "tapewatch_used"
_WRITES = "tapewatch_writes"
_CLOCK = "tapewatch_clock"
_CALLERS_FAULT = (sa_exc.IntegrityError, sa_exc.ProgrammingError, sa_exc.DataError, sa_exc.NotSupportedError)
_LOST_AGAINST_ANOTHER = frozenset({"40001", "40P01", "55P03"})
_PG_OPTIONS = (
    f"-c statement_timeout={STATEMENT_MILLISECONDS} -c idle_in_transaction_session_timeout={IDLE_MILLISECONDS} "
    f"-c lock_timeout={LOCK_MILLISECONDS} -c timezone=UTC"
)


class Database:
    """An open database; safe to share between threads. `name` says where it is, without secrets."""

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine = engine
        self._writer = threading.Lock()
        """Held by the thread that writes to a SQLite file: left to itself, SQLite asks for its lock in steps of up to 100 ms."""
        self.name = name

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._engine.dialect.name

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction that may write: committed when the block ends, rolled back when it raises."""
        with self._translated(), self._turn_to_write(), self._engine.connect() as connection:
            connection.execution_options(**{_WRITES: True})
            with connection.begin():
                yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that cannot write and never waits for a writer."""
        with self._translated(), self._engine.connect() as connection:
            if self.dialect == "postgresql":
                connection.execution_options(postgresql_readonly=True)
            with connection.begin():
                yield connection

    def run(self, work: Callable[[Connection], T]) -> T:
        """`work` in one write transaction, run again when the database broke off in favour of another one (deadlock)."""
        for _ in range(TRIES - 1):
            try:
                with self.begin() as connection:
                    return work(connection)
            except StorageError as error:
                if not _lost_against_another(error):
                    raise
        with self.begin() as connection:
            return work(connection)

    def now(self, connection: Connection) -> datetime:
        """The time that decides leases, see `database_now`."""
        return database_now(connection)

    @contextmanager
    def session(self) -> Iterator[Connection]:
        """A connection of its own without a transaction, closed for good afterwards: for locks that outlive transactions."""
        with self._translated(), self._engine.connect() as connection:
            connection.detach()
            connection.execution_options(**{_WRITES: True})
            yield connection

    def close(self) -> None:
        """Close all connections; open blocks keep theirs until they end."""
        self._engine.dispose()

    @contextmanager
    def _turn_to_write(self) -> Iterator[None]:
        if self.dialect == "postgresql":
            yield
            return
        if not self._writer.acquire(timeout=BUSY_SECONDS):
            raise StorageError(f"{self.name}: the database is locked: another thread holds it: let it finish")
        try:
            yield
        finally:
            self._writer.release()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sa_exc.TimeoutError as error:
            raise StorageError(f"{self.name}: all connections are in use: try again, or run fewer workers") from error
        except sa_exc.DBAPIError as error:
            if isinstance(error, _CALLERS_FAULT):
                raise
            raise StorageError(_sentence(self.name, error)) from error


def open_database(url: str, clock: Callable[[], datetime]) -> Database:
    """Open and look once, so that a database that cannot work is refused here.

    `url` is `sqlite:///file.db` or `postgresql://user:password@host/name`; `clock` is the time of a SQLite database.
    Raises ConfigurationError for a URL that names neither, StorageError for a database that cannot be used.
    """
    try:
        parsed = make_url(url)
    except (sa_exc.ArgumentError, ValueError):
        raise ConfigurationError(f"the database URL cannot be read: {_URL_HELP}") from None
    backend = parsed.drivername.split("+")[0]
    if backend == "sqlite":
        database = _sqlite(parsed, clock)
    elif backend in {"postgresql", "postgres"}:
        database = _postgresql(parsed, clock)
    else:
        raise ConfigurationError(f"the database URL begins with {parsed.drivername}: {_URL_HELP}")
    with database.read() as connection:
        connection.execute(select(1))
    return database


_URL_HELP = "write sqlite:///tapewatch.db or postgresql://user:password@host/name"


def database_now(connection: Connection) -> datetime:
    """PostgreSQL's clock, the same for all workers; for SQLite, whose workers share a machine, the clock given at opening."""
    if connection.dialect.name == "postgresql":
        return cast(datetime, connection.exec_driver_sql("SELECT clock_timestamp()").scalar_one())
    return cast(datetime, connection.get_execution_options()[_CLOCK]())


def insert_new(connection: Connection, table: Table, rows: Sequence[dict[str, Any]], *returning: str) -> list[tuple[Any, ...]]:
    """Insert what violates no unique constraint, in batches; the named columns of the rows that went in.

    On PostgreSQL one array for each column: the driver reads a statement with thousands of parameters as slowly as the server
    writes the rows.
    """
    if not rows:
        return []
    columns = [table.c[name] for name in returning]
    if connection.dialect.name != "postgresql":
        statement = sqlite.insert(table).on_conflict_do_nothing().returning(*columns)
        return [tuple(row) for row in connection.execute(statement, list(rows))]
    arrays = [bindparam(name, [row[name] for row in rows], type_=ARRAY(table.c[name].type)) for name in rows[0]]
    unnested = func.unnest(*arrays).table_valued(*(column(name, table.c[name].type) for name in rows[0])).render_derived()
    whole = postgresql.insert(table).from_select(list(rows[0]), select(unnested)).on_conflict_do_nothing()
    return [tuple(row) for row in connection.execute(whole.returning(*columns))]


def one_of(connection: Connection, value: Column[Any], values: Collection[object]) -> ColumnElement[bool]:
    """`value IN (values)`, as one array where there are arrays: the statement then stays the same however many there are."""
    if connection.dialect.name == "postgresql":
        return value == any_(bindparam(None, list(values), type_=ARRAY(value.type)))
    return value.in_(list(values))


def _sqlite(url: URL, clock: Callable[[], datetime]) -> Database:
    if not url.database or url.database == ":memory:" or url.query:
        raise ConfigurationError(f"the SQLite database must be a plain file: {_URL_HELP}")
    path = Path(url.database).absolute()
    name = f"SQLite file {path}"
    _refuse_unusable_file(path, name)
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        connect_args={"timeout": BUSY_SECONDS},
        pool_size=10,
        max_overflow=40,
        pool_timeout=POOL_SECONDS,
        execution_options={_CLOCK: clock},
        hide_parameters=True,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return Database(engine, name)


def _refuse_unusable_file(path: Path, name: str) -> None:
    effective = {"effective_ids": True} if os.access in os.supports_effective_ids else {}
    if not path.parent.is_dir():
        raise StorageError(f"{name} cannot be created because {path.parent} is no directory: create it, or set another database")
    for place in (path, path.parent):  # the directory too: the write-ahead log lies beside the file
        if place.exists() and not os.access(place, os.R_OK | os.W_OK, **effective):
            raise StorageError(f"{name} cannot be written because {place} is read-only for this user: allow it, or move the file")
    if path.exists() and not stat.S_ISREG(path.stat().st_mode):
        raise StorageError(f"{name} is not a file: set another database")


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver must not begin transactions: `_begin_sqlite` does
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA synchronous = NORMAL")
    _use_write_ahead_log(cursor)
    cursor.close()


def _use_write_ahead_log(cursor: Any) -> None:
    """A new file is switched once; that is the one lock SQLite does not wait for, so wait for one that it does wait for."""
    for remaining in reversed(range(WAL_TRIES)):
        try:
            if cursor.execute("PRAGMA journal_mode = WAL").fetchone()[0] == "wal":
                return
        except sqlite3.OperationalError as error:
            if not remaining or "locked" not in str(error):
                raise
        cursor.execute("BEGIN EXCLUSIVE")
        cursor.execute("ROLLBACK")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _postgresql(url: URL, clock: Callable[[], datetime]) -> Database:
    given = url.query.get("options", "")
    options = " ".join((_PG_OPTIONS, *((given,) if isinstance(given, str) else given)))
    engine = create_engine(
        url.set(drivername="postgresql+psycopg").difference_update_query(["options"]),
        connect_args={
            "options": options,
            "application_name": "tapewatch",
            "connect_timeout": 5,
            "keepalives_idle": 30,
            "tcp_user_timeout": STATEMENT_MILLISECONDS,
        },
        isolation_level="READ COMMITTED",
        pool_size=10,
        max_overflow=10,
        pool_timeout=POOL_SECONDS,
        execution_options={_CLOCK: clock},
        hide_parameters=True,
    )
    _ping_after_a_pause(engine)
    host = url.host or url.query.get("host") or "localhost"
    return Database(engine, f"PostgreSQL database {url.database} at {host}" + (f":{url.port}" if url.port else ""))


def _ping_after_a_pause(engine: Engine) -> None:
    """Ask a pooled connection whether it still works, as `pool_pre_ping` does before each transaction, only after a pause.

    One that was used a moment ago works; where the server has gone since, the first statement says so just as well.
    """

    def left(_connection: Any, record: Any) -> None:
        record.info[_USED] = monotonic()

    def taken(connection: Any, record: Any, _proxy: Any) -> None:
        if monotonic() - record.info.get(_USED, monotonic()) > PAUSE_SECONDS:
            try:
                engine.dialect.do_ping(connection)
            except engine.dialect.loaded_dbapi.Error as error:
                raise sa_exc.InvalidatePoolError from error

    event.listen(engine, "checkin", left)
    event.listen(engine, "checkout", taken)


def _sentence(name: str, error: sa_exc.DBAPIError) -> str:
    said = (str(error.orig).strip().splitlines() or [type(error.orig).__name__])[0].strip()
    for sign, cure in _CURES.items():
        if sign in said:
            return f"{name}: {said}: {cure}"
    return f"{name}: {said}"


_CURES = {
    "not a database": "move the file away, or set another database",
    "malformed": "the file is damaged: restore a backup",
    "unable to open": "check that the file and its directory may be read and written",
    "readonly": "check that the file and its directory may be written",
    "is locked": "another process holds it: let it finish",
    "is full": "free some space",
    "no such table": "upgrade the database first",
    "authentication failed": "check user and password in the database URL",
    "does not exist": "create it, or correct the database URL",
    "connection": "check that the server runs and that host and port are right",
    "timeout": "the server is overloaded or something holds a lock: try again",
}


def _lost_against_another(error: StorageError) -> bool:
    cause = error.__cause__
    return isinstance(cause, sa_exc.DBAPIError) and getattr(cause.orig, "sqlstate", None) in _LOST_AGAINST_ANOTHER
