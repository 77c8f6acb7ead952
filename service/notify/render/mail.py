"""The MIME message of a delivery.

Guarantee: exactly one recipient, headers that hold nothing but what is named here, CRLF line ends and 7-bit lines only, and the
same bytes for every copy (Message-ID, date and boundaries come from the delivery). The message is written here, line by line: the
standard library's classes would decode an `=?…?=` that a headline contains, and take ten times as long. Updates hang below what
they follow: References name those mails, and a mail that holds nothing else keeps their subject. A digest is no answer.
"""

import re
from base64 import b64encode, encodebytes
from binascii import b2a_qp
from collections.abc import Iterator
from email.utils import format_datetime, formataddr

from service.model.alert import Novelty
from service.model.delivery import Delivery
from service.notify.render import Rendered
from service.notify.render.clean import line

_OWN = frozenset(
    {"from", "to", "cc", "bcc", "sender", "subject", "date", "message-id", "auto-submitted", "mime-version"}
    | {"content-type", "content-transfer-encoding", "in-reply-to", "references"}
)
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,250}>")
MAX_REFERENCES = 12
"""The first and the latest ones; more make a header that some servers refuse."""
MAX_KEPT = 300
"""Characters of the subject of a thread."""
MAX_WORDS = 76
"""Characters of a line of a header that is not plain ASCII."""
_HEADER_NAME = re.compile(r"[A-Za-z0-9-]{1,60}")


def compose_mail(
    delivery: Delivery,
    rendered: Rendered,
    sender: tuple[str, str],
    recipient: tuple[str, str],
    extra: tuple[tuple[str, str], ...] = (),
) -> bytes:
    """`sender` and `recipient` are (name, ASCII address); `extra` are headers from the target's URL, ours win."""
    key = re.sub(r"[^A-Za-z0-9._-]", "", delivery.key)
    headers = {
        "From": _mailbox("From", *sender),
        "To": _mailbox("To", *recipient),
        "Subject": _encoded("Subject", subject_of(delivery, rendered)),
        "Date": format_datetime(delivery.created_at),
        "Message-ID": message_id(delivery, sender[1]),
        **_thread(delivery),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    headers |= {name: _encoded(name, value) for name, value in extra if _HEADER_NAME.fullmatch(name) and name.lower() not in _OWN}
    page = _text("html", rendered.html)
    if rendered.chart:
        page = _several("related", f"=_tapewatch_{key}_chart", page, _picture(rendered))
    body = _several("alternative", f"=_tapewatch_{key}", _text("plain", rendered.text), page)
    lines = [*(f"{name}: {value}" for name, value in headers.items()), "MIME-Version: 1.0"]
    return "".join(f"{line}\n" for line in lines).replace("\n", "\r\n").encode("ascii") + body


def message_id(delivery: Delivery, sender: str) -> str:
    """The same for every copy; `sender` is an ASCII address."""
    key = re.sub(r"[^A-Za-z0-9._-]", "", delivery.key)
    return f"<tapewatch.{key}@{sender.rpartition('@')[2]}>"


def subject_of(delivery: Delivery, rendered: Rendered) -> str:
    """The subject of the thread where the mail holds nothing but its updates: mail programs keep a thread together by it."""
    return f"Re: {kept}" if (kept := kept_subject(delivery)) else rendered.subject


def kept_subject(delivery: Delivery) -> str:
    """The subject of the thread that the whole delivery goes on with, or ""."""
    thread = delivery.thread
    if thread is None or delivery.digest:
        return ""
    alone = all(alert.novelty is Novelty.UPDATE and alert.follows == thread.key for alert in delivery.alerts)
    return line(thread.subject, MAX_KEPT) if alone else ""


def _thread(delivery: Delivery) -> dict[str, str]:
    thread = delivery.thread
    parents = [each for each in thread.parents if _MESSAGE_ID.fullmatch(each)] if thread and not delivery.digest else []
    if not parents:
        return {}
    shown = parents if len(parents) <= MAX_REFERENCES else [parents[0], *parents[1 - MAX_REFERENCES :]]
    return {"In-Reply-To": shown[-1], "References": "\n ".join(shown)}


def _several(kind: str, boundary: str, *parts: bytes) -> bytes:
    """Neither encoding of a part can write the `=_` that a boundary begins with."""
    mark = f"--{boundary}".encode("ascii")
    head = f'Content-Type: multipart/{kind};\r\n boundary="{boundary}"\r\n'.encode("ascii")
    return head + b"".join(b"\r\n" + mark + b"\r\n" + part for part in parts) + b"\r\n" + mark + b"--\r\n"


def _text(kind: str, text: str) -> bytes:
    raw = text.replace("\r", "").replace("\n", "\r\n").encode("utf-8", "replace")
    encoding = _encoding(raw)
    body = b2a_qp(raw) if encoding == "quoted-printable" else encodebytes(raw).replace(b"\n", b"\r\n")
    head = f'Content-Type: text/{kind}; charset="utf-8"\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n'
    return head.encode("ascii") + body


def _picture(rendered: Rendered) -> bytes:
    lines = (
        "Content-Type: image/png",
        "Content-Transfer-Encoding: base64",
        f"Content-ID: <{rendered.chart_id}>",
        'Content-Disposition: inline; filename="chart.png"',
        "",
        "",
    )
    return "\r\n".join(lines).encode("ascii") + encodebytes(rendered.chart).replace(b"\n", b"\r\n")


def _mailbox(header: str, name: str, address: str) -> str:
    text = line(name, 100)
    if text.isascii() and "=?" not in text:
        return formataddr((text, address))
    return f"{_encoded(header, text)} <{address}>"


def _encoded(name: str, value: str) -> str:
    """As it is where that is safe, else as RFC 2047 words folded below 76 columns."""
    text = line(value)
    if text.isascii() and "=?" not in text and len(name) + len(text) < 74:
        return text
    return "\n ".join(_words(text.encode("utf-8"), MAX_WORDS - len(name) - 2))


def _words(text: bytes, room: int) -> Iterator[str]:
    """Encoded words of RFC 2047, each of whole characters; `room` is what the header's name leaves of the first line."""
    start = 0
    while start < len(text):
        end = start + max((room - 12) // 4 * 3, 6)
        while end < len(text) and text[end] & 0xC0 == 0x80:
            end -= 1
        yield f"=?utf-8?b?{b64encode(text[start:end]).decode('ascii')}?="
        start, room = end, MAX_WORDS - 1


def _encoding(raw: bytes) -> str:
    """The shorter of the two encodings that keep every line short and 7-bit."""
    other = len(raw) - len(raw.decode("ascii", "ignore"))
    quoted = len(raw) + 2 * (other + raw.count(b"="))
    return "quoted-printable" if quoted <= 4 * len(raw) / 3 else "base64"
