"""Mail against a real SMTP server: what is accepted, refused, dropped and kept waiting, and what the wire looks like."""

import logging
import re
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from service.errors import NotifyError
from service.model.delivery import Sent, Unknown
from service.model.span import Span
from service.notify import Notifiers, smtp
from service.notify import email as mail
from tests.support.alerts import make_alert
from tests.support.http_server import CERTIFICATE
from tests.support.notify import context, make_delivery, notifiers
from tests.support.smtp_sink import DROP, HANG, SmtpSink, smtp_sink

PASSWORD = "pa@ss/w#r?d%:CANARY"
ENCODED = "pa%40ss%2Fw%23r%3Fd%25%3ACANARY"


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with smtp_sink() as sink:
        yield sink


@pytest.fixture
def out() -> Iterator[Notifiers]:
    with notifiers() as out:
        yield out


def fail(out: Notifiers, url: str) -> NotifyError:
    with pytest.raises(NotifyError) as caught:
        out.send(make_delivery(), url)
    return caught.value


def test_a_mail_arrives_once_with_everything(sink: SmtpSink, out: Notifiers) -> None:
    excerpt = "It rocketed to a limit-up within minutes."
    alert = make_alert(excerpt=excerpt, marks=(Span(17, 25),))
    outcome = out.send(make_delivery(alert), sink.url(query="&name=Market%20Desk&reply=boss@example.com&%2BX-Team=a"))
    assert isinstance(outcome, Sent) and "queued as 42" in outcome.detail
    (received,) = sink.messages
    message = received.message
    assert received.sender == "alerts@tapewatch.example"
    assert received.recipients == ("ops@example.com",)
    assert message["To"] == "ops@example.com"
    assert message["From"] == "Market Desk <alerts@tapewatch.example>"
    assert message["Subject"] == "[HIGH] Yangtze Optical Fibre and Cable (长飞光纤) hits limit-up"
    assert message["Message-ID"] == f"<tapewatch.{'d3adbeef' * 4}@tapewatch.example>"
    assert message["Date"] == "Mon, 22 Dec 2025 08:00:00 +0000"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Reply-To"] == "boss@example.com"
    assert message["X-Team"] == "a"
    assert message.get_content_type() == "multipart/alternative"
    assert "rocketed to a ⟦limit-up⟧ within" in received.body("plain")
    assert ">limit-up</mark>" in received.body("html")


def test_every_copy_is_the_same_message(sink: SmtpSink, out: Notifiers) -> None:
    out.send(make_delivery(), sink.url())
    out.send(make_delivery(), sink.url())
    first, second = sink.messages
    assert first.raw == second.raw


def test_the_wire_holds_no_bare_line_end_and_no_long_line(sink: SmtpSink, out: Notifiers) -> None:
    poison = make_alert(excerpt="a\n.\nb\r.\rc\n.\r\nd" + "x" * 5000, marks=(), title=".\r\n.\r\nQUIT", headline="长" * 900)
    out.send(make_delivery(poison), sink.url())
    assert len(sink.messages) == 1
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", sink.wire)
    assert max(len(line) for line in sink.wire.split(b"\r\n")) <= 998
    assert sink.wire.isascii()


TABLE = [
    ("GREETING", "421 4.3.2 too busy", "server_error", False),
    ("GREETING", "554 5.7.1 not you", "rejected", False),
    ("EHLO", "421 4.3.2 shutting down", "server_error", False),
    ("MAIL", "451 4.3.0 try again", "server_error", False),
    ("MAIL", "550 5.7.1 sender refused", "rejected", True),
    ("MAIL", "530 5.7.0 log in first", "auth", False),
    ("MAIL", "552 5.3.4 too big", "too_large", True),
    ("RCPT", "421 4.7.0 slow down", "server_error", False),
    ("RCPT", "450 4.2.0 greylisted", "server_error", False),
    ("RCPT", "451 4.3.0 try again", "server_error", False),
    ("RCPT", "452 4.2.2 mailbox full", "server_error", False),
    ("RCPT", "550 5.1.1 no such user", "rejected", True),
    ("RCPT", "552 5.2.2 over quota", "rejected", True),
    ("RCPT", "553 5.1.3 bad mailbox", "rejected", True),
    ("DATA", "451 4.3.0 not now", "server_error", False),
    ("DATA", "554 5.5.1 no valid recipients", "rejected", True),
    ("DOT", "451 4.3.0 not now", "server_error", False),
    ("DOT", "552 5.3.4 too big", "too_large", True),
    ("DOT", "554 5.7.1 looks like spam", "rejected", True),
    ("DOT", "200 what", "other", False),
]


