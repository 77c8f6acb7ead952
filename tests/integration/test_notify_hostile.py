"""Hostile strings that nobody here wrote, as headline, subject, source, title and link: they arrive as literal text, once."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest

from service.model.alert import Alert, Novelty
from service.model.delivery import Background, Delivery, Digest, Sent, Thread
from service.model.span import Span
from service.notify import Notifiers, render
from service.notify.render.clean import line
from service.notify.render.mail import compose_mail, subject_of
from service.notify.render.slack import slack_message
from service.notify.render.telling import template_fault
from service.notify.render.words import in_words
from tests.support.alerts import NOW, make_alert
from tests.support.corpora import members
from tests.support.html_page import Page
from tests.support.http_server import HttpServer, serve
from tests.support.notify import HOOK, make_delivery, notifiers
from tests.support.smtp_sink import SmtpSink, smtp_sink

pytestmark = pytest.mark.corpora

PAYLOADS = "payloads/PayloadsAllTheThings"
MAX_STRINGS = 500
"""Of each list."""


def alert(text: str) -> Alert:
    return make_alert(
        title=text,
        subject=text,
        alias=text,
        headline=text,
        source=text,
        publisher=text,
        reason=text,
        excerpt=text,
        marks=(Span(0, min(5, len(text))),),
        link=text,
        outlets=(text, f"{text} also"),
        body=text,
    )


def update(text: str) -> Delivery:
    """The text in everything that a message says beside the alert itself."""
    later = replace(alert(text), id="u", novelty=Novelty.UPDATE, follows="f", labels={"sector": text}, facts={"stage": text})
    background = {"u": Background(text, "ipo", {"stage": f"{text} before"}, (text,), (text,))}
    thread = Thread("f", (f"<{text}@x.example>", "<first@x.example>"), text)
    return replace(make_delivery(later, receiver=text), background=background, thread=thread, footer="latency")


def digest(text: str) -> Delivery:
    return replace(update(text), digest=Digest(text, NOW, NOW + timedelta(hours=8), text))


def templated(text: str) -> Delivery:
    return replace(
        update(text), templates={"subject": "s {{ title }}", "text": "t {{ headline }}\n{{ labels.sector }} {{ outlets }}"}
    )


def _lines(prefix: str) -> list[str]:
    found: dict[str, None] = {}
    for name, content in members("corpora/hostile.tar.gz", prefix).items():
        if name.endswith((".txt", ".fuzz")):
            found |= dict.fromkeys(each for each in content.decode("utf-8", "replace").splitlines() if each.strip())
    return list(found)[:MAX_STRINGS]


@pytest.fixture(scope="module")
def strings() -> list[str]:
    """The naughty strings whole, and a good number of the payload lists'."""
    naughty = json.loads(members("corpora/hostile.tar.gz", "payloads/blns/blns.json")["payloads/blns/blns.json"])
    injected = [text.encode().decode("unicode_escape", "replace") for text in _lines(f"{PAYLOADS}/CRLF Injection")]
    lists = ("XSS Injection/Intruders", "Server Side Template Injection/Intruder", "CRLF Injection", "Open Redirect/Intruder")
    return [*naughty, *injected, *(text for part in lists for text in _lines(f"{PAYLOADS}/{part}"))]


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with smtp_sink() as sink:
        yield sink


@pytest.fixture
def server() -> Iterator[HttpServer]:
    with serve() as server:
        server.on("/services/" + HOOK.removeprefix("slack://"), body=b"ok")
        yield server


@pytest.fixture
def out(server: HttpServer) -> Iterator[Notifiers]:
    with notifiers(slack_webhook_base=server.url("/services")) as out:
        yield out


def test_html_and_mime_hold_no_markup_but_ours(strings: list[str]) -> None:
    ours = Page(render(make_delivery(make_alert())).html)
    for text in strings:
        delivery = make_delivery(alert(text))
        rendered = render(delivery)
        page = Page(rendered.html)
        assert set(page.tags) <= set(ours.tags), text
        assert page.attributes <= ours.attributes, text
        assert all(link.startswith(("http://", "https://")) for link in page.links), text
        assert line(text, 300) in page.text, text
        parsed = message_from_bytes(compose_mail(delivery, rendered, ("", "a@x.example"), ("", "b@x.example")), policy=default)
        assert (parsed["To"], parsed.get_all("Bcc"), parsed["Subject"]) == ("b@x.example", None, rendered.subject), text


