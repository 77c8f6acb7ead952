"""What the API must stand: bodies that are no JSON or too much of it, questions nobody thought of, texts that would be markup."""

import json
import re
import resource
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import schemathesis
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance

from service.storage.database import Database
from service.web import create_app
from service.web.access.decisions import all_routes
from tests.integration.test_api import ROUTES
from tests.support.api import Api, api, api_context
from tests.support.corpora import members
from tests.support.folder import write_rules
from tests.support.line import Line
from tests.support.web import Site, signed_in, with_token
from tests.support.workers import NAMES

SCOPES = (
    *("alerts:read", "alerts:write", "items:write", "rules:read", "rules:write", "sources:write", "routes:write"),
    *("deliveries:write", "silences:write"),
)
_NOWHERE = Site(0)
EXAMPLES = 6
"""For each operation."""


@pytest.fixture
def running(sqlite_database: Database, tmp_path: Path) -> Iterator[Api]:
    with api(sqlite_database, write_rules(tmp_path, routes=ROUTES)) as running:
        yield running


@pytest.mark.corpora
def test_no_body_that_is_wrong_or_strange_json_is_a_fault_of_ours(running: Api) -> None:
    bodies = members("corpora/hostile.tar.gz", "json/JSONTestSuite/test_parsing/")
    assert len(bodies) > 300
    for name, body in bodies.items():
        for sent in (body, b'{"title":' + body + b"}", b'{"text":"x","guid":' + body + b"}"):
            answer = running.site.ask("/api/v1/items", "POST", {"Content-Type": "application/json"}, sent)
            assert answer.status in (200, 400), name
            json.loads(answer.body)


def test_deep_wide_and_odd_bodies_are_refused(running: Api) -> None:
    bodies = (
        b"[" * 100_000,
        b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
        json.dumps({f"field{number}": number for number in range(10_000)}).encode(),
        json.dumps({"items": [{f"field{number}": 1} for number in range(10_000)]}).encode(),
        b'{"text": ' + b"9" * 10_000 + b"}",
        b'{"text": NaN}',
        b'{"text": "x", "published": 1e999}',
        b'{"text": "x", "published": "9999-12-31T23:59:59-23:59"}',
        b'{"title": "\\ud800", "text": "\\u0000", "guid": "\\udfff", "source": "a"}',
        b"\xff\xfe{\x00}\x00",
        b"",
    )
    for body in bodies:
        answer = running.site.ask("/api/v1/items", "POST", {"Content-Type": "application/json"}, body)
        assert answer.status in (200, 400), body[:60]
        assert len(answer.body) < 20_000
    for kind in ("", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonp"):
        answer = running.site.ask("/api/v1/items", "POST", {"Content-Type": kind}, b'{"text": "x"}')
        assert (answer.status, json.loads(answer.body)["type"]) == (415, "/api/problems#unsupported-type"), kind


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def upload(running: Api, head: str, chunk: bytes, times: int) -> bytes:
    """Send a large body as far as it is taken; the answer."""
    with socket.create_connection(("127.0.0.1", running.site.port), timeout=20) as connection:
        token = running.site.always["Authorization"]
        lines = f"POST /api/v1/items HTTP/1.1\r\nHost: localhost\r\nAuthorization: {token}\r\nContent-Type: application/json\r\n"
        connection.sendall(f"{lines}{head}\r\n\r\n".encode())
        answer: list[bytes] = []
        reader = threading.Thread(target=lambda: answer.append(connection.recv(65536)))
        reader.start()
        try:
            for _ in range(times):
                connection.sendall(chunk)
        except OSError:
            pass  # the server has hung up: it read enough
        reader.join(20)
        return answer[0] if answer else b""


def test_100_mb_are_refused_without_being_kept(running: Api) -> None:
    running.ask("/api/v1/items", "POST", {"text": f"{NAMES[0]} hit limit-up."})
    before, chunk = peak(), b" " * (1 << 20)
    assert upload(running, "Content-Length: 104857600", chunk, 100).split(b" ")[1] == b"413"
    hex_chunk = b"100000\r\n" + chunk + b"\r\n"
    assert upload(running, "Transfer-Encoding: chunked", hex_chunk, 100).split(b" ")[1] == b"413"
    assert (peak() - before) < 50 * 1024, "kilobytes"
    assert running.get("/api/v1/me")


STORED_XSS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "{{7*7}}${7*7}<%= 7*7 %>",
    "</title><svg/onload=alert(1)>",
    "\u202e<iframe srcdoc='&lt;script&gt;'>",
)


