"""Slack, sent natively: incoming webhooks and bot tokens, Block Kit.

Guarantee: Sent only where Slack said so; a message it cannot take is given up at once, one it has no time for waits as long as it
asks; a try that ended after the request was on its way is Unknown. The token stands in the request alone, never in an error.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from service.errors import ConfigurationError, FetchError, NotifyError
from service.http import Request, Response
from service.model.delivery import Delivery, Outcome, Sent, Unknown
from service.model.rule import Severity
from service.notify.base import AUTH_WAIT, NotifyContext
from service.notify.render.clean import line
from service.notify.render.slack import slack_message
from service.notify.targets import SlackTarget, read_target

TIMEOUT_SECONDS = 20.0
MAX_ANSWER = 64 * 1024
MAX_WAIT = 3600.0
GOVERNMENT_BASE = "https://hooks.slack-gov.com/services"

_AUTH = frozenset({"not_authed", "invalid_auth", "account_inactive", "token_revoked", "token_expired", "org_login_required"})
_PASSING = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"})
_LIMITED = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
_TOO_LARGE = frozenset({"msg_too_long", "msg_blocks_too_long", "too_many_attachments"})
_NO_THREAD = ("thread_not_found", "cannot_reply_to_message", "message_not_found")
_STAMP = re.compile(r"[0-9]{1,12}\.[0-9]{1,8}")
_NOT_ARRIVED: Mapping[str, str] = {
    "dns": "connection",
    "connect": "connection",
    "tls": "tls",
    "refused_address": "refused_address",
    "bad_url": "configuration",
}
"""The reasons of a FetchError that say the request never reached Slack, in the words of REASONS."""


class SlackNotifier:
    """slack:// and https://hooks.slack.com/services/…"""

    def __init__(self, context: NotifyContext) -> None:
        self._http = context.http
        self._base_url, self._buttons = context.base_url, context.buttons
        self._hook, self._api = context.slack_webhook_base.rstrip("/"), context.slack_api_base.rstrip("/")

    def send(self, delivery: Delivery, url: str) -> Outcome:
        """One POST; a second one, outside of its thread, where Slack says that the thread is gone."""
        target = _slack_target(url)
        message = slack_message(delivery, self._base_url, self._buttons) | _addressing(target)
        if target.mode != "bot":  # a webhook says nothing of what it posted and takes no thread
            return self._post(target, message, delivery.key)
        thread = _threading(delivery) if "thread_ts" not in message else {}
        try:
            return self._post(target, message | thread, delivery.key)
        except NotifyError as error:
            if not thread or not any(said in str(error) for said in _NO_THREAD):
                raise
        return self._post(target, message, delivery.key)

    def _post(self, target: SlackTarget, message: dict[str, Any], key: str) -> Outcome:
        headers = {"Content-Type": "application/json; charset=utf-8", "Idempotency-Key": key}
        if target.mode == "bot":
            headers["Authorization"] = f"Bearer {target.tokens[0]}"
            message["metadata"] = {"event_type": "tapewatch_delivery", "event_payload": {"key": key}}
        body = json.dumps(message, ensure_ascii=False).encode("utf-8", "replace")
        request = Request(
            self._address(target),
            method="POST",
            headers=headers,
            body=body,
            max_bytes=MAX_ANSWER,
            timeout=TIMEOUT_SECONDS,
            redirects=0,
        )
        try:
            response = self._http.request(request)
        except FetchError as error:
            return _lost(error)
        sent = _judged(response, {*target.tokens[-1:]})
        return replace(sent, reference=str(message.get("thread_ts", sent.reference))) if target.mode == "bot" else sent

    def close(self) -> None:
        """The HTTP client belongs to whoever made it."""

    def _address(self, target: SlackTarget) -> str:
        if target.mode == "bot":
            return f"{self._api}/chat.postMessage"
        return "/".join((GOVERNMENT_BASE if target.mode == "gov-hook" else self._hook, *target.tokens))


def _slack_target(url: str) -> SlackTarget:
    try:
        target = read_target(url)
    except ConfigurationError as error:
        raise NotifyError(str(error), reason="configuration", permanent=True) from None
    if not isinstance(target, SlackTarget):
        raise NotifyError("this is not a Slack target", reason="configuration", permanent=True)
    if len(target.channels) > 1:
        raise NotifyError("a Slack target names one channel; write one target for each", reason="configuration", permanent=True)
    return target


def _addressing(target: SlackTarget) -> dict[str, Any]:
    """Channel and name as Apprise understands them: `+ID`, `@user`, `#name` or a bare name; `:thread` behind it."""
    found: dict[str, Any] = {"username": line(target.username, 80)} if target.username else {}
    if target.channels:
        name, _, thread = target.channels[0].partition(":")
        found["channel"] = name[1:] if name.startswith("+") else name if name[:1] in "@#" else f"#{name}"
        if thread:
            found["thread_ts"] = thread
    return found


def _threading(delivery: Delivery) -> dict[str, Any]:
    """An update answers below what it follows; the channel sees it too unless it is a small one and stands alone.

    A digest is no answer.
    """
    thread = delivery.thread
    stamps = [each for each in thread.parents if _STAMP.fullmatch(each)] if thread and not delivery.digest else []
    if thread is None or not stamps:
        return {}
    small = all(alert.follows == thread.key and alert.severity.rank < Severity.HIGH.rank for alert in delivery.alerts)
    return {"thread_ts": stamps[0]} | ({} if small else {"reply_broadcast": True})


def _lost(error: FetchError) -> Unknown:
    """No answer: certain failures are raised, the rest may have arrived."""
    reason = _NOT_ARRIVED.get(error.reason)
    if reason is None:
        return Unknown(f"Slack did not answer ({error.reason})")
    wait = AUTH_WAIT if reason == "tls" else None
    raise NotifyError(str(error), reason=reason, permanent=reason == "configuration", retry_after=wait)


def _judged(response: Response, secrets: set[str]) -> Sent:
    said = line(response.body[:300].decode("utf-8", "replace"), 100)
    for secret in secrets:
        said = said.replace(secret, "[secret]")
    answer = _json(response.body)
    if response.status == 200 and (response.body.strip() == b"ok" or answer.get("ok") is True):
        stamp = answer.get("ts")
        return Sent(f"Slack: {said}", stamp if isinstance(stamp, str) and _STAMP.fullmatch(stamp) else "")
    error = str(answer["error"]) if isinstance(answer.get("error"), str) else said
    if response.status == 429 or error in _LIMITED:
        raise NotifyError("Slack asks us to slow down", reason="rate_limited", retry_after=_seconds(response.headers))
    sentence = f"Slack refused the message: {response.status} {line(error, 100)}"
    if error in _AUTH or response.status == 401:
        raise NotifyError(sentence, reason="auth", retry_after=AUTH_WAIT)
    if error in _TOO_LARGE or response.status == 413:
        raise NotifyError(sentence, reason="too_large", permanent=True)
    if response.status >= 500 or response.status in (408, 425) or error in _PASSING:
        raise NotifyError(sentence, reason="server_error", retry_after=_seconds(response.headers))
    if response.status >= 400 or answer.get("ok") is False:
        raise NotifyError(sentence, reason="rejected", permanent=True)
    raise NotifyError(f"this is not Slack's answer: {response.status} {said}", reason="other")


def _json(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _seconds(headers: Mapping[str, str]) -> float | None:
    value = headers.get("retry-after", "").strip()
    return min(float(value), MAX_WAIT) if value.isascii() and value.isdigit() else None
