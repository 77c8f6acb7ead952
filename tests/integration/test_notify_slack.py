"""Slack against a Slack-shaped server: the class of every answer, what is sent, and what is never said."""

import json
import logging
from collections.abc import Iterator

import pytest

from service.errors import NotifyError
from service.http.messages import NOT_SENT
from service.model.delivery import Sent, Unknown
from service.notify import Notifiers, posting, slack
from service.notify.targets import SlackTarget
from tests.support.alerts import make_alert
from tests.support.http_server import HttpServer, Reply, serve
from tests.support.notify import BOT, HOOK, context, make_delivery, notifiers

HOOK_PATH = "/services/T0AAAAAAA/B0BBBBBBB/C0CCCCCCCCCCCCCCCCCCCCCC"
BOT_PATH = "/api/chat.postMessage"


@pytest.fixture
def server() -> Iterator[HttpServer]:
    with serve() as server:
        yield server


@pytest.fixture
def out(server: HttpServer) -> Iterator[Notifiers]:
    with notifiers(slack_webhook_base=server.url("/services"), slack_api_base=server.url("/api"), base_url="http://page") as out:
        yield out


def fail(out: Notifiers, url: str) -> NotifyError:
    with pytest.raises(NotifyError) as caught:
        out.send(make_delivery(), url)
    return caught.value


def test_a_webhook_message(server: HttpServer, out: Notifiers) -> None:
    server.on(HOOK_PATH, body=b"ok")
    assert out.send(make_delivery(), HOOK) == Sent("Slack: ok")
    (request,) = server.requests
    assert request.method == "POST"
    assert request.headers["content-type"] == "application/json; charset=utf-8"
    assert request.headers["idempotency-key"] == "d3adbeef" * 4
    assert "authorization" not in request.headers
    message = request.json()
    assert message["text"] == "[HIGH] Yangtze Optical Fibre and Cable (长飞光纤) hits limit-up"
    assert message["blocks"][0]["block_id"] == "tapewatch-" + "d3adbeef" * 4
    assert (message["link_names"], message["unfurl_links"], message["unfurl_media"], message["mrkdwn"]) == (False,) * 4
    assert "channel" not in message and "metadata" not in message


def test_a_bot_message(server: HttpServer, out: Notifiers) -> None:
    server.on(BOT_PATH, body=b'{"ok": true, "ts": "1.2"}')
    assert isinstance(out.send(make_delivery(), BOT), Sent)
    (request,) = server.requests
    assert request.headers["authorization"] == "Bearer xoxb-1-2-secretsecretsecret"
    message = request.json()
    assert message["channel"] == "#alerts"
    assert message["metadata"]["event_payload"] == {"key": "d3adbeef" * 4}


@pytest.mark.parametrize(
    ("target", "channel", "thread"),
    [
        ("#alerts", "#alerts", None),
        ("alerts", "#alerts", None),
        ("@someone", "@someone", None),
        ("+C0123ABC", "C0123ABC", None),
        ("#alerts:1700000000.1", "#alerts", "1700000000.1"),
    ],
)
def test_channels_as_apprise_writes_them(
    server: HttpServer, out: Notifiers, target: str, channel: str, thread: str | None
) -> None:
    server.on(BOT_PATH, body=b'{"ok": true}')
    out.send(make_delivery(), f"slack://Desk@xoxb-1-2-abc/{target}")
    message = server.requests[0].json()
    assert (message["channel"], message.get("thread_ts"), message["username"]) == (channel, thread, "Desk")


HOOK_TABLE = [
    (400, b"invalid_payload", "rejected", True),
    (403, b"action_prohibited", "rejected", True),
    (404, b"channel_not_found", "rejected", True),
    (410, b"channel_is_archived", "rejected", True),
    (413, b"too large", "too_large", True),
    (401, b"", "auth", False),
    (403, b"invalid_auth", "auth", False),
    (408, b"", "server_error", False),
    (429, b"", "rate_limited", False),
    (500, b"rollup_error", "server_error", False),
    (502, b"<html>Bad Gateway</html>", "server_error", False),
    (503, b'{"ok": false, "error": "service_unavailable"}', "server_error", False),
    (200, b"<html>Please log in to the hotel network</html>", "other", False),
    (200, b"", "other", False),
    (204, b"", "other", False),
    (302, b"", "other", False),
    (200, b'{"ok": false, "error": "no_text"}', "rejected", True),
]


@pytest.mark.parametrize(
    ("status", "body", "reason", "permanent"), HOOK_TABLE, ids=[f"{row[0]} {row[1][:20]!r}" for row in HOOK_TABLE]
)
def test_each_answer_of_a_webhook_has_its_class(
    server: HttpServer, out: Notifiers, status: int, body: bytes, reason: str, permanent: bool
) -> None:
    server.on("/elsewhere", body=b"ok")
    server.on(HOOK_PATH, status=status, body=body, headers={"Location": server.url("/elsewhere")})
    error = fail(out, HOOK)
    assert (error.reason, error.permanent) == (reason, permanent)
    assert [request.path for request in server.requests] == [HOOK_PATH]


