"""One SMTP connection, step by step, so that each failure is known for what it is.

Guarantee: the address guard sees every address before the connection; TLS is verified before a password is sent, and never
given up silently; a time limit bounds the steps up to the message and another the wait for its acceptance; an error that leaves
here is a NotifyError without a secret. Must not decide whether to try again.
"""

import base64
import re
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from typing import Any

import certifi

from service.addresses import AddressGuard
from service.errors import NotifyError, RefusedAddress
from service.notify.base import AUTH_WAIT
from service.notify.deadlines import DEADLINES
from service.notify.render.clean import line
from service.notify.targets import MailTarget

PORTS = frozenset({25, 465, 587, 2525})
CONNECT_SECONDS = 10.0
COMMAND_SECONDS = 20.0
BEGIN_SECONDS = 40.0
"""For everything up to the permission to send the message; with FINISH_SECONDS it stays within a delivery's lease."""
FINISH_SECONDS = 75.0
"""For the message and its acceptance (RFC 5321 asks for patience here: giving up early makes duplicates)."""
GOODBYE_SECONDS = 5.0

_DOT_LINE = re.compile(rb"^\.", re.MULTILINE)
_AUTH_CODES = (530, 534, 535, 538)


class Connection(smtplib.SMTP):
    """A connection to the server of `target`, guarded and bounded; nothing happens before `open`.

    `dead` tells that a failure was the connection's, not the message's.
    """

    def __init__(self, target: MailTarget, guard: AddressGuard, name: str | None = None) -> None:
        self._target = target
        self._guard = guard
        self._connecting: socket.socket | None = None
        self._expired = False
        self.dead = False
        super().__init__(local_hostname=name, timeout=CONNECT_SECONDS)
        self._host = target.host  # what STARTTLS verifies the certificate against; smtplib sets it only when it connects at once

    def open(self) -> None:
        """Connect, secure and log in."""
        target = self._target
        with self._step("connect to the server", "greeting"):
            code, answer = self.connect(target.host, target.port)
            if code != 220:
                raise smtplib.SMTPConnectError(code, answer)
            self._patience(COMMAND_SECONDS)
            self.ehlo_or_helo_if_needed()
        if target.mode == "starttls":
            self._secure()
        if target.password:
            self._log_in()

    def begin(self, sender: str, recipient: str) -> None:
        """Announce the message, up to the server's permission to send it."""
        with self._step("name the sender", "sender"):
            self._expect(250, *self.mail(sender))
        with self._step("name the recipient", "recipient"):
            self._expect(250, *self.rcpt(recipient))
        with self._step("announce the message", "message"):
            self._expect(354, *self.docmd("DATA"))

    def finish(self, message: bytes) -> tuple[str, bool]:
        """Send the message; the server's answer, and whether there was one: without, it may have been accepted."""
        self._patience(FINISH_SECONDS)
        with self._step("send the message", "message"):
            self.send(_DOT_LINE.sub(b"..", message))
        try:
            self.send(b".\r\n")
            code, answer = self.getreply()
        except (OSError, smtplib.SMTPException) as error:
            return f"no answer after the message ({type(error).__name__})", False
        self._patience(COMMAND_SECONDS)
        with self._step("hand over the message", "message"):
            self._expect(250, code, answer)
        return self._shown(code, answer), True

    def leave(self) -> None:
        """Say goodbye if the server still listens, and close: nothing depends on it any more."""
        self._patience(GOODBYE_SECONDS)
        with suppress(OSError, smtplib.SMTPException):
            self.quit()
        self.close()

    def limited(self, seconds: float) -> AbstractContextManager[None]:
        """Break the connection when the block takes longer, however slowly the server drips."""
        return DEADLINES.limited(seconds, self.break_off)

    def break_off(self) -> None:
        """End whatever it does, from any thread."""
        self._expired = True
        for each in (self.sock, self._connecting):
            if isinstance(each, socket.socket):
                with suppress(OSError):
                    socket.socket.shutdown(each, socket.SHUT_RDWR)  # SSLSocket's own would touch the state another thread uses

    def _patience(self, seconds: float) -> None:
        if isinstance(self.sock, socket.socket):
            with suppress(OSError):
                self.sock.settimeout(seconds)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        with ExitStack() as undo:
            self._connecting = _connect(self._guard, host, port, timeout)
            undo.callback(self._connecting.close)
            if self._target.mode == "ssl":
                self._connecting = _context(self._target).wrap_socket(self._connecting, server_hostname=host)
            undo.pop_all()
        return self._connecting

    def _secure(self) -> None:
        with self._step("start TLS", "greeting"):
            if not self.has_extn("starttls"):
                sentence = f"{self._place} offers no TLS; write mode=insecure in the target only if the network is yours"
                raise NotifyError(sentence, reason="tls", retry_after=AUTH_WAIT)
            self.starttls(context=_context(self._target))
            self._connecting = None
            self.ehlo()

    def _log_in(self) -> None:
        """One mechanism, one try: smtplib would go through all of them and lock the account three times as fast."""
        target = self._target
        with self._step("log in", "login"):
            offered = set(str(self.esmtp_features.get("auth", "")).upper().split())
            if "PLAIN" in offered:
                code, answer = self.docmd("AUTH", f"PLAIN {_plain_login(target)}")
            elif "LOGIN" in offered:
                code, answer = self.docmd("AUTH", f"LOGIN {_base64(target.user)}")
                if code == 334:
                    code, answer = self.docmd(_base64(target.password))
            else:
                sentence = f"{self._place} offers no login that we know (PLAIN, LOGIN)"
                raise NotifyError(sentence, reason="auth", retry_after=AUTH_WAIT)
            self._expect(235, code, answer)

    @staticmethod
    def _expect(wanted: int, code: int, answer: bytes) -> None:
        if code != wanted and not (wanted == 250 and code == 251):
            raise smtplib.SMTPResponseException(code, answer)

    @contextmanager
    def _step(self, what: str, stage: str) -> Iterator[None]:
        """Translate whatever smtplib, TLS and the socket raise; the causes are left out because they may hold what was sent."""
        try:
            yield
        except smtplib.SMTPResponseException as error:
            raise self._refusal(what, stage, error.smtp_code, error.smtp_error) from None
        except RefusedAddress as error:
            raise NotifyError(str(error), reason="refused_address") from None
        except ssl.SSLError as error:
            why = getattr(error, "verify_message", "") or error.reason or "handshake failed"
            raise NotifyError(f"no trust in {self._place}: {line(str(why), 200)}", reason="tls", retry_after=AUTH_WAIT) from None
        except (OSError, smtplib.SMTPException) as error:
            self.dead = True
            late = self._expired or isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)
            why = "it took too long" if late else getattr(error, "strerror", None) or "the connection ended"
            raise NotifyError(f"could not {what} at {self._place}: {why}", reason="timeout" if late else "connection") from None

    def _refusal(self, what: str, stage: str, code: int, answer: bytes | str) -> NotifyError:
        sentence = f"{self._place} refused to let us {what}: {self._shown(code, answer)}"
        if code in _AUTH_CODES or (stage == "login" and code >= 500):
            return NotifyError(sentence, reason="auth", retry_after=AUTH_WAIT)
        if 400 <= code < 500:
            self.dead = code == 421
            return NotifyError(sentence, reason="server_error")
        if code < 500:
            return NotifyError(sentence, reason="other")
        too_large = code == 552 and stage != "recipient"
        return NotifyError(sentence, reason="too_large" if too_large else "rejected", permanent=stage != "greeting")

    def _shown(self, code: int, answer: bytes | str) -> str:
        text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
        target = self._target
        if target.password:
            for secret in (_plain_login(target), _base64(target.password), target.password):
                text = text.replace(secret, "[secret]")
        return line(f"{code} {text}", 200)

    @property
    def _place(self) -> str:
        return f"{self._target.host}:{self._target.port}"

    def __repr__(self) -> str:
        return f"<Connection {self._place}>"


