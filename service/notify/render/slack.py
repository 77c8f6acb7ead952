"""A delivery as a Slack message in Block Kit; what keeps untrusted text literal is in `blocks`.

Guarantee: Slack's limits are kept, whatever comes; what does not fit is counted, never dropped without a word.
"""

from collections.abc import Iterable, Sequence

from service.model.delivery import Delivery
from service.notify.render.blocks import (
    MAX_BLOCKS,
    MAX_TEXT,
    Block,
    context,
    escape,
    fitted,
    header,
    length,
    link,
    listed,
    paragraph,
    quoted,
    rich,
    section,
    texts,
)
from service.notify.render.clean import cut, isolate
from service.notify.render.digest import DigestLine, DigestWords
from service.notify.render.telling import Buttons, tell
from service.notify.render.words import AlertWords

__all__ = ["MAX_BLOCKS", "MAX_FULL", "escape", "fitted", "slack_message"]

MAX_FULL = 8
MAX_FALLBACK = 1000
MAX_BODY = 1000
_LINES_EACH = 10
_FOOT = 200
"""Characters kept for the line that says what is missing."""


def slack_message(delivery: Delivery, base_url: str = "", buttons: Buttons | None = None) -> Block:
    """The body of a webhook call or of chat.postMessage, without a channel; the first block's id holds the delivery's key."""
    told = tell(delivery, buttons)
    blocks = _digest(told.digest, base_url) if told.digest else _alerts(told.title, told.words, base_url)
    blocks[0]["block_id"] = f"tapewatch-{delivery.key}"[:255]
    return {
        "text": fitted(told.subject, MAX_FALLBACK),
        "blocks": blocks,
        "mrkdwn": False,
        "link_names": False,
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _alerts(title: str, words: Sequence[AlertWords], base_url: str) -> list[Block]:
    if len(words) == 1:
        top = title if words[0].custom else f"{words[0].label}: {isolate(words[0].title)}"
        return [header(top), *_alert(words[0], titled=True)]
    blocks = [header(title)]
    shown = 0
    for number, each in enumerate(words[:MAX_FULL]):
        more = [*([{"type": "divider"}] if number else []), *_alert(each, titled=False)]
        if number and length(blocks) + length(more) > MAX_TEXT - 2 * _FOOT:
            break
        blocks += more
        shown += 1
    return blocks + list(_rest(words[shown:], base_url, MAX_BLOCKS - len(blocks), MAX_TEXT - length(blocks)))


def _alert(words: AlertWords, *, titled: bool) -> Iterable[Block]:
    """One alert: what, the sentence, where to read it; small print; what can be done. `titled`: a header says its title."""
    yield rich([*([] if titled else [section(texts(f"{words.label}: {isolate(words.title)}\n", bold=True))]), *_said(words)])
    if not words.custom:
        yield context(_small_print(words))
    if words.actions:
        yield rich([section(_actions(words))])


def _said(words: AlertWords) -> Iterable[Block]:
    if words.custom:
        yield section(texts("\n".join(map(isolate, words.custom)) + "\n"))
    else:
        beside = f" · {isolate(words.details)}" if words.figure and words.details else ""
        body = cut("\n".join(map(isolate, words.body)), MAX_BODY)
        about = "".join(f"{line}\n" for line in (words.subject, *_since(words), body) if line)
        yield section([*texts(isolate(words.figure), bold=True), *texts(f"{beside}\n{about}")])
        if words.excerpt:
            yield quoted(piece for segment in words.excerpt for piece in texts(segment.text, bold=segment.marked))
    if words.link:
        yield section([link(words.link, f"Read it at {words.link_host}")])


def _since(words: AlertWords) -> Iterable[str]:
    if words.changed:
        yield f"Changed: {words.changed}"
    if words.first:
        yield f"Update to: {isolate(words.first)}"


def _small_print(words: AlertWords) -> Iterable[str]:
    labelled = (
        ("Why", isolate(words.why)),
        ("Rule", isolate(words.rule)),
        ("Headline", isolate(words.headline)),
        ("Source", words.reported),
        ("Also", words.outlets),
        ("Latency", words.latency),
    )
    return [f"{label}: {value}" for label, value in labelled if value] or ["Tapewatch"]


def _actions(words: AlertWords) -> Iterable[Block]:
    for number, (said, url) in enumerate(words.actions):
        if number:
            yield from texts("   ·   ")
        yield link(url, said)


def _rest(rest: Sequence[AlertWords], base_url: str, blocks: int, room: int) -> Iterable[Block]:
    """The alerts that are not shown whole, by their titles, ten to a section."""
    shown: list[str] = []
    for words in rest[: _LINES_EACH * (blocks - 1)]:
        title = f"{words.label}: {isolate(cut(words.title, 200))}"
        room -= len(escape(title)) + 1
        if room < _FOOT:
            break
        shown.append(title)
    for start in range(0, len(shown), _LINES_EACH):
        yield paragraph("\n".join(shown[start : start + _LINES_EACH]))
    if len(shown) < len(rest):
        yield _more(len(rest) - len(shown), base_url)


def _more(number: int, base_url: str) -> Block:
    return context([f"and {number} more" + (f": {base_url}" if base_url else "")])


def _digest(digest: DigestWords, base_url: str) -> list[Block]:
    small = [digest.period, *filter(None, [isolate(digest.reason)])]
    blocks = [header(digest.title), paragraph(f"{digest.counts}\n{digest.spark}"), context([*small, digest.chart_words])]
    left = digest.more
    for group in digest.groups:
        room = MAX_TEXT - length(blocks) - _FOOT
        lines: list[Block] = []
        for entry in group.lines if len(blocks) < MAX_BLOCKS - 1 else ():
            made = section(_line(entry))
            room -= length(made)
            if room < _FOOT:
                break
            lines.append(made)
        left += len(group.lines) - len(lines)
        if lines:
            name = [*texts(isolate(group.name), bold=True), *texts(f" ({group.counts})\n")]
            blocks.append(rich([section(name), listed(lines)]))
    return blocks + ([_more(left, base_url)] if left else [])


def _line(entry: DigestLine) -> Iterable[Block]:
    yield from texts(f"{entry.lead} · ")
    yield from texts(entry.said, bold=True)
    yield from texts(f" · {entry.beside}" if entry.beside else "")
    if entry.words.link:
        yield from texts(" · ")
        yield link(entry.words.link, entry.words.link_host)
