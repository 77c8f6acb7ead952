"""Webhooks against a real server: what arrives, how a receiver verifies it, and the class of every answer."""

import base64
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from service.errors import NotifyError
from service.model.delivery import Sent, Unknown
from service.model.rule import Severity
from service.notify import Notifiers, posting
from tests.support.alerts import make_alert
from tests.support.http_server import Exchange, HttpServer, serve
from tests.support.notify import make_delivery, notifiers

SECRET = "not-a-very-secret-secret"
DOCUMENT = Path(__file__).parents[2] / "docs" / "webhooks.md"
KEY = "d3adbeef" * 4


@pytest.fixture
def server() -> Iterator[HttpServer]:
    with serve() as server:
        yield server


@pytest.fixture
def out() -> Iterator[Notifiers]:
    with notifiers(base_url="https://page.example") as out:
        yield out


def target(server: HttpServer, path: str = "/hook", secret: str = SECRET) -> str:
    return f"webhook+http://{secret.replace(' ', '%20').replace('/', '%2F')}@127.0.0.1:{server.server_port}{path}"


def fail(out: Notifiers, url: str) -> NotifyError:
    with pytest.raises(NotifyError) as caught:
        out.send(make_delivery(), url)
    return caught.value


@pytest.fixture(scope="module")
def verify() -> Callable[..., bool]:
    """The example of the documentation, as it is written there."""
    (code,) = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(code, str(DOCUMENT), "exec"), names)
    found: Callable[..., bool] = names["verify"]
    return found


def test_one_cloud_event_arrives_with_all_alerts(server: HttpServer, out: Notifiers) -> None:
    server.on("/hook?desk=asia", status=202)
    low = make_alert(id="low", severity=Severity.LOW, link="javascript:alert(1)", facts={"pct": float("inf")})
    sent = out.send(make_delivery(low, make_alert()), target(server, "/hook?desk=asia"))
    assert sent == Sent("the webhook answered 202")
    (request,) = server.requests
    event = request.json()
    assert request.headers["content-type"] == "application/cloudevents+json; charset=utf-8"
    assert request.headers["webhook-id"] == request.headers["idempotency-key"] == event["id"] == KEY
    assert (event["specversion"], event["source"], event["time"]) == (
        "1.0",
        "https://page.example",
        "2025-12-22T08:00:00+00:00",
    )
    first, second = event["data"]["alerts"]
    assert (first["severity"], first["alias"], first["entity"], first["marks"]) == ("high", "长飞光纤", "601869.SH", [[48, 58]])
    assert (second["id"], second["link"], second["facts"]) == ("low", "", {"pct": "inf"})
    assert "authorization" not in request.headers


@pytest.mark.parametrize(
    ("secret", "key"),
    [(SECRET, SECRET.encode()), ("whsec_" + base64.b64encode(b"k" * 24).decode(), b"k" * 24)],
)
def test_a_receiver_verifies_it_as_documented(
    server: HttpServer, out: Notifiers, verify: Callable[..., bool], secret: str, key: bytes
) -> None:
    server.on("/hook")
    out.send(make_delivery(), target(server, secret=secret))
    (request,) = server.requests
    headers = dict(request.headers)
    assert verify(key, headers, request.body)
    assert not verify(b"another secret, of that length", headers, request.body)
    assert not verify(key, headers, request.body + b" ")
    assert not verify(key, headers | {"webhook-id": "other"}, request.body)
    assert not verify(key, headers | {"webhook-timestamp": str(int(headers["webhook-timestamp"]) - 400)}, request.body)


def test_while_a_secret_is_changed_both_verify(server: HttpServer, out: Notifiers, verify: Callable[..., bool]) -> None:
    server.on("/hook")
    out.send(make_delivery(), target(server, secret="the-old-secret-of-us the-new-secret-of-us"))
    (request,) = server.requests
    for key in (b"the-old-secret-of-us", b"the-new-secret-of-us"):
        assert verify(key, dict(request.headers), request.body)


