"""Tapewatch as people run it: the installed command, in a folder of its own, started, killed and started again."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from threading import Event

COMMAND = Path(sys.executable).with_name("tapewatch")
START_SECONDS = 40.0
STOP_SECONDS = 20.0
_TICK = Event()
"""Never set: waiting for it is how a poll of the outside world paces itself."""
_PORTS = cycle(range(start := 20_000 + 1_000 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]), start + 1_000))
"""Each process of a test run has its own."""


Done = subprocess.CompletedProcess[str]


def tapewatch(*arguments: str, cwd: Path, env: Mapping[str, str] | None = None, stdin: str = "") -> Done:
    """Run a command to its end."""
    return subprocess.run(
        [COMMAND, *arguments],
        cwd=cwd,
        env=_environment(env),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@dataclass
class Service:
    """`tapewatch run` in `folder`, which holds rules/; several may share a database."""

    folder: Path
    env: Mapping[str, str] = field(default_factory=dict)
    port: int = 0
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> "Service":
        """Start, and wait until it says that it is ready."""
        self.port = _free_port()
        log = (self.folder / "log.txt").open("ab")
        self.process = subprocess.Popen(
            [COMMAND, "run", "--port", str(self.port)],
            cwd=self.folder,
            env=_environment(self.env),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        log.close()
        wait_until(self._ready, START_SECONDS, lambda: f"tapewatch did not become ready:\n{self.log}")
        return self

    def _ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, f"tapewatch ended with {self.process.returncode}:\n{self.log}"
        try:
            return self.get("/readyz")[0] == 200
        except OSError:
            return False

    def get(self, path: str) -> tuple[int, str]:
        """Status and body of a page."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode("utf-8")
        finally:
            connection.close()

    def wait_for_page(self, words: str) -> None:
        """Wait until the first page shows these words."""
        wait_until(lambda: words in self.get("/")[1], START_SECONDS, lambda: f"{words!r} never came:\n{self.log}")

    def kill(self) -> None:
        """SIGKILL: nothing is tidied up."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(STOP_SECONDS)

    def stop(self) -> int:
        """SIGTERM, as a service manager does; the exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(STOP_SECONDS)

    @property
    def log(self) -> str:
        """All that it wrote so far."""
        return (self.folder / "log.txt").read_text("utf-8", "replace")


@contextmanager
def running(folder: Path, env: Mapping[str, str]) -> Iterator[Service]:
    """A started service that is gone afterwards, whatever happens; what fails meanwhile shows what the service wrote."""
    service = Service(folder, env)
    try:
        yield service.start()
    except BaseException as error:
        if service.process is not None:
            error.add_note(f"the service wrote:\n{service.log}")
        raise
    finally:
        if service.process is not None and service.process.poll() is None:
            service.process.kill()
            service.process.wait(STOP_SECONDS)


def wait_until(true, within: float, words=lambda: "it did not happen in time") -> None:  # type: ignore[no-untyped-def]
    """Poll the outside world (another process, its database) until `true()`."""
    for _ in range(int(within / 0.05)):
        if true():
            return
        _TICK.wait(0.05)
    raise AssertionError(words())


def _environment(env: Mapping[str, str] | None) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TAPEWATCH_")}
    return {**kept, "COLUMNS": "200", **(env or {})}


def _free_port() -> int:
    """One that nobody has, of those that are not lent to outgoing connections: nobody takes it before the service does."""
    for port in _PORTS:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("the ports never end")
