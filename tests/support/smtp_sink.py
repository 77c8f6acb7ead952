"""A scriptable SMTP server on loopback (aiosmtpd): what arrived, and answers that misbehave.

    with smtp_sink() as sink:
        sink.on("RCPT", "450 4.2.0 busy", times=1)
        ...
        assert sink.messages[0].recipients == ("ops@example.com",)

Commands that can be scripted: GREETING, EHLO, HELO, STARTTLS, AUTH, MAIL, RCPT, DATA, DOT (the answer after the final dot), QUIT.
An answer is a reply, HANG (silence until the sink is closed) or DROP (the connection is cut).
"""

import asyncio
import email.policy
import ssl
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from threading import Condition, Thread
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.support.http_server import CERTIFICATE, TLS_FILES

HANG, DROP = "hang", "drop"


@dataclass(frozen=True)
class Mail:
    """One message whose final dot arrived, whatever was answered to it."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    user: str
    tls: bool

    @property
    def message(self) -> EmailMessage:
        parsed = message_from_bytes(self.raw, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    def body(self, kind: str) -> str:
        """The "plain" or "html" part, decoded, with line feeds."""
        part = self.message.get_body((kind,))
        assert part is not None
        return str(part.get_content()).replace("\r\n", "\n")


class SmtpSink:
    """See the module's docstring; made by `smtp_sink`."""

    def __init__(self, *, tls: str, users: dict[str, str], host: str, without: tuple[str, ...]) -> None:
        self.host = host
        self.port = 0
        self.messages: list[Mail] = []
        self.commands: list[str] = []
        self.logins: list[tuple[str, str]] = []
        self.wire = b""
        """Every byte that clients sent, TLS taken off."""
        self.connections = 0
        self._tls = tls
        self._users = users
        self._without = without
        self._script: dict[str, list[str]] = {}
        self._always: dict[str, str] = {}
        self._changed = Condition()
        self._transports: set[asyncio.BaseTransport] = set()
        self._loop = asyncio.new_event_loop()

    def url(self, recipient: str = "ops@example.com", *, user: str = "", query: str = "", host: str = "") -> str:
        """A target for this server; TLS as the server has it."""
        scheme, mode = ("mailtos", f"&mode={self._tls}") if self._tls else ("mailto", "")
        place = f"{user}@{host or self.host}" if user else host or self.host
        return f"{scheme}://{place}:{self.port}/?from=alerts@tapewatch.example&to={recipient}{mode}{query}"

    def on(self, command: str, *answers: str, times: int = 0) -> None:
        """Answer `command` with the answers in turn; `times` 0 means the last one for ever."""
        if times:
            self._script[command] = [*answers, *[answers[-1]] * (times - len(answers))]
        else:
            self._script[command], self._always[command] = list(answers[:-1]), answers[-1]

    def calm(self) -> None:
        """Forget the script."""
        self._script.clear()
        self._always.clear()

    def count(self, command: str) -> int:
        return self.commands.count(command)

    def wait_for(self, count: int, *, within: float = 10) -> list[Mail]:
        """The messages as soon as there are `count` of them."""
        with self._changed:
            arrived = self._changed.wait_for(lambda: len(self.messages) >= count, within)
        assert arrived, f"{len(self.messages)} of {count} messages arrived within {within} s"
        return list(self.messages)

    # --- machinery ---

    def next(self, command: str) -> str | None:
        if command != "GREETING":
            self.commands.append(command)
        script = self._script.get(command)
        return script.pop(0) if script else self._always.get(command)

    def arrived(self, mail: Mail) -> None:
        with self._changed:
            self.messages.append(mail)
            self._changed.notify_all()

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        user, password = data.login.decode("utf-8"), data.password.decode("utf-8")
        self.logins.append((user, password))
        good = self._users.get(user) == password
        if good:
            session.user = user  # type: ignore[attr-defined]
        return AuthResult(success=good, handled=False)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.original_content
        assert content is not None
        user, encrypted = getattr(session, "user", ""), session.ssl is not None or self._tls == "ssl"
        self.arrived(Mail(str(envelope.mail_from), tuple(envelope.rcpt_tos), content, user, encrypted))
        answer = self.next("DOT")
        if answer in (HANG, DROP):
            await _misbehave(server, answer)
        return answer or "250 2.0.0 queued as 42"

    def run(self, ready: "Future[None]") -> None:
        asyncio.set_event_loop(self._loop)
        context = _tls_context() if self._tls == "ssl" else None
        server = self._loop.run_until_complete(self._loop.create_server(self._protocol, self.host, 0, ssl=context))
        self.port = server.sockets[0].getsockname()[1]
        self._loop.call_soon(ready.set_result, None)
        self._loop.run_forever()
        server.close()
        for transport in list(self._transports):
            transport.abort()  # type: ignore[attr-defined]
        self._loop.run_until_complete(self._end())
        self._loop.close()

    async def _end(self) -> None:
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)

    def opened(self, transport: asyncio.BaseTransport) -> None:
        self.connections += 1
        self._transports.add(transport)

    def _protocol(self) -> SMTP:
        return _Server(
            self,
            hostname="sink.example",
            ident="sink",
            loop=self._loop,
            data_size_limit=None,
            tls_context=_tls_context() if self._tls == "starttls" else None,
            auth_require_tls=False,
            auth_exclude_mechanism=self._without,
            authenticator=self.authenticate if self._users else None,
        )


class _Server(SMTP):
    """aiosmtpd with every command behind the sink's script."""

    def __init__(self, sink: SmtpSink, **options: Any) -> None:
        super().__init__(sink, **options)
        self._sink = sink
        self._greeted = False
        for name in ("EHLO", "HELO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "QUIT"):
            self._smtp_methods[name] = self._scripted(name, self._smtp_methods[name])

    def _scripted(self, name: str, method: Callable[[str], Awaitable[None]]) -> Callable[[str], Awaitable[None]]:
        async def answer(argument: str) -> None:
            scripted = self._sink.next(name)
            if scripted in (HANG, DROP):
                await _misbehave(self, scripted)
            elif scripted:
                await self.push(scripted)
            else:
                await method(argument)

        return answer

    async def push(self, status: Any) -> None:
        if not self._greeted:
            self._greeted = True
            scripted = self._sink.next("GREETING")
            if scripted in (HANG, DROP):
                await _misbehave(self, scripted)
            status = scripted or status
        await super().push(status)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._sink.opened(transport)
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        self._sink.wire += data
        super().data_received(data)


async def _misbehave(server: SMTP, how: str) -> None:
    if how == DROP:
        server.transport.abort()  # type: ignore[union-attr]
    await asyncio.get_running_loop().create_future()


def _tls_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE, TLS_FILES / "localhost.key")
    return context


@contextmanager
def smtp_sink(
    *, tls: str = "", users: dict[str, str] | None = None, host: str = "127.0.0.1", without: tuple[str, ...] = ()
) -> Iterator[SmtpSink]:
    """A running server; `tls` is "starttls" or "ssl" (a certificate for "localhost"), `users` maps names to passwords.

    `without` names login mechanisms that are not offered.
    """
    sink = SmtpSink(tls=tls, users=users or {}, host=host, without=without)
    ready: Future[None] = Future()
    thread = Thread(target=sink.run, args=(ready,), daemon=True)
    thread.start()
    ready.result(10)
    try:
        yield sink
    finally:
        sink.stop()
        thread.join(10)