@pytest.mark.parametrize(("command", "answer", "reason", "permanent"), TABLE, ids=[f"{row[0]} {row[1][:3]}" for row in TABLE])
def test_each_refusal_has_its_class(
    sink: SmtpSink, out: Notifiers, command: str, answer: str, reason: str, permanent: bool
) -> None:
    sink.on(command, answer)
    if command == "EHLO":
        sink.on("HELO", answer)
    error = fail(out, sink.url())
    assert (error.reason, error.permanent) == (reason, permanent)
    assert str(error).startswith(f"127.0.0.1:{sink.port} refused to let us ")
    assert answer[:3] in str(error)


def test_a_refused_recipient_costs_nobody_else_anything(sink: SmtpSink, out: Notifiers) -> None:
    sink.on("RCPT", "550 5.1.1 no such user", times=1)
    assert fail(out, sink.url("bad@example.com")).permanent
    assert isinstance(out.send(make_delivery(), sink.url("good@example.com")), Sent)
    assert [received.recipients for received in sink.messages] == [("good@example.com",)]


@pytest.mark.parametrize("how", [HANG, DROP])
def test_silence_after_the_final_dot_is_unknown(
    sink: SmtpSink, out: Notifiers, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(smtp, "FINISH_SECONDS", 0.3)
    sink.on("DOT", how, times=1)
    outcome = out.send(make_delivery(), sink.url())
    assert isinstance(outcome, Unknown) and "no answer" in outcome.detail
    assert isinstance(out.send(make_delivery(), sink.url()), Sent)
    first, second = sink.messages
    assert first.message["Message-ID"] == second.message["Message-ID"]


def test_the_answer_to_the_final_dot_is_waited_for_as_long_as_mail_needs() -> None:
    assert smtp.FINISH_SECONDS >= 60


@pytest.mark.parametrize("command", ["GREETING", "MAIL", "RCPT", "DATA"])
def test_silence_before_the_message_is_a_certain_failure(
    sink: SmtpSink, out: Notifiers, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setattr(smtp, "COMMAND_SECONDS", 0.3)
    monkeypatch.setattr(smtp, "CONNECT_SECONDS", 0.3)
    sink.on(command, HANG)
    error = fail(out, sink.url())
    assert (error.reason, error.permanent) == ("timeout", False)
    assert sink.messages == []


def test_a_server_that_drips_is_cut_off(sink: SmtpSink, out: Notifiers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "BEGIN_SECONDS", 0.3)
    sink.on("RCPT", HANG)
    error = fail(out, sink.url())
    assert error.reason == "timeout"


def test_a_dropped_connection_before_the_message(sink: SmtpSink, out: Notifiers) -> None:
    sink.on("DATA", DROP)
    error = fail(out, sink.url())
    assert (error.reason, error.permanent) == ("connection", False)


def test_trouble_at_goodbye_changes_nothing(sink: SmtpSink) -> None:
    sink.on("QUIT", DROP)
    with notifiers() as out:
        assert isinstance(out.send(make_delivery(), sink.url()), Sent)


def test_nobody_listens(out: Notifiers) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        error = fail(out, f"mailto://127.0.0.1:{port}/?from=a@example.com&to=b@example.com")
    assert (error.reason, error.permanent) == ("connection", False)
    assert "Connection refused" in str(error)


def test_a_name_without_address(out: Notifiers) -> None:
    error = fail(out, "mailto://nowhere.invalid:2525/?from=a@example.com&to=b@example.com")
    assert error.reason == "connection"


# --- connections ---


def test_successive_mails_share_a_connection(sink: SmtpSink, out: Notifiers) -> None:
    for number in range(5):
        out.send(make_delivery(key=f"key-{number}"), sink.url(f"user{number}@example.com"))
    assert sink.connections == 1
    assert [received.recipients[0] for received in sink.messages] == [f"user{number}@example.com" for number in range(5)]


def test_a_kept_connection_that_died_is_replaced_without_a_lost_try(sink: SmtpSink, out: Notifiers) -> None:
    out.send(make_delivery(), sink.url())
    sink.on("MAIL", "421 4.4.2 idle too long", times=1)
    assert isinstance(out.send(make_delivery(), sink.url()), Sent)
    sink.on("MAIL", DROP, times=1)
    assert isinstance(out.send(make_delivery(), sink.url()), Sent)
    assert sink.connections == 3


def test_a_refusal_on_a_kept_connection_is_not_asked_twice(sink: SmtpSink, out: Notifiers) -> None:
    out.send(make_delivery(), sink.url())
    sink.on("RCPT", "450 4.2.0 greylisted", times=1)
    assert fail(out, sink.url()).reason == "server_error"
    assert sink.count("RCPT") == 2


def test_an_old_connection_is_not_used_again(sink: SmtpSink, out: Notifiers, monkeypatch: pytest.MonkeyPatch) -> None:
    out.send(make_delivery(), sink.url())
    monkeypatch.setattr(mail, "KEEP_SECONDS", 0.0)
    out.send(make_delivery(), sink.url())
    assert sink.connections == 2


def test_many_threads_share_nothing_they_should_not(sink: SmtpSink, out: Notifiers) -> None:
    with ThreadPoolExecutor(8) as threads:
        futures = [threads.submit(out.send, make_delivery(key=f"k{number}"), sink.url()) for number in range(40)]
        assert all(isinstance(future.result(), Sent) for future in futures)
    assert {received.message["Message-ID"] for received in sink.messages} == {
        f"<tapewatch.k{number}@tapewatch.example>" for number in range(40)
    }
    assert sink.connections < 40


# --- secrets and TLS ---


def test_a_password_with_every_awkward_character_logs_in() -> None:
    with smtp_sink(users={"me@example.com": PASSWORD}) as sink, notifiers() as out:
        assert isinstance(out.send(make_delivery(), sink.url(user=f"me%40example.com:{ENCODED}")), Sent)
        assert sink.logins == [("me@example.com", PASSWORD)]


def test_a_password_beyond_ascii_logs_in() -> None:
    with smtp_sink(users={"me": "密码"}) as sink, notifiers() as out:
        assert isinstance(out.send(make_delivery(), sink.url(user="me:%E5%AF%86%E7%A0%81")), Sent)


def test_a_refused_login_is_one_login_and_waits_long(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with smtp_sink(users={"me": "other"}) as sink, notifiers() as out:
        sink.on("AUTH", f"535 5.7.8 {PASSWORD} is wrong")
        error = fail(out, sink.url(user=f"me:{ENCODED}"))
        assert (error.reason, error.permanent) == ("auth", False)
        assert error.retry_after is not None and 3600 / error.retry_after <= 3
        assert sink.count("AUTH") == 1
        assert "CANARY" not in str(error) and "[secret]" in str(error)
        assert error.__cause__ is None and error.__suppress_context__
    assert "CANARY" not in "".join(record.getMessage() for record in caplog.records if not record.name.startswith("mail"))


def test_the_login_mechanism_is_what_the_server_offers() -> None:
    with smtp_sink(users={"me": "right"}, without=("PLAIN",)) as sink, notifiers() as out:
        assert isinstance(out.send(make_delivery(), sink.url(user="me:right")), Sent)
    with smtp_sink(users={"me": "right"}) as sink, notifiers() as out:
        sink.on("EHLO", "250-sink\r\n250 AUTH GSSAPI", times=1)
        error = fail(out, sink.url(user="me:right"))
        assert error.reason == "auth" and "no login that we know" in str(error)


@pytest.mark.parametrize("tls", ["starttls", "ssl"])
def test_a_self_signed_server_is_refused_before_the_password(tls: str) -> None:
    with smtp_sink(tls=tls, users={"me": PASSWORD}) as sink, notifiers() as out:
        error = fail(out, sink.url(user=f"me:{ENCODED}", host="localhost"))
        assert (error.reason, error.permanent) == ("tls", False)
        assert error.retry_after is not None and 3600 / error.retry_after <= 3
        assert "self-signed" in str(error)
        assert sink.count("AUTH") == 0 and b"AUTH" not in sink.wire and sink.logins == []


@pytest.mark.parametrize("tls", ["starttls", "ssl"])
def test_a_trusted_server_gets_the_password_and_the_mail(tls: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with smtp_sink(tls=tls, users={"me": PASSWORD}) as sink, notifiers() as out:
        assert isinstance(out.send(make_delivery(), sink.url(user=f"me:{ENCODED}", host="localhost")), Sent)
        assert sink.logins == [("me", PASSWORD)]
        assert sink.messages[0].tls


@pytest.mark.parametrize("tls", ["starttls", "ssl"])
def test_a_certificate_for_another_name_is_refused(tls: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with smtp_sink(tls=tls, users={"me": PASSWORD}) as sink, notifiers() as out:
        error = fail(out, sink.url(user=f"me:{ENCODED}"))
        assert error.reason == "tls" and sink.logins == []


@pytest.mark.parametrize("tls", ["starttls", "ssl"])
def test_verify_no_is_an_explicit_choice(tls: str) -> None:
    with smtp_sink(tls=tls) as sink, notifiers() as out:
        assert isinstance(out.send(make_delivery(), sink.url(query="&verify=no")), Sent)


def test_a_server_without_tls_gets_no_password() -> None:
    with smtp_sink(users={"me": PASSWORD}) as sink, notifiers() as out:
        error = fail(out, sink.url(user=f"me:{ENCODED}", query="&mode=starttls"))
        assert error.reason == "tls" and "mode=insecure" in str(error)
        assert sink.logins == []


# --- where it may connect ---


def test_an_address_that_is_not_listed_is_not_connected_to(sink: SmtpSink) -> None:
    with notifiers(allow=()) as out:
        error = fail(out, sink.url())
    assert error.reason == "refused_address"
    assert "TAPEWATCH_ALLOW_NETWORKS" in str(error)
    assert sink.connections == 0


def test_a_name_that_resolves_to_loopback_is_refused_too(sink: SmtpSink) -> None:
    with notifiers(allow=("192.168.1.0/24",)) as out:
        assert fail(out, sink.url(host="localhost")).reason == "refused_address"
    assert sink.connections == 0


# --- targets that cannot be ---


@pytest.mark.parametrize(
    "url",
    [
        "mailto://127.0.0.1:2525/?to=b@example.com&from=nobody",
        "mailto://127.0.0.1:2525/?from=a@example.com&to=b@example.com,c@example.com",
        "mailto://127.0.0.1:2525/?from=a@example.com&to=b",
        "mailto://127.0.0.1:2525/?from=a@example.com&to=b@example.com&pgp=sign",
    ],
)
def test_a_target_that_cannot_be_is_a_configuration_error(out: Notifiers, url: str) -> None:
    error = fail(out, url)
    assert (error.reason, error.permanent) == ("configuration", True)


def test_a_target_of_another_kind_is_not_a_mail_target() -> None:
    with context() as built:
        notifier = mail.EmailNotifier(built)
        for url in ("inbox://", "nonsense"):
            with pytest.raises(NotifyError) as caught:
                notifier.send(make_delivery(), url)
            assert (caught.value.reason, caught.value.permanent) == ("configuration", True)


def test_addresses_go_over_the_wire_in_ascii() -> None:
    assert mail._ascii(("长", "desk@例子.测试")) == ("长", "desk@xn--fsqu00a.xn--0zwm56d")
    with pytest.raises(NotifyError, match="use an ASCII one"):
        mail._ascii(("", "büro@example.com"))


def test_a_server_that_repeats_the_login_tells_nothing() -> None:
    with smtp_sink(users={"me": "x"}) as sink, notifiers() as out:
        sink.on("AUTH", "535 5.7.8 AUTH PLAIN AG1lAENBTkFSWS1wYXNz CANARY-pass Q0FOQVJZLXBhc3M=")
        assert str(fail(out, sink.url(user="me:CANARY-pass"))).endswith("535 5.7.8 AUTH PLAIN [secret] [secret] [secret]")


def test_more_connections_than_are_kept_are_left(sink: SmtpSink, out: Notifiers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "KEEP_EACH", 0)
    out.send(make_delivery(), sink.url())
    out.send(make_delivery(), sink.url())
    assert (sink.connections, sink.count("QUIT")) == (2, 2)


def test_a_host_name_that_cannot_be(out: Notifiers) -> None:
    assert fail(out, f"mailto://{'x' * 70}.example.com/?from=a@example.com&to=b@example.com").permanent
    with pytest.raises(OSError, match="not a host name"):
        smtp._addresses(f"{'ü' * 70}.example.com", 25)
