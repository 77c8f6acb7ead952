"""Webhooks: one signed CloudEvents 1.0 event for each delivery, in the structured JSON mode.

Guarantee: `webhook-id`, `Idempotency-Key` and the event's `id` are the delivery's key in every copy, and every copy has the same
body; each signature is HMAC-SHA256 over id, time and body (Standard Webhooks), so that a receiver can refuse what is forged or
old. No redirect is followed: the body and its signature go where the operator wrote, or nowhere. docs/webhooks.md is the
receiver's side.
"""

import base64
import hashlib
import hmac
import json
import math
from collections.abc import Callable
from typing import Any

from service.errors import ConfigurationError, NotifyError
from service.http import Request, Response
from service.model.alert import Alert
from service.model.delivery import Delivery, Sent
from service.notify import posting
from service.notify.base import NotifyContext, Pace
from service.notify.render.clean import line, link
from service.notify.targets import WebhookTarget, read_target

EVENT_TYPE = "tapewatch.alerts.v1"
_JSON = json.JSONEncoder(ensure_ascii=False, check_circular=False)
SOURCE = "/tapewatch"
"""The `source` of an event where the page has no address."""


class WebhookNotifier(posting.PostingNotifier):
    """webhook+https://SECRET@host/path and webhook+http:// for networks of one's own."""

    who = "the webhook"

    def __init__(self, context: NotifyContext) -> None:
        super().__init__(context.http)
        self._now = context.now
        self._base_url = context.base_url

    @property
    def pace(self) -> Pace:
        """As HTTP goes."""
        return Pace(posting.TIMEOUT_SECONDS, posting.TOGETHER)

    def prepare(self, delivery: Delivery, url: str) -> tuple[Request, Callable[[Response], Sent]]:
        """The signed event; the answer is judged by its status alone."""
        target = _webhook_target(url)
        body = event_body(delivery, self._base_url)
        request = Request(
            target.url.text,
            method="POST",
            headers=signed(target, delivery.key, int(self._now().timestamp()), body),
            body=body,
            max_bytes=posting.MAX_ANSWER,
            status_counts=True,
            timeout=posting.TIMEOUT_SECONDS,
            redirects=0,
        )
        return request, self._judged

    def _judged(self, response: Response) -> Sent:
        """What a stranger's server says may be anything, our own request included: only its status is told."""
        status = response.status
        if 200 <= status < 300:
            return Sent(f"the webhook answered {status}")
        wait = posting.asked_to_wait(response, self._now())
        if status == 429:
            raise NotifyError("the webhook asks us to slow down", reason="rate_limited", retry_after=wait)
        sentence = f"the webhook refused the event: {status}"
        if posting.passing(status):
            raise NotifyError(sentence, reason="server_error", retry_after=wait)
        if 300 <= status < 400:
            raise NotifyError(f"{sentence}; redirects are not followed", reason="rejected", permanent=True)
        reason = {401: "auth", 403: "auth", 413: "too_large"}.get(status, "rejected")
        raise NotifyError(sentence, reason=reason, permanent=True)


def signed(target: WebhookTarget, key: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers of a request, with a signature for each secret."""
    content = f"{key}.{timestamp}.".encode() + body
    digests = (hmac.new(secret, content, hashlib.sha256).digest() for secret in target.secrets)
    return {
        "Content-Type": "application/cloudevents+json; charset=utf-8",
        "Idempotency-Key": key,
        "webhook-id": key,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests),
    }


def event_body(delivery: Delivery, base_url: str) -> bytes:
    """The CloudEvent of a delivery, the same bytes for every copy."""
    gravest_first = sorted(delivery.alerts, key=lambda alert: -alert.severity.rank)
    event = {
        "specversion": "1.0",
        "id": delivery.key,
        "source": base_url or SOURCE,
        "type": EVENT_TYPE,
        "time": delivery.created_at.isoformat(),
        "datacontenttype": "application/json",
        "data": {"receiver": delivery.receiver, "alerts": list(map(_alert, gravest_first))},
    }
    return _JSON.encode(event).encode("utf-8", "replace")


def _alert(alert: Alert) -> dict[str, Any]:
    """One alert: text as it was read, one line each; `link` only where it is a safe web address; spans count in `excerpt`."""
    return {
        "id": alert.id,
        "severity": alert.severity.value,
        "title": line(alert.title),
        "body": alert.body,
        "rule": alert.rule,
        "rule_place": alert.rule_place,
        "reason": line(alert.reason),
        "event": alert.event_type,
        "subject": line(alert.subject),
        "alias": line(alert.alias),
        "entity": alert.entity,
        "facts": {name: _finite(value) for name, value in alert.facts.items()},
        "labels": dict(alert.labels),
        "excerpt": alert.excerpt,
        "marks": [[mark.start, mark.end] for mark in alert.marks],
        "headline": line(alert.headline),
        "link": link(alert.link),
        "source": line(alert.source),
        "publisher": line(alert.publisher),
        "published": alert.published.isoformat() if alert.published else None,
        "created_at": alert.created_at.isoformat(),
        "story": alert.story,
        "novelty": alert.novelty.value,
        "follows": alert.follows,
    }


def _finite(value: object) -> object:
    """JSON has no word for infinity."""
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _webhook_target(url: str) -> WebhookTarget:
    try:
        target = read_target(url)
    except ConfigurationError as error:
        raise NotifyError(str(error), reason="configuration", permanent=True) from None
    if not isinstance(target, WebhookTarget):
        raise NotifyError("this is not a webhook target", reason="configuration", permanent=True)
    return target
