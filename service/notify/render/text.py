"""A delivery as plain text: for the text part of a mail, for the inbox, and for every service that carries nothing else."""

from service.notify.render.clean import Segment, isolate
from service.notify.render.digest import DigestWords
from service.notify.render.telling import Told
from service.notify.render.words import AlertWords

ALERT_PATH = "/alerts/"
"""Where our page shows one alert; its id follows."""

_OPEN, _CLOSE = "⟦", "⟧"
_UNMARK = str.maketrans({_OPEN: "[", _CLOSE: "]"})
_RULE = "-" * 60


def as_text(told: Told, base_url: str, full: int) -> str:
    """The first `full` alerts whole, the others by their title."""
    foot = f"Tapewatch{f' · {base_url}' if base_url else ''}"
    if told.digest:
        return "\n".join([*_digest(told.digest), foot, ""])
    several = len(told.words) > 1
    lines = [isolate(told.title), ""] if several else []
    for number, words in enumerate(told.words[:full], start=1):
        lines += [*_alert(words, f"{number}. " if several else "", base_url), _RULE]
    rest = told.words[full:]
    lines += [f"{words.label}: {isolate(words.title)}" for words in rest] + ([_RULE] if rest else [])
    return "\n".join([*lines, foot, ""])


def marked_text(excerpt: tuple[Segment, ...]) -> str:
    """The excerpt with the words that fired in ⟦ ⟧, which the text itself can then not contain."""
    pieces = (segment.text.translate(_UNMARK) for segment in excerpt)
    return "".join(f"{_OPEN}{text}{_CLOSE}" if segment.marked else text for text, segment in zip(pieces, excerpt, strict=True))


def _alert(words: AlertWords, number: str, base_url: str) -> list[str]:
    act = f"{base_url}{ALERT_PATH}{words.id}" if words.actions else ""
    if words.custom:
        return [number + isolate(words.custom[0]), *map(isolate, words.custom[1:]), *([f"Act: {act}"] if act else []), ""]
    lines = [f"{number}{words.label}: {isolate(words.title)}", words.subject, isolate(words.happened)]
    lines += [f"Update to: {isolate(words.first)}" if words.first else "", f"Changed: {words.changed}" if words.changed else ""]
    lines = [each for each in lines if each] + [isolate(one) for one in words.body]
    if quote := isolate(marked_text(words.excerpt).strip()):
        lines += ["", f"  {quote}", ""]
    labelled = (
        ("Why", isolate(words.why)),
        ("Rule", isolate(words.rule)),
        ("Headline", isolate(words.headline)),
        ("Source", words.reported),
        ("Also", words.outlets),
        ("Latency", words.latency),
        ("Link", words.link),
        ("Act", act),
    )
    return lines + [f"{label}: {value}" for label, value in labelled if value] + [""]


def _digest(digest: DigestWords) -> list[str]:
    lines = [isolate(digest.title), digest.counts, digest.period, *filter(None, [isolate(digest.reason)])]
    lines += [f"{digest.spark}  {digest.chart_words}", _RULE]
    for group in digest.groups:
        lines += [f"{isolate(group.name)} ({group.counts})"]
        for entry in group.lines:
            lines += [
                "  " + " · ".join(filter(None, (entry.lead, entry.said, entry.beside))),
                *([f"    {entry.words.link}"] if entry.words.link else []),
            ]
        lines += [""]
    return [*lines, *([f"and {digest.more} more"] if digest.more else []), _RULE]