@pytest.mark.parametrize("make", [update, digest, templated])
def test_whatever_a_message_is_made_of_its_markup_is_ours(strings: list[str], make: Callable[[str], Delivery]) -> None:
    page = Page(render(make("plain words")).html)
    tags, attributes = {*page.tags, "mark", "a", "blockquote"}, page.attributes | {"href", "rel"}
    for text in [*strings[:200], *strings[200::10]]:
        delivery = make(text)
        rendered = render(delivery, "http://page.example")
        assert template_fault(delivery) == "", text
        page = Page(rendered.html)
        assert set(page.tags) <= tags and page.attributes <= attributes, text
        assert all(link.startswith(("http://", "https://", "cid:chart.")) for link in page.links), text
        assert line(text)[:59].strip() in page.text, text
        raw = compose_mail(delivery, rendered, ("", "a@x.example"), ("", "b@x.example"))
        parsed = message_from_bytes(raw, policy=default)
        assert (parsed["To"], parsed.get_all("Bcc"), parsed.get_all("Cc")) == ("b@x.example", None, None), text
        assert parsed["Subject"] == subject_of(delivery, rendered), text
        assert delivery.digest or str(parsed["References"]).split()[-1] == "<first@x.example>", text
        said = list(_strings(slack_message(delivery)))
        assert not [each for each in said if re.search(r"<[!@#a-z]", each, re.IGNORECASE)], text


def test_each_naughty_string_is_one_mail_to_the_one_recipient(strings: list[str], sink: SmtpSink, out: Notifiers) -> None:
    chosen = strings[:700]
    for number, text in enumerate(chosen):
        assert isinstance(out.send(make_delivery(alert(text), key=f"k{number}"), sink.url()), Sent), text
    assert len(sink.messages) == len(chosen)
    for number, (text, received) in enumerate(zip(chosen, sink.messages, strict=True)):
        assert received.recipients == ("ops@example.com",), text
        assert received.message["Message-ID"] == f"<tapewatch.k{number}@tapewatch.example>"
        assert line(text, 300) in received.body("plain").replace("\u2068", "").replace("\u2069", ""), text
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", sink.wire)


def test_each_string_arrives_in_slack_literally(strings: list[str], server: HttpServer, out: Notifiers) -> None:
    for text in strings:
        assert isinstance(out.send(make_delivery(alert(text)), HOOK), Sent), text
    for sent, request in zip(strings, server.requests, strict=True):
        told = list(_strings(request.json()))
        assert not [text for text in told if re.search(r"<[!@#a-z]", text, re.IGNORECASE)]
        whole = "\n".join(told).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        assert in_words(alert(sent)).source in whole.replace("\u2068", "").replace("\u2069", ""), sent


def test_each_string_arrives_at_a_webhook_literally(strings: list[str], server: HttpServer, out: Notifiers) -> None:
    server.on("/hook")
    target = f"webhook+http://0123456789abcdef@127.0.0.1:{server.server_port}/hook"
    for number, text in enumerate(strings):
        assert isinstance(out.send(make_delivery(alert(text), key=f"k{number}"), target), Sent), text
    assert len(server.requests) == len(strings)
    for number, (text, request) in enumerate(zip(strings, server.requests, strict=True)):
        event = request.json()
        (told,) = event["data"]["alerts"]
        assert event["id"] == request.headers["webhook-id"] == f"k{number}", text
        assert {told[name] for name in ("title", "subject", "headline", "publisher", "reason")} == {line(text)}, text
        assert told["excerpt"].encode() == text.encode("utf-8", "replace"), text
        assert told["link"].startswith(("http://", "https://")) or not told["link"], text


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _strings(each)
    elif isinstance(value, str):
        yield value