def test_the_fields_of_the_table_in_the_documentation_are_those_that_are_sent(server: HttpServer, out: Notifiers) -> None:
    server.on("/hook")
    out.send(make_delivery(), target(server))
    written = DOCUMENT.read_text("utf-8")
    for name in ("webhook-id", "idempotency-key", "webhook-timestamp", "webhook-signature", "content-type"):
        assert name in server.requests[0].headers
        assert f"`{name}`" in written


@pytest.mark.parametrize(
    ("status", "reason", "permanent"),
    [
        *((status, "rejected", True) for status in (300, 301, 302, 303, 304, 307, 308, 400, 404, 405, 410, 422, 451)),
        (401, "auth", True),
        (403, "auth", True),
        (413, "too_large", True),
        (429, "rate_limited", False),
        *((status, "server_error", False) for status in (408, 425, 500, 502, 503, 504, 599)),
    ],
)
def test_the_class_of_every_answer(server: HttpServer, out: Notifiers, status: int, reason: str, permanent: bool) -> None:
    server.on("/hook", status=status, headers={"Location": server.url("/elsewhere")})
    error = fail(out, target(server))
    assert (error.reason, error.permanent, error.retry_after) == (reason, permanent, None)
    assert len(server.requests) == 1, "no redirect is followed"


@pytest.mark.parametrize("status", [408, 425, 429, 503])
def test_retry_after_is_honoured_up_to_a_day(server: HttpServer, status: int) -> None:
    now = datetime(2025, 12, 22, 8, 0, tzinfo=UTC)
    asked = {
        "30": 30.0,
        "0": 0.0,
        "99999999999999": 86400.0,
        "Mon, 22 Dec 2025 08:02:00 GMT": 120.0,
        "Mon, 22 Dec 2015 08:02:00 GMT": 0.0,
        "Thu, 22 Dec 2035 08:02:00 GMT": 86400.0,
        "soon": None,
        "-1": None,
    }
    with notifiers(now=lambda: now) as out:
        for value, seconds in asked.items():
            server.on("/hook", status=status, headers={"Retry-After": value})
            assert fail(out, target(server)).retry_after == seconds, value


def test_no_answer_is_unknown(server: HttpServer, out: Notifiers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "TIMEOUT_SECONDS", 0.3)
    server.hang("/hook")
    assert out.send(make_delivery(), target(server)) == Unknown("the webhook did not answer (timeout)")
    server.raw("/hook", [])
    assert out.send(make_delivery(), target(server)) == Unknown("the webhook did not answer (protocol)")


def test_the_status_counts_however_the_body_goes_on(server: HttpServer, out: Notifiers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "TIMEOUT_SECONDS", 0.5)

    def broken_off(exchange: Exchange) -> None:
        exchange.start(200, {"Content-Length": "100"})
        exchange.hang_up()

    for url in (
        server.flood("/hook"),
        server.drip("/hook"),
        server.answer("/hook", broken_off),
        server.bomb("/hook", mebibytes=20),
    ):
        assert url
        assert out.send(make_delivery(), target(server)) == Sent("the webhook answered 200")


def test_a_connection_serves_one_delivery_after_the_other(server: HttpServer, out: Notifiers) -> None:
    server.on("/hook")
    for _ in range(5):
        out.send(make_delivery(), target(server))
    assert server.connections == 1


def test_an_address_that_is_not_listed_is_not_connected_to(server: HttpServer) -> None:
    with notifiers(allow=()) as out:
        error = fail(out, target(server))
    assert (error.reason, error.permanent) == ("refused_address", False)
    assert server.connections == 0


@pytest.mark.parametrize("secret", ["tiny-one", "whsec_c2hvcnQ=", "whsec_not*base64", ""])
def test_a_secret_that_cannot_sign_is_refused_and_not_told(server: HttpServer, out: Notifiers, secret: str) -> None:
    error = fail(out, target(server, secret=secret))
    assert (error.reason, error.permanent) == ("configuration", True)
    assert not secret or secret not in str(error)
    assert server.connections == 0
