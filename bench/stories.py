"""What grouping news into stories is worth and what it costs: quality beside word overlap, speed with a full window.

    python bench/stories.py [quality|thresholds|speed ...]

Texts and labels lie outside the project: in the folder TAPEWATCH_SHARED, or in ../shared. Quality is the pairwise F1 of the
labelled pairs (linked: same or update), for all and for each half of them by the hash of the pair. The baseline joins an item to
the most alike earlier one by the Jaccard of words (pairs of characters in Chinese), at the best threshold of each language.
"""

import gzip
import hashlib
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from time import process_time

from rich.console import Console
from rich.table import Table

from service.alerting import stories
from service.alerting.reports import Report, report_of
from service.alerting.stories import StoryBook
from service.cli.extract import read_item
from service.events.days import local_date
from service.events.extract import extract
from service.folding import fold
from service.model.alert import Novelty
from service.words import shipped_words, telling

ROOT = Path(__file__).parent.parent
SHARED = Path(os.getenv("TAPEWATCH_SHARED", ROOT.parent / "shared"))  # noqa: TID251 - no setting of the service
OVERLAP = {"zh": 0.4, "en": 0.17}
WINDOW = 100_000
MEASURED = 1_000
MOVED = 0.1
THRESHOLDS = ("LIKE", "DOUBT", "FADED")
START = datetime(2026, 7, 13, tzinfo=UTC)
console = Console(highlight=False, width=120)
Pairs = Sequence[Mapping[str, object]]


def lines(name: str) -> Iterator[dict[str, object]]:
    path = SHARED / name
    opened = gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")
    with opened as found:
        yield from map(json.loads, found)


def reports(language: str) -> list[Report]:
    """The day of a language, understood once."""
    lexicon, found = shipped_words(), []
    for data in lines(f"gold/stories_dev_{language}.day.jsonl.gz"):
        item = read_item(data)
        at = item.published or START
        events = telling(lexicon, extract(item, lexicon))
        today = local_date(at, None, item.language)
        found.append(report_of(item, events, lexicon.identity, id=item.guid, at=at, today=today))
    return found


def grouped(day: Sequence[Report]) -> dict[str, str]:
    book = StoryBook()
    return {report.id: book.place(report).story for report in day}


def overlapping(language: str) -> dict[str, str]:
    """The baseline."""
    story: dict[str, str] = {}
    seen: list[tuple[str, frozenset[str]]] = []
    for data in lines(f"gold/stories_dev_{language}.day.jsonl.gz"):
        text = fold(str(data["text"]))
        words = frozenset(map("".join, pairwise(text)) if language == "zh" else re.findall(r"\w+", text))
        like, best = max(((len(words & other) / max(1, len(words | other)), name) for name, other in seen), default=(0.0, ""))
        story[str(data["id"])] = story[best] if like >= OVERLAP[language] else str(data["id"])
        seen.append((str(data["id"]), words))
    return story


def f1(pairs: Pairs, story: Mapping[str, str]) -> float:
    said = [(story[str(pair["a"])] == story[str(pair["b"])], pair["label"] != "different") for pair in pairs]
    right = said.count((True, True))
    return 2 * right / max(1, 2 * right + said.count((True, False)) + said.count((False, True)))


def labelled(language: str) -> tuple[Pairs, Pairs, Pairs]:
    """All sure pairs, and the two halves of them."""
    every = [pair for pair in lines(f"gold/stories_dev_{language}.pairs.jsonl") if not pair.get("unsure")]
    halves: tuple[list[Mapping[str, object]], list[Mapping[str, object]]] = ([], [])
    for pair in every:
        halves[hashlib.sha256(f"{pair['a']}{pair['b']}".encode()).digest()[-1] % 2].append(pair)
    return every, *halves


def quality() -> None:
    table = Table("", "F1", "half A", "half B", "word overlap", "pairs", "stories of items", title="Quality", box=None)
    for language in ("zh", "en"):
        every, first, second = labelled(language)
        day = reports(language)
        story = grouped(day)
        scores = (f"{f1(some, story):.3f}" for some in (every, first, second))
        size = f"{len(set(story.values()))} of {len(day)}"
        table.add_row(language, *scores, f"{f1(every, overlapping(language)):.3f}", str(len(every)), size)
    console.print(table)


def thresholds() -> None:
    """What moving each threshold by a tenth does."""
    days = {language: reports(language) for language in ("zh", "en")}
    table = Table("threshold", "value", "zh", "en", title="Each threshold moved", box=None)
    for name in THRESHOLDS:
        value = getattr(stories, name)
        for moved in (value * (1 - MOVED), value, value * (1 + MOVED)):
            setattr(stories, name, moved)
            scores = (f"{f1(labelled(language)[0], grouped(day)):.3f}" for language, day in days.items())
            table.add_row(name, f"{moved:.3f}", *scores)
        setattr(stories, name, value)
    console.print(table)


def stream() -> Iterator[Report]:
    """Real items of both languages by turns, at even times within the window; where they end they come again, each time with
    words of their own, so that the index grows as it would."""
    turn = 0
    while True:
        for number, pair in enumerate(zip(lines("corpora/news_zh.jsonl.gz"), lines("corpora/news_en.jsonl.gz"), strict=False)):
            for half, data in enumerate(pair):
                mark = f" again{turn} n{number}x{turn}" if turn else ""
                item = read_item({**data, "text": f"{data['text']}{mark}"})
                name = f"{turn}-{number}-{half}"
                at = START + timedelta(seconds=2 * (2 * number + half) % 250_000)
                yield report_of(item, (), {}, id=name, at=at, today=START.date())
        turn += 1


def speed() -> None:
    """CPU milliseconds for each item on top of a full window, beside what taking its features alone costs."""
    source, book = stream(), StoryBook()
    for _ in range(WINDOW):
        report = next(source)
        book.add(report, report.id, Novelty.FIRST)
    started = process_time()
    more = [next(source) for _ in range(MEASURED)]
    features = (process_time() - started) / MEASURED * 1000
    times = []
    for report in more:
        started = process_time()
        book.place(report)
        times.append((process_time() - started) * 1000)
    times.sort()
    mean, late = sum(times) / MEASURED, times[int(0.99 * MEASURED)]
    console.print(
        f"{WINDOW:,} items in the window: features {features:.2f} ms, placing {mean:.2f} ms (99 %: {late:.2f} ms) for each item; "
        f"{mean / features:.1f}× the features"
    )


def main() -> None:
    if not (SHARED / "gold").is_dir():
        console.print("[yellow]the labelled days are not there[/]: set TAPEWATCH_SHARED to the folder of shared texts")
        return
    parts = {"quality": quality, "thresholds": thresholds, "speed": speed}
    for name in sys.argv[1:] or parts:
        parts[name]()


if __name__ == "__main__":
    main()
