"""A delivery becomes a message: subject, plain text and HTML here; Slack's blocks and the MIME message in their own modules.

Guarantee: the same delivery renders to the same bytes each time, so that every copy of it is the same message; untrusted text
stays text. Must not do IO beyond reading our own templates, and must not read a clock.
"""

from collections import Counter
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined

from service.model.alert import Alert
from service.model.delivery import Delivery
from service.model.rule import Severity
from service.notify.render.clean import Segment, cut, isolate, line
from service.notify.render.words import AlertWords, counts, in_words

MAX_SUBJECT = 180
MAX_FULL = 50
"""Alerts of one bundle that are shown whole; the others by their title."""

_OPEN, _CLOSE = "⟦", "⟧"
_UNMARK = str.maketrans({_OPEN: "[", _CLOSE: "]"})
_RULE = "-" * 60

_templates = Environment(
    loader=PackageLoader("service.notify", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Rendered:
    """One message: `subject` is one line, `text` plain, `html` a whole document."""

    subject: str
    text: str
    html: str


def render(delivery: Delivery, base_url: str = "") -> Rendered:
    """The message of a delivery; `base_url` is where readers find our page, or ""."""
    alerts = by_severity(delivery.alerts)
    words = [in_words(alert) for alert in alerts]
    title = head(alerts, words)
    full, rest = words[:MAX_FULL], words[MAX_FULL:]
    return Rendered(
        subject=f"[{words[0].severity.upper()}] {cut(title, MAX_SUBJECT)}" if words else title,
        text=_text(title, full, rest, base_url),
        html=_templates.get_template("mail.html.j2").render(
            title=title, alerts=full, rest=rest, base_url=base_url, receiver=line(delivery.receiver), bundle=len(words) > 1
        ),
    )


def by_severity(alerts: tuple[Alert, ...]) -> list[Alert]:
    """The most severe first; the order of the delivery where equal."""
    return sorted(alerts, key=lambda alert: -alert.severity.rank)


def head(alerts: list[Alert], words: list[AlertWords]) -> str:
    """The title of a message: that of its alert, or how many there are and the most severe one's."""
    if len(words) == 1:
        return words[0].title
    if not words:
        return "Tapewatch: no alerts"
    number = Counter(alert.severity.value for alert in alerts)
    told = counts({severity.value: number[severity.value] for severity in reversed(Severity)})
    return f"{len(words)} alerts ({told}): {words[0].title}"


def marked_text(excerpt: tuple[Segment, ...]) -> str:
    """The excerpt with the words that fired in ⟦ ⟧, which the text itself can then not contain."""
    pieces = (segment.text.translate(_UNMARK) for segment in excerpt)
    return "".join(f"{_OPEN}{text}{_CLOSE}" if segment.marked else text for text, segment in zip(pieces, excerpt, strict=True))


def _text(title: str, full: list[AlertWords], rest: list[AlertWords], base_url: str) -> str:
    lines = [isolate(title), ""] if len(full) > 1 else []
    for number, words in enumerate(full, start=1):
        lines += [*_alert_lines(words, f"{number}. " if len(full) > 1 else ""), _RULE]
    lines += [f"{words.severity.upper()}: {isolate(words.title)}" for words in rest] + ([_RULE] if rest else [])
    return "\n".join([*lines, f"Tapewatch{f' · {base_url}' if base_url else ''}", ""])


def _alert_lines(words: AlertWords, number: str) -> list[str]:
    source = ", ".join(filter(None, (isolate(words.source), f"published {words.published}" if words.published else "")))
    quote = isolate(marked_text(words.excerpt).strip())
    labelled = (
        ("Why", words.why),
        ("Rule", words.rule),
        ("Headline", isolate(words.headline)),
        ("Source", source),
        ("Link", words.link),
    )
    lines = [f"{number}{words.severity.upper()}: {isolate(words.title)}", words.subject, isolate(words.happened)]
    lines = [each for each in lines if each]
    lines += [isolate(one) for one in words.body]
    if quote:
        lines += ["", f"  {quote}", ""]
    return lines + [f"{label}: {value}" for label, value in labelled if value] + [""]
