"""`tapewatch --server URL …`: the same commands, asked of a running server over its API instead of its database.

Guarantee: the token goes to that server alone, redirects are not followed with it, and what the server refuses ends with the
server's own sentence. The address is what the person wrote, so it may be a private one.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, urlencode

import typer
from rich.table import Table

from service.addresses import AddressGuard
from service.app import VERSION
from service.cli.output import out, plain
from service.config import Environment
from service.errors import ConfigurationError, FetchError
from service.http import HttpClient, Request

EVERYWHERE = ("0.0.0.0/0", "::/0")
SECONDS = 30.0
LARGEST_TOKEN = 1000

ServerUrl = Annotated[str, typer.Option("--server", help="Ask the server at this address instead of its database.")]
TokenFile = Annotated[Path | None, typer.Option(help="File that holds the token; else TAPEWATCH_TOKEN.")]


@dataclass(frozen=True, slots=True)
class Server:
    """A running server, and the token that is shown to it."""

    url: str
    token: str

    def ask(self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> Any:
        """The JSON of its answer; ConfigurationError with what it says where it refuses."""
        sent = b"" if body is None else json.dumps(body).encode()
        named = {"Authorization": f"Bearer {self.token}", "Accept": "application/json", **(headers or {})}
        if body is not None:
            named["Content-Type"] = "application/json"
        with closing(HttpClient(AddressGuard(EVERYWHERE, None), f"Tapewatch/{VERSION}", concurrency=1)) as client:
            try:
                answer = client.request(Request(f"{self.url}{path}", method, named, sent, timeout=SECONDS, redirects=0))
            except FetchError as error:
                raise ConfigurationError(f"{self.url} does not answer: {error}") from error
        try:
            said = json.loads(answer.body) if answer.body else {}
        except ValueError as error:
            raise ConfigurationError(f"{self.url} answers with {answer.status}, but not as a Tapewatch does") from error
        if answer.status >= 300:
            raise ConfigurationError(_refusal(self.url, answer.status, said))
        return said

    def every(self, path: str, name: str, most: int, **asked: object) -> list[dict[str, Any]]:
        """The rows of a list, page by page."""
        rows: list[dict[str, Any]] = []
        query = urlencode({**{key: value for key, value in asked.items() if value}, "limit": min(most, 200)}, doseq=True)
        link: str | None = f"/api/v1/{path}?{query}"
        while link and len(rows) < most:
            page = self.ask("GET", link)
            rows += page[name]
            link = page["next"]
        return rows[:most]


_chosen: list[Server] = []


def choose(url: str, token_file: Path | None) -> None:
    """From here on commands ask this server; "" leaves them with the database."""
    if not url:
        return
    if not url.startswith(("http://", "https://")):
        raise ConfigurationError(f"--server {url}: write http://127.0.0.1:8000 or https://watch.example.com")
    token = _read(token_file) if token_file else Environment().get("TAPEWATCH_TOKEN")
    if not token:
        raise ConfigurationError("a server is asked with a token: set TAPEWATCH_TOKEN, or name a file with --token-file")
    _chosen[:] = [Server(url.rstrip("/"), token.strip())]


def server() -> Server | None:
    """The server that was chosen."""
    return _chosen[0] if _chosen else None


def only_here() -> None:
    """For commands that no server answers."""
    if _chosen:
        raise ConfigurationError("this command works on files and databases of this machine: leave --server out")


def show(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], nothing: str) -> None:
    """A list, a row for each."""
    table = Table(box=None, header_style="dim", pad_edge=False)
    for column in columns:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(plain(_words(row.get(column))) for column in columns))
    out.print(table if table.row_count else nothing)


def path_of(*parts: str) -> str:
    """A path of the API whose parts may be anything."""
    return "/api/v1/" + "/".join(quote(part, safe="") for part in parts)


def _words(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, list):
        return ", ".join(map(_words, value))
    if isinstance(value, dict) and set(value) == {"label", "op", "value"}:
        return f"{value['label']}{value['op']}{value['value']}"
    return str(value)


def _refusal(url: str, status: int, said: Any) -> str:
    if not isinstance(said, dict):
        return f"{url} refuses with {status}"
    problems = [f"{one['file']}:{one['line']}:{one['column']}: {one['message']}" for one in said.get("problems", ())]
    return "\n".join(problems) or plain(str(said.get("detail") or said.get("title") or f"{url} refuses with {status}"))


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")[:LARGEST_TOKEN]
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"--token-file {path}: cannot be read: {error}") from error