BOT_TABLE = [
    ("channel_not_found", "rejected", True),
    ("not_in_channel", "rejected", True),
    ("invalid_blocks", "rejected", True),
    ("msg_too_long", "too_large", True),
    ("invalid_auth", "auth", False),
    ("token_revoked", "auth", False),
    ("account_inactive", "auth", False),
    ("ratelimited", "rate_limited", False),
    ("internal_error", "server_error", False),
    ("fatal_error", "server_error", False),
]


@pytest.mark.parametrize(("said", "reason", "permanent"), BOT_TABLE)
def test_ok_false_is_a_failure_of_the_class_slack_names(
    server: HttpServer, out: Notifiers, said: str, reason: str, permanent: bool
) -> None:
    server.on(BOT_PATH, body=json.dumps({"ok": False, "error": said}))
    error = fail(out, BOT)
    assert (error.reason, error.permanent) == (reason, permanent)
    assert said in str(error) or reason == "rate_limited"


def test_retry_after_is_what_slack_asks_for(server: HttpServer, out: Notifiers) -> None:
    for value, seconds in (("30", 30.0), ("999999999", 86400.0), ("soon", None), ("-1", None)):
        server.on(HOOK_PATH, status=429, headers={"Retry-After": value})
        assert fail(out, HOOK).retry_after == seconds


def test_no_answer_is_unknown(server: HttpServer, out: Notifiers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "TIMEOUT_SECONDS", 0.3)
    server.hang(HOOK_PATH)
    assert out.send(make_delivery(), HOOK) == Unknown("Slack did not answer (timeout)")
    server.raw(HOOK_PATH, [])
    assert out.send(make_delivery(), HOOK) == Unknown("Slack did not answer (protocol)")


def test_an_endless_answer_is_cut(server: HttpServer, out: Notifiers) -> None:
    server.flood(HOOK_PATH)
    assert out.send(make_delivery(), HOOK) == Unknown("Slack did not answer (too_large)")


def test_every_reason_that_means_not_sent_is_a_certain_failure() -> None:
    assert set(posting._NOT_ARRIVED) == NOT_SENT


def test_an_address_that_is_not_listed_is_not_connected_to(server: HttpServer) -> None:
    with notifiers(allow=(), slack_webhook_base=server.url("/services")) as out:
        error = fail(out, HOOK)
    assert (error.reason, error.permanent) == ("refused_address", False)
    assert "TAPEWATCH_ALLOW_NETWORKS" in str(error)
    assert server.connections == 0


def test_the_token_is_never_told(server: HttpServer, out: Notifiers, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    told = []
    for url, path in ((HOOK, HOOK_PATH), (BOT, BOT_PATH)):
        secret = "C0CCCCCCCCCCCCCCCCCCCCCC" if url is HOOK else "xoxb-1-2-secretsecretsecret"
        for status, body in ((403, secret.encode()), (500, b"no " + secret.encode()), (200, b"{"), (200, secret.encode())):
            server.on(path, status=status, body=body)
            told.append(str(fail(out, url)))
        server.on(path, body=f'{{"ok": true, "x": "{secret}"}}')
        told.append(repr(out.send(make_delivery(), url)))
    told += [record.getMessage() for record in caplog.records]
    assert not [text for text in told if "C0CCCCCCCCCC" in text or "secretsecret" in text]


def test_government_webhooks_have_their_own_host() -> None:
    with notifiers(allow=()) as out:
        built = out._notifiers["slack"]
        assert isinstance(built, slack.SlackNotifier)
        target = SlackTarget("gov-hook", ("A", "B", "C"))
        assert built._address(target) == "https://hooks.slack-gov.com/services/A/B/C"


def test_several_channels_in_one_target_are_refused(out: Notifiers) -> None:
    error = fail(out, "slack://xoxb-1-2-abc/#a/#b")
    assert (error.reason, error.permanent) == ("configuration", True)


def test_four_hundred_alerts_are_one_message_within_slacks_limits(server: HttpServer, out: Notifiers) -> None:
    server.on(HOOK_PATH, Reply(200, b"ok"))
    out.send(make_delivery(*(make_alert(id=str(number), title=f"Alert {number}") for number in range(400))), HOOK)
    message = server.requests[0].json()
    assert len(server.requests) == 1
    assert len(message["blocks"]) <= 50
    assert message["blocks"][0]["text"]["text"].startswith("400 alerts (400 high): Alert 0")
    assert message["blocks"][-1]["elements"][0]["text"].endswith("more: http://page")


def test_a_target_of_another_kind_is_not_a_slack_target() -> None:
    with context() as built:
        for url in ("inbox://", "nonsense"):
            with pytest.raises(NotifyError) as caught:
                slack.SlackNotifier(built).send(make_delivery(), url)
            assert (caught.value.reason, caught.value.permanent) == ("configuration", True)
