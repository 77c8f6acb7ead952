"""An SMTP server and a Slack-shaped HTTP server on loopback that keep what they receive: the far ends of the demo."""

import asyncio
import json
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default as mail_policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

LOOPBACK = "127.0.0.1"
MAX_BODY = 2**20


@dataclass(frozen=True, slots=True)
class Received:
    """One message as it arrived: `key` is the idempotency key it carried, `text` its plain text."""

    channel: str
    key: str
    headline: str
    text: str


Arrivals = queue.Queue[Received]


class _MailHandler:
    def __init__(self, arrivals: Arrivals) -> None:
        self._arrivals = arrivals

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        message = message_from_bytes(envelope.original_content or b"", policy=mail_policy)
        body = message.get_body(("plain",))
        key = str(message["Message-ID"]).strip("<>").partition("@")[0].removeprefix("tapewatch.")
        text = body.get_content() if body else ""
        self._arrivals.put(Received("e-mail", key, str(message["Subject"]), text))
        return "250 OK"


@contextmanager
def mail_sink(arrivals: Arrivals) -> Iterator[int]:
    """An SMTP server; yields its port."""
    loop = asyncio.new_event_loop()
    handler = _MailHandler(arrivals)
    opening = loop.create_server(lambda: SMTP(handler, hostname="tapewatch-demo", loop=loop), LOOPBACK, 0)
    server = loop.run_until_complete(opening)
    thread = threading.Thread(target=loop.run_forever, name="mail-sink", daemon=True)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@contextmanager
def slack_sink(arrivals: Arrivals) -> Iterator[int]:
    """A server that answers like Slack's incoming webhooks; yields its port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(min(int(self.headers.get("Content-Length", 0)), MAX_BODY))
            payload = json.loads(body)
            headline = str(payload.get("text", ""))
            arrivals.put(Received("Slack", self.headers.get("Idempotency-Key", ""), headline, _block_text(payload)))
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, format: str, *args: object) -> None:
            """The demo prints what matters."""

    server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, name="slack-sink", daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _block_text(value: Any) -> str:
    """All texts of a Block Kit message, in order."""
    if isinstance(value, dict):
        own = [value["text"]] if isinstance(value.get("text"), str) else []
        return "\n".join([*own, *filter(None, (_block_text(inner) for key, inner in value.items() if key != "text" or not own))])
    if isinstance(value, list):
        return "\n".join(filter(None, (_block_text(inner) for inner in value)))
    return ""
