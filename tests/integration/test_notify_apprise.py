"""Services without a notifier of ours: through Apprise, in a child that can be killed."""

import logging
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from service.addresses import AddressGuard
from service.errors import NotifyError, RefusedAddress
from service.model.delivery import Sent, Unknown
from service.notify import Notifiers
from service.notify import apprise as notifier
from tests.support.alerts import make_alert
from tests.support.apprise_here import apprise, apprise_child
from tests.support.http_server import HttpServer, serve
from tests.support.notify import make_delivery, notifiers


@pytest.fixture
def server() -> Iterator[HttpServer]:
    with serve() as server:
        yield server


@pytest.fixture
def out() -> Iterator[Notifiers]:
    with notifiers() as out:
        yield out


def url(server: HttpServer, path: str = "/hook", user: str = "") -> str:
    return f"json://{user}127.0.0.1:{server.server_port}{path}"


def fail(out: Notifiers, target: str) -> NotifyError:
    with pytest.raises(NotifyError) as caught:
        out.send(make_delivery(), target)
    return caught.value


def test_a_message_goes_through_apprise_as_plain_text(server: HttpServer, out: Notifiers) -> None:
    server.on("/hook", status=200)
    hostile = make_alert(title="<!channel> <b>*x*</b> \\g<2>", excerpt="**a** [l](http://x)", marks=())
    assert isinstance(out.send(make_delivery(hostile), url(server)), Sent)
    (request,) = server.requests
    message = request.json()
    assert message["title"] == "[HIGH] <!channel> <b>*x*</b> \\g<2>"
    assert "  **a** [l](http://x)\n" in message["message"]


@pytest.mark.parametrize(("status", "reason"), [(400, "other"), (500, "other"), (307, "other")])
def test_a_refusal_is_a_failure_and_is_not_repeated_or_followed(
    server: HttpServer, out: Notifiers, status: int, reason: str
) -> None:
    server.on("/elsewhere", status=200)
    server.on("/hook", status=status, headers={"Location": server.url("/elsewhere")})
    error = fail(out, url(server) + "?redirect=yes&retry=3")
    assert (error.reason, error.permanent) == (reason, False)
    assert [request.path for request in server.requests] == ["/hook"]


def test_a_service_that_hangs_is_killed_and_unknown(server: HttpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notifier, "KILL_SECONDS", 1.0)
    server.hang("/hook")
    server.on("/good", status=200)
    with notifiers() as out:
        assert out.send(make_delivery(), url(server)) == Unknown("the service did not answer within 1 s")
        assert isinstance(out.send(make_delivery(), url(server, "/good")), Sent)


def test_apprise_gives_up_before_it_is_killed(server: HttpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notifier, "SERVICE_SECONDS", 0.5)
    server.hang("/hook")
    with notifiers() as out:
        assert isinstance(out.send(make_delivery(), url(server)), Unknown)


def test_an_address_that_is_not_listed_is_not_connected_to(server: HttpServer) -> None:
    with notifiers(allow=()) as out:
        error = fail(out, url(server))
        assert (error.reason, error.permanent) == ("refused_address", False)
        assert "TAPEWATCH_ALLOW_NETWORKS" in str(error)
        assert fail(out, f"json://localhost:{server.server_port}/hook").reason == "refused_address"
    assert server.connections == 0


def test_nobody_listens(out: Notifiers) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        error = fail(out, f"json://127.0.0.1:{unused.getsockname()[1]}/")
    assert error.reason == "other" and "onnection" in str(error)


def test_a_target_that_apprise_does_not_know(out: Notifiers) -> None:
    for target in ("nonsense://x", "json://", ""):
        error = fail(out, target)
        assert (error.reason, error.permanent) == ("configuration", True)


def test_no_secret_is_told_or_shown_to_other_processes(
    server: HttpServer, out: Notifiers, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.on("/CANARY-in-the-path-0123", status=500, body=b"CANARY-in-the-path-0123 CANARY-password")
    error = fail(out, url(server, "/CANARY-in-the-path-0123", user="me:CANARY-password@"))
    assert "CANARY" not in str(error) + repr(error)
    assert not [record for record in caplog.records if "CANARY" in record.getMessage()]
    built = out._notifiers["apprise"]
    assert isinstance(built, notifier.AppriseNotifier)
    for pid in built._pool.pids:
        assert b"CANARY" not in Path(f"/proc/{pid}/cmdline").read_bytes() + Path(f"/proc/{pid}/environ").read_bytes()


def test_a_child_that_dies_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notifier, "CHILD", "tests.support.nothing:here")
    with notifiers() as out:
        error = fail(out, "json://127.0.0.1/")
    assert error.reason == "other" and str(error).startswith("Apprise failed")


