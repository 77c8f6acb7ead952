"""A delivery becomes a message: subject, plain text and HTML here; Slack's blocks and the MIME message in their own modules.

Guarantee: the same delivery renders to the same bytes each time, so that every copy of it is the same message; untrusted text
stays text. Must not do IO beyond reading our own templates, and must not read a clock.
"""

import re
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined

from service.model.delivery import Delivery
from service.notify.render.chart import picture
from service.notify.render.clean import line
from service.notify.render.telling import Buttons, Told, tell
from service.notify.render.text import as_text

MAX_FULL = 12
"""Alerts of one bundle that are shown whole; the others by their title. Gmail cuts a mail at 102 KB of HTML."""

_templates = Environment(
    loader=PackageLoader("service.notify", "templates"),
    autoescape=True,
    auto_reload=False,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Rendered:
    """One message: `subject` is one line, `text` plain, `html` a whole document.

    `chart` is a PNG that the HTML shows as `cid:` and `chart_id`, where there is one.
    """

    subject: str
    text: str
    html: str
    chart: bytes = b""
    chart_id: str = ""


def render(delivery: Delivery, base_url: str = "", buttons: Buttons | None = None) -> Rendered:
    """The message of a delivery; `base_url` is where readers find our page, or ""."""
    told = tell(delivery, buttons)
    chart_id = f"chart.{re.sub(r'[^A-Za-z0-9._-]', '', delivery.key)}@tapewatch" if told.digest else ""
    return Rendered(
        subject=told.subject,
        text=as_text(told, base_url, MAX_FULL),
        html=_html(told, delivery, base_url, chart_id),
        chart=picture(told.digest.course) if told.digest else b"",
        chart_id=chart_id,
    )


def _html(told: Told, delivery: Delivery, base_url: str, chart_id: str) -> str:
    return _templates.get_template("mail.html.j2").render(
        title=told.title,
        preview=_preview(told),
        alerts=told.words[:MAX_FULL],
        rest=told.words[MAX_FULL:],
        bundle=len(told.words) > 1,
        digest=told.digest,
        chart_id=chart_id,
        base_url=base_url,
        receiver=line(delivery.receiver),
    )


def _preview(told: Told) -> str:
    """What a list of mails shows beside the subject: what the subject does not say."""
    if told.digest:
        return ", ".join(group.name for group in told.digest.groups[:8])
    if not told.words:
        return ""
    first = told.words[0]
    return first.custom[0] if first.custom else " · ".join(filter(None, (first.figure, first.subject, first.changed, first.age)))
