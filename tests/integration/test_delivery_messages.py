"""Faults 48 and 54: templates that fail and texts that no mail can carry as they are; the message arrives all the same, once."""

import re
from collections.abc import Iterator
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from service.clock import utc_now
from service.model.delivery import DeliveryState
from service.storage.database import Database, open_database
from service.storage.tables import DELIVERIES
from tests.support.folder import rss, write_rules
from tests.support.http_server import serve
from tests.support.outbox import SECRETS, finish, outbox, queue, status
from tests.support.process import running, wait_until
from tests.support.smtp_sink import Mail, SmtpSink, smtp_sink

PATH = f"/services/T0AAAAAAA/B0BBBBBBB/{SECRETS['TOKEN']}"
BOMB = "{{ headline " + "| replace: 'p', headline " * 60 + "}}"
"""No variable in it is unknown; what it writes grows beyond all limits as soon as a headline holds a p."""
ROUTES = """\
route: {receiver: desk}
receivers:
  - name: desk
    templates: {subject: "{{ facts.stage }}", text: "%s"}
    targets: ["%s", "slack://T0AAAAAAA/B0BBBBBBB/${TOKEN}"]
"""

RAW_LIMIT = 512 * 1024
BIDI_CONTROLS = re.compile("[\u202a-\u202e\u2066\u2067]")
FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
HEBREW = "\u05d0\u05d1\u05d2 \u05d3\u05d4\u05d5"


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with smtp_sink() as mail:
        yield mail


def test_48_templates_that_fail_when_a_message_is_written_cost_no_alert(
    tmp_path: Path, empty_database_url: str, sink: SmtpSink
) -> None:
    """Both pass the check of the rules: one says nothing of this event, the other hits a limit with this headline."""
    with serve() as web:
        web.on(PATH, body="ok")
        url = web.feed("/feed", rss(("1", "p" * 300, "Lumentum hit limit-up.")))
        source = f"{{id: wire, kind: feed, url: '{url}', interval: 1h, language: en, baseline: false}}"
        write_rules(tmp_path, routes=ROUTES % (BOMB, sink.url()), sources=f"sources: [{source}]\n")
        env = {
            "TAPEWATCH_DATABASE_URL": empty_database_url,
            "TAPEWATCH_ALLOW_NETWORKS": f"127.0.0.1/32:{web.server_port},127.0.0.1/32:{sink.port}",
            "TAPEWATCH_TICK": "100ms",
            "TAPEWATCH_SLACK_WEBHOOK_BASE": web.url("/services"),
            **SECRETS,
        }
        with running(tmp_path, env) as service:
            wait_until(lambda: len(recorded(empty_database_url, "sent")) == 2, 40, lambda: service.log)
        [mail] = sink.messages
        [post] = web.to(PATH)
    assert mail.message["Subject"] == "[HIGH] Lumentum hits limit-up"
    assert "HIGH: Lumentum hits limit-up" in mail.body("plain")
    assert b"HIGH: Lumentum hits limit-up" in post.body
    for detail in recorded(empty_database_url, "sent"):
        assert "the subject template of receiver desk failed, so the default was sent: it says nothing" in detail
        assert "the text template of receiver desk failed, so the default was sent: " in detail


def recorded(url: str, state: str) -> list[str]:
    """What is recorded of the deliveries in this state."""
    with closing(open_database(url, utc_now)) as database, database.read() as connection:
        return list(connection.scalars(select(DELIVERIES.c.last_detail).where(DELIVERIES.c.state == state)))


def sent_as_mail(database: Database, sink: SmtpSink, text: str) -> Mail:
    """The one mail about an alert that says `text` everywhere, and in its body all of it."""
    names = ("title", "subject", "alias", "headline", "excerpt", "reason", "publisher")
    said: dict[str, Any] = dict.fromkeys(names, text[:100_000])
    queue(database, [1], sink.url(), marks=(), body=text, **said)
    with outbox(database) as out:
        finish(database, out)
    [told] = status(database, 1)
    assert told.state is DeliveryState.SENT
    [mail] = sink.messages
    assert mail.recipients == ("ops@example.com",)
    return mail


def parsed(mail: Mail) -> EmailMessage:
    """The message, which is sound in all its parts and on the wire."""
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", mail.raw), "a bare line end"
    assert max(map(len, mail.raw.split(b"\r\n"))) <= 998
    assert mail.raw.isascii() and b"\0" not in mail.raw
    message = mail.message
    assert [part.defects for part in message.walk()] == [[], [], []]
    assert [part.get_content_type() for part in message.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert not message["Subject"].defects
    return message


def test_54_ten_megabytes_are_cut_to_a_message(database: Database, sink: SmtpSink) -> None:
    mail = sent_as_mail(database, sink, "Alder Optics 甲山光电 <b>& \n" * 300_000)
    parsed(mail)
    assert len(mail.raw) < RAW_LIMIT


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("x" * 998, "x" * 200),
        ("长" * 998, "长" * 200),
        (f"{'x' * 997}\n.\n.", "x" * 200),
        ("Alder\0 Optics\0", "Alder Optics"),
        ("Alder 🚀👩\u200d💻🇨🇳 Optics", "Alder 🚀👩\u200d💻🇨🇳 Optics"),
    ],
    ids=["line of 998", "wide line of 998", "dots", "NUL", "emoji"],
)
def test_54_what_a_mail_cannot_carry_as_it_is_parses_back(database: Database, sink: SmtpSink, text: str, shown: str) -> None:
    mail = sent_as_mail(database, sink, text)
    message = parsed(mail)
    assert shown in mail.body("plain")
    assert shown in mail.body("html")
    assert shown[:100] in str(message["Subject"])


def test_54_text_that_runs_from_right_to_left_reorders_nothing_around_it(database: Database, sink: SmtpSink) -> None:
    mail = sent_as_mail(database, sink, f"Alder \u202e{HEBREW}\u202d \u2067Optics")
    parsed(mail)
    plain, html = mail.body("plain"), mail.body("html")
    assert not BIDI_CONTROLS.search(plain + html + str(mail.message["Subject"]))
    for line in plain.splitlines():
        before, hebrew, _ = line.partition(HEBREW)
        if hebrew:
            assert before.count(FIRST_STRONG_ISOLATE) > before.count(POP_ISOLATE), line
        assert line.count(FIRST_STRONG_ISOLATE) == line.count(POP_ISOLATE), line
    assert HEBREW in plain and HEBREW in html