def _connect(guard: AddressGuard, host: str, port: int, timeout: float) -> socket.socket:
    """Like socket.create_connection, with the guard between name and connection."""
    failure: Exception = OSError("the name has no address")
    for family, kind, protocol, _, address in _addresses(host, port):
        with ExitStack() as undo:
            try:
                guard.check(str(address[0]), port)
                sock = socket.socket(family, kind, protocol)
                undo.callback(sock.close)
                sock.settimeout(timeout)
                sock.connect(address)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # the dot follows the message at once: 85 ms a mail
            except (OSError, RefusedAddress) as error:
                failure = error
                continue
            undo.pop_all()
            return sock
    raise failure


def _addresses(host: str, port: int) -> list[tuple[Any, ...]]:
    try:
        return list(socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM))
    except UnicodeError as error:  # a label that IDNA refuses
        raise OSError(0, "not a host name") from error


def _context(target: MailTarget) -> ssl.SSLContext:
    """The system's authorities (SSL_CERT_FILE adds a private one), or certifi's where the system has none."""
    paths = ssl.get_default_verify_paths()
    context = ssl.create_default_context(cafile=None if paths.cafile or paths.capath else certifi.where())
    if not target.verify:  # ?verify=no, written by whoever trusts that network
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _plain_login(target: MailTarget) -> str:
    return _base64(f"\0{target.user}\0{target.password}")


def _base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8")).decode("ascii")