def test_closing_twice_is_closing(server: HttpServer) -> None:
    with notifiers() as out:
        out.send(make_delivery(), url(server)) if server.on("/hook") else None
        out.close()


def test_who_sends_after_the_end_starts_no_child(server: HttpServer) -> None:
    with notifiers() as out:
        out.close()
        error = fail(out, url(server))
    assert (error.reason, error.permanent) == ("other", False)
    assert "pool is closed" in str(error)


# --- the child's end, in this process, without its audit hook ---


@pytest.fixture
def asset() -> Any:
    return apprise.AppriseAsset(async_mode=False, http_redirects=False)


def test_the_child_answers_reads_and_sends(server: HttpServer, asset: Any) -> None:
    server.on("/hook", status=200)
    assert apprise_child.read(url(server), asset)["kind"] == "apprise"
    meta = {"url": url(server), "title": "t"}
    assert apprise_child.send(meta, "body", asset, [])["status"] == "success"
    assert apprise_child.send({"url": "json://", "title": "t"}, "body", asset, [])["status"] == "nomatch"
    assert apprise_child.send(meta, "body", asset, ["refused: no"]) == {"status": "refused", "detail": "refused: no"}


def test_the_audit_hook_asks_the_guard() -> None:
    guard, refused = AddressGuard(()), []  # type: AddressGuard, list[str]
    apprise_child._audit(guard, refused, "open", ("/etc/passwd",))
    apprise_child._audit(guard, refused, "socket.connect", (None, ("1.1.1.1", 443)))
    apprise_child._audit(guard, refused, "socket.sendmsg", (None, None))
    assert refused == []
    for address in (("127.0.0.1", 80), ("example.com", 443), "/run/dbus", ("::1", 80, 0, 0), b"raw"):
        with pytest.raises(RefusedAddress):
            apprise_child._audit(guard, refused, "socket.connect", (None, address))
    assert len(refused) == 5


@pytest.mark.parametrize(
    "target", ["mailtos://u:CANARY@example.com/a@example.com", "slack://T0AAA/B0BBB/CANARY/#x", "tgram://1:CANARY/2"]
)
def test_reading_answers_no_secret_but_in_the_fields_that_hold_it(target: str, asset: Any) -> None:
    answer = apprise_child.read(target, asset)
    told = {key: value for key, value in answer.items() if key not in ("literals", "password", "tokens")}
    assert "CANARY" not in repr(told)


def test_unknown_schemes_are_answered_with_the_nearest(asset: Any) -> None:
    assert apprise_child.read("discrod://x", asset) == {"problem": "there is no service discrod://; did you mean discord://?"}
    assert apprise_child.read("qqqqqqqqqqqqq://x", asset) == {"problem": "there is no service qqqqqqqqqqqqq://"}


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("mailto://h.example.com/a@example.com", "needs a sender"),
        ("mailto://h.example.com/?from=a@example.com&to=b@example.com,nobody", "not an e-mail address: nobody"),
        ("mailto://h.example.com/?from=a@example.com&pgp=sign", "PGP"),
        ("tgram://nonsense", "tgram://{bot_token}/{targets}"),
        ("slack://T0", "slack://"),
        ("https://example.com/x", "jsons://host/path"),
        ("http://example.com/x", "json://host/path"),
        ("nonsense", "scheme://"),
    ],
)
def test_what_is_wrong_with_a_url(target: str, says: str, asset: Any) -> None:
    assert says in apprise_child.read(target, asset)["problem"]


def test_the_factory_hooks_in_the_guard_and_answers_both_requests(server: HttpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    hooks: list[Any] = []
    monkeypatch.setattr("sys.addaudithook", hooks.append)  # the real one can never be taken out again
    answer = apprise_child.handler({"allow": ["127.0.0.0/8"], "seconds": 5})
    server.on("/hook", status=200)
    assert answer({"do": "read", "url": url(server)}, b"")["kind"] == "apprise"
    assert answer({"do": "send", "url": url(server), "title": "t"}, b"body")["status"] == "success"
    (hook,) = hooks
    hook("socket.connect", (None, ("127.0.0.1", 1)))
    with pytest.raises(RefusedAddress):
        hook("socket.connect", (None, ("10.0.0.1", 80)))


@pytest.mark.usefixtures("anew")
def test_the_environment_of_the_child_holds_nothing(server: HttpServer, out: Notifiers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "SMTP_PASSWORD", "CANARY")
    server.on("/hook", status=200)
    out.send(make_delivery(), url(server))
    built = out._notifiers["apprise"]
    assert isinstance(built, notifier.AppriseNotifier)
    assert all(b"CANARY" not in Path(f"/proc/{pid}/environ").read_bytes() for pid in built._pool.pids)
