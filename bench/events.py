"""What understanding is worth and what it costs, on real news: quality beside the keyword baseline, speed beside a bare scan.

    python bench/events.py [quality|speed|entities|start ...]

Texts and labels lie outside the project: in the folder TAPEWATCH_SHARED, or in ../shared. Quality is scored by the scorer that
comes with the labels. Times are CPU seconds of one process; rounds alternate, the best of each side is taken.
"""

import csv
import gzip
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import perf_counter, process_time

from rich.console import Console
from rich.table import Table

from service.cli.extract import public_event, read_item
from service.events.extract import extract
from service.events.gazetteer import build_gazetteer
from service.events.lexicon import Lexicon
from service.events.numbers import percentages
from service.events.watchlist_csv import ListedEntity
from service.folding import fold
from service.model.entity import EntityKind
from service.model.item import Item
from service.words import counting, read_entities, shipped_words

ROOT = Path(__file__).parent.parent
SHARED = Path(os.getenv("TAPEWATCH_SHARED", ROOT.parent / "shared"))  # noqa: TID251 - no setting of the service
LANGUAGES = ("en", "zh")
ITEMS = 4_000
ROUNDS = 5
MORE = 70_000
console = Console(highlight=False, width=110)
KEYWORDS = {
    "new_high": ("record high", "all-time high", "52-week high", "new high", "新高"),
    "limit_up": ("limit-up", "limit up", "upper circuit", "涨停", "封板", "一字板"),
    "limit_down": ("limit-down", "limit down", "lower circuit", "跌停"),
    "limit_up_broken": ("炸板", "开板"),
    "ipo": ("ipo", "initial public offering", "prospectus", "招股书", "递表", "上市首日"),
    "price_move": ("rose", "fell", "jumped", "surged", "dropped", "gained", "soared", "slid", "涨", "跌"),
}  # fmt: skip
"""The baseline: a word is an event, and the nearest percentage its size."""
INDEX_WORDS = ("index", "s&p", "nasdaq", "dow", "指数", "指", "板块", "概念")
OTHER_WORDS = ("gold", "silver", "bitcoin", "oil", "黄金", "金价", "白银", "期货", "比特币")


def shared(name: str) -> Path | None:
    """A file of the shared texts; says so where it is not there."""
    path = SHARED / name
    if path.exists():
        return path
    console.print(f"[yellow]{name} is not there[/]: set TAPEWATCH_SHARED to the folder of shared texts; left out")
    return None


def corpus(language: str) -> list[Item]:
    path = shared(f"corpora/news_{language}.jsonl.gz")
    if path is None:
        return []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [read_item(json.loads(line)) for line, _ in zip(lines, range(ITEMS), strict=False)]


def keyword_events(text: str) -> list[dict[str, object]]:
    """What a list of keywords says."""
    folded = fold(text)
    found: list[dict[str, object]] = []
    for kind, words in KEYWORDS.items():
        place = next((at for word in words if (at := folded.find(word)) >= 0), -1)
        if place < 0:
            continue
        event: dict[str, object] = {"type": kind, "subject": ""}
        figures = percentages(folded, 0, len(folded)) if kind == "price_move" else []
        if kind == "price_move":
            if not figures:
                continue
            event["pct"] = min(figures, key=lambda one: abs(one.span.start - place)).value
        if kind == "new_high":
            near = folded[max(0, place - 60) : place]
            event["kind"] = (
                "index" if any(w in near for w in INDEX_WORDS) else "other" if any(w in near for w in OTHER_WORDS) else "stock"
            )
        found.append(event)
    return found


def scored(gold: Path, scorer: Path, answer: Callable[[dict[str, object]], list[dict[str, object]]]) -> dict[str, object]:
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
        for line in gold.read_text("utf-8").splitlines():
            item = json.loads(line)
            file.write(json.dumps({"id": item["id"], "events": answer(item)}) + "\n")
        file.flush()
        done = subprocess.run([sys.executable, scorer, gold, file.name, "--json"], check=True, capture_output=True, text=True)
    result: dict[str, object] = json.loads(done.stdout)
    return result


def quality() -> None:
    """Scores per type and language, ours beside the keywords'."""
    gold, scorer = shared("gold/events_dev.jsonl"), shared("gold/score_events.py")
    if gold is None or scorer is None:
        return
    lexicon = shipped_words()
    ours = scored(gold, scorer, lambda item: [public_event(one) for one in counting(lexicon, extract(read_item(item), lexicon))])
    words = scored(gold, scorer, lambda item: keyword_events(str(item["text"])))
    table = Table("", "detection P", "R", "F1", "keywords F1", "attribution F1", "keywords F1", "gold", title="Quality", box=None)
    for kind, (precision, recall, f1, count) in ours["detection"].items():  # type: ignore[attr-defined]
        cells = [f"{precision:.3f}", f"{recall:.3f}", f"{f1:.3f}"]
        for result, part in ((words, "detection"), (ours, "attribution"), (words, "attribution")):
            cells.append(f"{result[part].get(kind, [0, 0, 0])[2]:.3f}")  # type: ignore[attr-defined]
        table.add_row(kind, *cells, str(count))
    console.print(table)
    for name in ("macro_detection_f1", "magnitude"):
        console.print(f"{name.replace('_', ' '):24} {ours[name]}    keywords {words[name]}")


