"""What every notifier promises, asked of each kind in the map with a real server behind it."""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from service.errors import NotifyError
from service.model.delivery import Sent, Unknown
from service.notify import NOTIFIERS, REASONS, Notifiers, posting, smtp
from service.notify import apprise as apprise_notifier
from tests.support.alerts import make_alert
from tests.support.http_server import HttpServer, serve
from tests.support.notify import Inbox, make_delivery, notifiers
from tests.support.smtp_sink import HANG, SmtpSink, smtp_sink

SECRET = "CANARY0SECRET0VALUE0"
KEY = "0123456789abcdef"


@dataclass
class Case:
    """One kind of notifier, its target, and how its server is told to behave."""

    out: Notifiers
    url: str
    accept: Callable[[], None]
    refuse: Callable[[], None]
    fail: Callable[[], None]
    hang: Callable[[], None]
    received: Callable[[], list[str]]
    """The text of each message that arrived."""


def _email(stack: ExitStack) -> Case:
    sink: SmtpSink = stack.enter_context(smtp_sink(users={"me": SECRET}))
    out = stack.enter_context(notifiers())
    return Case(
        out,
        sink.url(user=f"me:{SECRET}"),
        accept=sink.calm,
        refuse=lambda: sink.on("RCPT", f"550 5.1.1 no such user {SECRET}"),
        fail=lambda: sink.on("RCPT", f"451 4.3.0 later {SECRET}"),
        hang=lambda: sink.on("DOT", HANG),
        received=lambda: [
            f"{mail.message['Message-ID']} {mail.message['Subject']}\n{mail.body('plain')}" for mail in sink.messages
        ],
    )


def _slack(stack: ExitStack) -> Case:
    server: HttpServer = stack.enter_context(serve())
    out = stack.enter_context(notifiers(slack_webhook_base=server.url("/services")))
    path = f"/services/T0AAAAAAA/B0BBBBBBB/{SECRET}"

    def received() -> list[str]:
        return [
            f"{request.headers['idempotency-key']} {json.dumps(_unescaped(request.json()), ensure_ascii=False)}"
            for request in server.requests
        ]

    return Case(
        out,
        f"slack://T0AAAAAAA/B0BBBBBBB/{SECRET}",
        accept=lambda: _ignore(server.on(path, body=b"ok")),
        refuse=lambda: _ignore(server.on(path, status=404, body=f"no_service {SECRET}")),
        fail=lambda: _ignore(server.on(path, status=503, body=SECRET)),
        hang=lambda: _ignore(server.hang(path)),
        received=received,
    )


def _webhook(stack: ExitStack) -> Case:
    server: HttpServer = stack.enter_context(serve())
    out = stack.enter_context(notifiers())
    path = f"/{SECRET}"

    def received() -> list[str]:
        return [f"{request.headers['webhook-id']} {request.body.decode()}" for request in server.requests]

    return Case(
        out,
        f"webhook+http://{SECRET}@127.0.0.1:{server.server_port}{path}?token={SECRET}",
        accept=lambda: _ignore(server.on(path, status=204)),
        refuse=lambda: _ignore(server.on(path, status=404, body=SECRET)),
        fail=lambda: _ignore(server.on(path, status=503, body=SECRET)),
        hang=lambda: _ignore(server.hang(path)),
        received=received,
    )


def _inbox(stack: ExitStack) -> Case:
    inbox = Inbox()
    out = stack.enter_context(notifiers(inbox=inbox))
    nothing = lambda: pytest.skip("the inbox is our own database")  # noqa: E731
    return Case(
        out,
        "inbox://",
        lambda: None,
        nothing,
        nothing,
        nothing,
        lambda: [f"{key} {kept.subject}\n{kept.text}" for key, kept in inbox.kept.items()],
    )


def _apprise(stack: ExitStack) -> Case:
    server: HttpServer = stack.enter_context(serve())
    out = stack.enter_context(notifiers())
    path = f"/{SECRET}"

    def received() -> list[str]:
        return [f"{request.json()['title']}\n{request.json()['message']}" for request in server.requests]

    return Case(
        out,
        f"json://me:{SECRET}@127.0.0.1:{server.server_port}{path}",
        accept=lambda: _ignore(server.on(path, status=200)),
        refuse=lambda: pytest.skip("Apprise does not say which failures are permanent"),
        fail=lambda: _ignore(server.on(path, status=503, body=SECRET)),
        hang=lambda: _ignore(server.hang(path)),
        received=received,
    )