def test_stored_markup_comes_back_as_json_text_that_no_browser_guesses_about(running: Api) -> None:
    for number, line in enumerate(STORED_XSS):
        text = f"{NAMES[number % 4]} hit limit-up on Monday, says {line} in report {number}."
        item = {"title": line, "text": text, "guid": line, "publisher": line, "link": line}
        [taken] = running.post("/api/v1/items", item)["items"]
        assert taken["guid"] == line
        assert running.get(f"/api/v1/items/{taken['id']}")["title"] == line
    for path in ("/api/v1/items", "/api/v1/alerts", "/api/v1/events", "/api/v1/deliveries", "/api/v1/silences"):
        answer = running.site.ask(path)
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["x-content-type-options"] == "nosniff"
        json.loads(answer.body)
    assert [row["title"] for row in running.get("/api/v1/items")["items"]][::-1] == list(STORED_XSS)


@pytest.fixture
def schema(sqlite_database: Database, tmp_path: Path) -> Iterator[object]:
    """The description, over the application in this process, which has something to tell."""
    line = Line(sqlite_database, write_rules(tmp_path, routes=ROUTES))
    context = api_context(line)
    application = create_app(context)
    headers = with_token(_NOWHERE, sqlite_database, *SCOPES).always
    loaded = schemathesis.openapi.from_asgi("/api/v1/openapi.json", application, headers={**headers, "Host": "localhost"})
    yield loaded, headers
    context.desk.close()


def test_no_question_that_the_description_allows_is_a_fault_of_ours(schema: tuple[Any, dict[str, str]]) -> None:
    loaded, headers = schema
    operations = [result.ok() for result in loaded.get_all_operations() if "stream" not in result.ok().path]
    assert len(operations) > 35
    for operation in operations:

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            response = case.call(headers={**headers, "Host": "localhost"})
            case.validate_response(response, checks=[not_a_server_error, response_schema_conformance])

        ask()


FAR = ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-23:59")


@pytest.mark.parametrize("moment", FAR)
def test_times_at_the_ends_of_the_calendar_are_refused(running: Api, moment: str) -> None:
    text = f"{NAMES[0]} hit limit-up on Monday."
    asked: tuple[tuple[str, str, object], ...] = (
        ("POST", "/api/v1/items", {"text": text, "published": moment}),
        ("POST", "/api/v1/items", {"items": [{"text": text, "published": moment}]}),
        ("POST", "/api/v1/routes/test", {"text": text, "at": moment}),
        ("POST", "/api/v1/routes/test", {"labels": {"severity": "high"}, "at": moment}),
        ("POST", "/api/v1/silences", {"matchers": ["rule=a"], "until": moment}),
        ("GET", f"/api/v1/events?since={quote(moment)}", None),
        ("GET", f"/api/v1/events?until={quote(moment)}", None),
    )
    for method, path, body in asked:
        status, answer = running.ask(path, method, body)
        assert (status, "the year must lie between 1970 and 2199" in answer["detail"]) == (400, True), (path, answer)
    assert running.get("/api/v1/items")["items"] == []


def asked_of(dependant: Any) -> list[str]:
    """The names of all that may stand in the question of a route."""
    return [one.alias for one in dependant.query_params] + [name for one in dependant.dependencies for name in asked_of(one)]


def questions(line: Line) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Every route that takes a text in its path or its question, asked with a NUL and with half a character."""
    for found in all_routes(create_app(api_context(line)).routes):
        route = found.route
        if not isinstance(route, APIRoute) or route.body_field is not None or found.path.endswith(("/stream", "/test")):
            continue
        names = asked_of(route.dependant)
        for odd in ("\0", "a\0b", "\ud83d"):
            path = re.sub(r"\{[^}]*\}", quote(odd, errors="surrogatepass"), found.path)
            asked = {name: odd for name in names if name not in ("before", "limit")}
            for method in sorted((route.methods or set()) - {"HEAD"}):
                yield method, path, asked


def test_no_odd_character_is_a_fault_of_ours(database: Database, tmp_path: Path) -> None:
    """PostgreSQL holds no NUL, and no statement with one."""
    with api(database, write_rules(tmp_path, routes=ROUTES)) as running:
        every = list(questions(running.line))
        person = signed_in(Site(running.site.port), database)
        assert len(every) > 100
        for method, path, asked in every:
            for question in ({}, *({name: odd} for name, odd in asked.items())):
                address = f"{path}?{urlencode(question, errors='surrogatepass')}"
                asking = running.site if path.startswith("/api/") else person
                assert asking.ask(address, method).status < 500, (method, address)