def rate(run: Callable[[], object], count: int) -> float:
    started = process_time()
    run()
    return count / max(1e-9, process_time() - started)


def best(count: int, *runs: Callable[[], object]) -> list[float]:
    """Items per CPU second of each, measured in turns."""
    rates = [[rate(run, count) for run in runs] for _ in range(ROUNDS)]
    return [max(column) for column in zip(*rates, strict=True)]


def understand(items: Sequence[Item], lexicon: Lexicon) -> int:
    return sum(len(extract(item, lexicon)) for item in items)


def scan(texts: Sequence[str], lexicon: Lexicon) -> int:
    """One pass for all literals and nothing else: no program that looks for these words can be faster."""
    automaton = lexicon.compiled.automaton
    return sum(len(automaton.find_matches_as_indexes(text, overlapping=True)) for text in texts)


def speed() -> None:
    """Items per second per core, and the bare scan of the same texts."""
    lexicon = shipped_words()
    table = Table("corpus", "items/s per core", "bare scan, items/s", "share of the scan", "items", title="Speed", box=None)
    for language in LANGUAGES:
        items = corpus(language)
        if items:
            texts = [fold(item.document) for item in items]
            ours, bare = best(len(items), lambda: understand(items, lexicon), lambda: scan(texts, lexicon))  # noqa: B023
            table.add_row(language, f"{ours:,.0f}", f"{bare:,.0f}", f"{ours / bare:.3f}", str(len(items)))
    console.print(table)


def more_entities() -> Iterator[ListedEntity]:
    """The world's listed companies, up to MORE; names that are made up where the list is absent or too short."""
    count = 0
    path = shared("corpora/gazetteer/world_equities.csv.gz")
    if path is not None:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for row in csv.DictReader(lines):
                if len(row["name"]) > 1 and count < MORE:
                    count += 1
                    yield ListedEntity(f"{row['symbol']}.WORLD", EntityKind.STOCK, (row["name"],), file="world.csv", line=count)
    while count < MORE:
        count += 1
        yield ListedEntity(f"M{count}.WORLD", EntityKind.STOCK, (f"Madeup {count:x} Industries",), file="world.csv", line=count)


def entities() -> None:
    """The cost of 70,000 more names."""
    few = shipped_words()
    shipped, ambiguous = read_entities(None)
    catalog = dict(shipped) | {one.id: one for one in more_entities()}
    started = process_time()
    gazetteer = build_gazetteer(catalog, ambiguous)
    built = process_time() - started
    many = Lexicon(
        type(few.compiled)(**{name: getattr(few.compiled, name) for name in few.compiled.__slots__} | {"gazetteer": gazetteer})
    )
    table = Table("corpus", "shipped, items/s", f"+{MORE:,}, items/s", "cost", title="More names", box=None)
    for language in LANGUAGES:
        items = corpus(language)
        if items:
            one, other = best(len(items), lambda: understand(items, few), lambda: understand(items, many))  # noqa: B023
            table.add_row(language, f"{one:,.0f}", f"{other:,.0f}", f"{one / other - 1:+.1%}")
    console.print(table)
    console.print(f"{len(catalog):,} entities, {len(gazetteer.ids):,} names, compiled in {built:.2f} s")


MEASURED = """
import pathlib, resource, sys
from service.words import shipped_words
shipped_words()
status = pathlib.Path("/proc/self/status")
lines = status.read_text().splitlines() if status.exists() else []
print(next((line.split()[1] for line in lines if line.startswith("VmHWM")), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))
"""
"""The kernel's own figure of the most memory held, in KiB, where there is one: the portable one is inherited from the parent."""


def start() -> None:
    """Time and memory of a process of its own that compiles everything shipped, as each command and each child does."""
    times, most = [], 0
    for _ in range(ROUNDS):
        started = perf_counter()
        done = subprocess.run([sys.executable, "-c", MEASURED], check=True, capture_output=True, text=True, cwd=ROOT)
        times.append(perf_counter() - started)
        most = int(done.stdout)
    console.print(f"start {min(times):.2f} s, memory {most / 1024:.0f} MiB with everything shipped")


PARTS = {"quality": quality, "speed": speed, "entities": entities, "start": start}


def main() -> int:
    wanted = sys.argv[1:] or list(PARTS)
    unknown = [name for name in wanted if name not in PARTS]
    if unknown:
        console.print(f"there is no part {', '.join(unknown)}; there are: {', '.join(PARTS)}")
        return 2
    for name in wanted:
        PARTS[name]()
        console.print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