def _ignore(value: object) -> None:
    del value


def _unescaped(value: object) -> object:
    if isinstance(value, dict):
        return {key: _unescaped(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_unescaped(each) for each in value]
    return value.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") if isinstance(value, str) else value


CASES: dict[str, Callable[[ExitStack], Case]] = {
    "email": _email,
    "slack": _slack,
    "webhook": _webhook,
    "inbox": _inbox,
    "apprise": _apprise,
}


def test_every_kind_has_a_case() -> None:
    assert set(CASES) == set(NOTIFIERS)


@pytest.fixture(params=sorted(CASES))
def case(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Case]:
    monkeypatch.setattr(smtp, "FINISH_SECONDS", 1.0)
    monkeypatch.setattr(posting, "TIMEOUT_SECONDS", 1.0)
    monkeypatch.setattr(apprise_notifier, "SERVICE_SECONDS", 1.0)
    with ExitStack() as stack:
        yield CASES[request.param](stack)


def tried(case: Case) -> NotifyError:
    with pytest.raises(NotifyError) as caught:
        case.out.send(make_delivery(key=KEY), case.url)
    return caught.value


def test_what_is_accepted_is_sent_and_holds_the_alert(case: Case) -> None:
    case.accept()
    assert isinstance(case.out.send(make_delivery(key=KEY), case.url), Sent)
    (message,) = case.received()
    for said in ("limit-up", "Yangtze Optical Fibre and Cable", "长飞光纤", "Example Wire", "rules/alerts/limit-up.yaml:8:9"):
        assert said in message


def test_every_copy_of_a_delivery_is_the_same(case: Case) -> None:
    case.accept()
    case.out.send(make_delivery(key=KEY), case.url)
    case.out.send(make_delivery(key=KEY), case.url)
    copies = case.received()
    assert len(set(copies)) == 1
    assert KEY in copies[0] or case.url.startswith("json://")


def test_what_can_never_be_delivered_is_permanent(case: Case) -> None:
    case.refuse()
    error = tried(case)
    assert error.permanent and error.reason == "rejected"


def test_what_may_work_later_is_not_permanent(case: Case) -> None:
    case.fail()
    error = tried(case)
    assert not error.permanent and error.reason in REASONS
    case.accept()
    assert isinstance(case.out.send(make_delivery(key=KEY), case.url), Sent)


def test_silence_after_the_message_is_unknown(case: Case) -> None:
    case.hang()
    assert isinstance(case.out.send(make_delivery(key=KEY), case.url), Unknown)


@pytest.mark.parametrize("behaviour", ["refuse", "fail", "hang"])
def test_no_secret_is_told(case: Case, behaviour: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.handler.addFilter(lambda record: not record.name.startswith("mail"))  # the sink's own log
    getattr(case, behaviour)()
    try:
        told = repr(case.out.send(make_delivery(key=KEY), case.url))
    except NotifyError as error:
        told = f"{error!r} {error}"
        assert error.__cause__ is None
    told += repr(case.out) + "".join(record.getMessage() for record in caplog.records)
    assert SECRET not in told


@pytest.mark.parametrize(
    "text",
    [
        "<!channel> everyone",
        r"look <https://x|\g<2>> here",
        "<script>alert(1)</script>",
        "{{ 7*7 }} ${7*7} <%= 7*7 %> {% raw %}",
        "*bold* _it_ ~s~ `code` [l](http://x) **b**",
        "a.b .. QUIT",
        "=?utf-8?q?x?= %0d%0aBcc: a@example.com",
        "長飛光纖 🚀 é́ ＊ST",
    ],
)
def test_hostile_text_arrives_literally_and_once(case: Case, text: str) -> None:
    case.accept()
    hostile = make_alert(title=text, subject=text, headline=text, publisher=text, reason=text)
    case.out.send(make_delivery(hostile, key=KEY), case.url)
    (message,) = case.received()
    assert message.count(text) + message.count(json.dumps(text, ensure_ascii=False)[1:-1]) >= 4


def test_a_broken_target_is_a_configuration_error(case: Case) -> None:
    with pytest.raises(NotifyError) as caught:
        case.out.send(make_delivery(), f"nothing://{SECRET}")
    assert (caught.value.reason, caught.value.permanent) == ("configuration", True)
    assert SECRET not in str(caught.value)
