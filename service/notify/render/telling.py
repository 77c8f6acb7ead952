"""A delivery in words, before any channel's markup: what each alert says, in which order, under which title.

Guarantee: the same delivery is told in the same words each time. Untrusted text is harmless here, and not yet escaped. Pure.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from service.model.alert import Alert
from service.model.delivery import Delivery
from service.model.rule import Severity
from service.notify.render.clean import cut
from service.notify.render.custom import Custom, customized
from service.notify.render.digest import DigestWords, digest_words
from service.notify.render.words import AlertWords, counts, in_words

MAX_SUBJECT = 180

Buttons = Callable[[Alert, Delivery], Sequence[tuple[str, str]]]
"""The buttons of one alert: what each says, and its address."""


@dataclass(frozen=True, slots=True)
class Told:
    """`title` heads the message, `subject` is that as one line for a list of messages; `fault` is that of a template."""

    title: str
    subject: str
    words: tuple[AlertWords, ...]
    digest: DigestWords | None
    fault: str


def tell(delivery: Delivery, buttons: Buttons | None = None) -> Told:
    """The most severe alerts first; the order of the delivery where equal."""
    alerts = sorted(delivery.alerts, key=lambda alert: -alert.severity.rank)
    words = [in_words(alert, delivery, tuple(buttons(alert, delivery)) if buttons else ()) for alert in alerts]
    if delivery.digest:
        digest = digest_words(delivery.digest, delivery, alerts, words)
        return Told(digest.title, f"{cut(digest.title, MAX_SUBJECT // 2)} · {digest.counts}", tuple(words), digest, "")
    custom = customized(delivery, words)
    title = _title(words, custom)
    subject = title if custom.subject or not words else f"[{words[0].label}] {cut(title, MAX_SUBJECT)}"
    told = tuple(replace(each, custom=custom.texts[each.id]) if each.id in custom.texts else each for each in words)
    return Told(title, subject, told, None, custom.fault)


def template_fault(delivery: Delivery) -> str:
    """One sentence on the receiver's templates where one of them failed on this delivery, else ""."""
    return tell(delivery).fault if delivery.templates else ""


def _title(words: Sequence[AlertWords], custom: Custom) -> str:
    """That of the receiver's template, that of the one alert, or how many there are and the gravest one's."""
    if custom.subject:
        return custom.subject
    if not words:
        return "Tapewatch: no alerts"
    if len(words) == 1:
        return words[0].title
    number = Counter(each.severity for each in words)
    told = counts({severity.value: number[severity.value] for severity in reversed(Severity)})
    return f"{len(words)} alerts ({told}): {words[0].title}"
