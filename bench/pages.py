"""How long the server works on each page over a large database, beside an empty page in the same run.

python -m bench.pages [items, by thousands] [place to keep the database]

The database has one alert for ten items, 2,000 securities, 40 rules, three deliveries for four alerts, and 90 days; the newest
twentieth of the items can be searched. Each page is asked for again and again over one connection; what is printed is the
processor's time of a request, the database and this client included: the median, the 95th percentile, and how many empty pages
that is.
"""

import gc
import http.client
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import process_time

import uvicorn
from sqlalchemy import Connection, text

from service.beginning import begun
from service.clock import utc_now
from service.editing import Desk
from service.metrics import Labels, Metrics
from service.model.entity import Entity, EntityKind
from service.model.health import Health
from service.model.source import Source
from service.rulebook import parse_folder
from service.rulefolder import read_folder
from service.storage import migrations, search, sources
from service.storage.database import Database, open_database
from service.web import InForce, WebContext, create_app
from service.web.access import AccessSettings

RUNS = 40
SECURITIES = 2000
DAYS = 90

_NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)"
_TIME = "strftime('%Y-%m-%d %H:%M:%S', :now, '-' || ((:count - i) * :seconds / :count) || ' seconds') || '.000000'"
_WORDS = "'Security ' || (i * 7919 % 2000) || ' jumped ' || (i % 30) || '% on the board, after a supplier raised its forecast. '"
_ITEMS = f"""{_NUMBERS} INSERT INTO items
 (id, source, guid, content_hash, title, text, link, published, publisher, language, fetched_at, disposition, rules_version)
 SELECT i, 'feed-' || (i % 50), 'guid-' || i, 'hash-' || i, 'Security ' || (i * 7919 % 2000) || ' jumps', {_WORDS} || {_WORDS},
 'https://news.example.com/' || i, {_TIME}, 'Outlet ' || (i % 50), 'en', {_TIME}, 'evaluated', 'bench' FROM n"""
_EVENTS = f"""{_NUMBERS} INSERT INTO events
 (item_id, type, subject, evidence_start, evidence_end, trigger_start, trigger_end, status, entity, alias, subject_start,
 subject_end, day, fields, entry) SELECT i, 'price_move', 'Security ' || (i * 7919 % 2000), 14, 20, 14, 20, 'asserted',
 (i * 7919 % 2000) || '.SH', '', 0, 8, NULL, '{{"pct": 12.0}}', '' FROM n WHERE i % 2 = 0"""
_SEVERITY = "CASE WHEN i % 100 = 0 THEN 'critical' WHEN i % 10 < 3 THEN 'high' WHEN i % 10 < 8 THEN 'medium' ELSE 'low' END"
_ALERTS = f"""{_NUMBERS} INSERT INTO alerts
 (id, fingerprint, item_id, position, rule, rule_place, severity, title, subject, alias, entity, event_type, excerpt, marks,
 reason, headline, link, source, publisher, published, created_at, facts, labels, story)
 SELECT printf('%016x', i), 'print-' || i, i * 10, 0, 'rule-' || (i * 31 % 40), 'rules/alerts/bench.yaml:4:5', {_SEVERITY},
 'Security ' || (i * 7919 % 2000) || ' jumps', 'Security ' || (i * 7919 % 2000), '', (i * 7919 % 2000) || '.SH', 'price_move',
 {_WORDS}, '[[0, 8]]', 'rule rule-' || (i * 31 % 40) || ': event price_move', 'Security jumps', 'https://news.example.com/' || i,
 'feed-' || (i % 50), 'Outlet ' || (i % 50), {_TIME}, {_TIME}, '{{"pct": 12.0}}', '{{}}', 's' || (i / 3) FROM n"""
_STATE = "CASE WHEN i % 1000 = 0 THEN 'discarded' WHEN i % 997 = 0 THEN 'retryable' ELSE 'sent' END"
_DELIVERIES = f"""{_NUMBERS} INSERT INTO deliveries
 (id, key, receiver, target, group_key, state, attempts, created_at, sent_at, last_reason, last_detail)
 SELECT i, 'key-' || i, 'desk', 'json://desk.example.com', 'g', {_STATE}, 1, {_TIME}, {_TIME}, '', '' FROM n WHERE i % 4 > 0"""
_BUNDLES = f"""{_NUMBERS} INSERT INTO delivery_alerts (delivery_id, alert_id, given_as)
 SELECT i, printf('%016x', i), '' FROM n WHERE i % 4 > 0"""
_ATTEMPTS = f"""{_NUMBERS} INSERT INTO attempts (delivery_id, number, at, outcome, reason, detail)
 SELECT i, 1, {_TIME}, {_STATE}, '', '' FROM n WHERE i % 4 > 0"""
_DECISIONS = f"""{_NUMBERS} INSERT INTO decisions (item_id, rule, fingerprint, outcome, reason, alert_id, at)
 SELECT i * 10, 'rule-' || (i * 31 % 40), 'print-' || i, 'alerted', 'first report', printf('%016x', i), {_TIME} FROM n"""
_MEMBERS = f"""{_NUMBERS} INSERT INTO story_members (item_id, story, novelty, reason, outlet, at, placed_at, report)
 SELECT i * 10, 's' || (i / 3), 'first', '', 'Outlet ' || (i % 50), {_TIME}, {_TIME}, '{{}}' FROM n"""
_KNOWN = f"""{_NUMBERS} INSERT INTO acknowledgements (alert_id, at, "by")
 SELECT printf('%016x', i), {_TIME}, 'ann' FROM n WHERE i % 3 = 0"""
_INBOX = f"""{_NUMBERS} INSERT INTO inbox (key, subject, text, alerts, at)
 SELECT 'in-' || i, 'Security jumps', {_WORDS}, '["' || printf('%016x', i) || '"]', {_TIME} FROM n WHERE i % 10 = 0"""


def fill(database: Database, items: int) -> None:
    """Everything, by statements alone; only the index of the search is made here."""
    alerts = items // 10
    values = {"now": utc_now().strftime("%Y-%m-%d %H:%M:%S"), "seconds": DAYS * 86400}
    with database.begin() as connection:
        for statement in (_ITEMS, _EVENTS):
            connection.execute(text(statement), {**values, "count": items})
        for statement in (_ALERTS, _DELIVERIES, _BUNDLES, _ATTEMPTS, _DECISIONS, _MEMBERS, _KNOWN, _INBOX):
            connection.execute(text(statement), {**values, "count": alerts})
    with database.begin() as connection:
        sources.sync(connection, [Source("feed-7", "feed", "https://feed-7.example.com/rss")], utc_now())
    newest = "SELECT id, title, text FROM items WHERE id > :after AND id <= :until"
    for start in range(items - items // 20, items, 2000):
        with database.begin() as connection:
            found = connection.execute(text(newest), {"after": start, "until": start + 2000})
            search.add(connection, [(row.id, row.title, row.text) for row in found])


def context(database: Database) -> WebContext:
    """The shipped rules in force, and the securities of the bench in the catalog."""
    book = parse_folder(read_folder(None))
    catalog = {
        f"{number}.SH": Entity(
            f"{number}.SH", EntityKind.STOCK, (f"Security {number}",), tags=frozenset({f"tag-{number % 20}", "bench"})
        )
        for number in range(SECURITIES)
    }
    force = InForce(book.rules.rules, book.sources, book.version, book.rules, catalog)
    return WebContext(
        database=database,
        metrics=Metrics("bench", Labels()),
        health=lambda: Health(True),
        rulebook=lambda: force,
        version="bench",
        link_key=b"k" * 32,
        desk=Desk(database, lambda: book, lambda: None),
        access=AccessSettings(open_reading=True),
    )


@contextmanager
def served(web: WebContext) -> Iterator[int]:
    """The port of the running pages, with one that is empty."""
    application = create_app(web)
    config = uvicorn.Config(application, host="127.0.0.1", port=0, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    listener = config.bind_socket()
    listener.listen(64)  # whoever asks before the server accepts waits
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(timeout=20)
        listener.close()


def pages(connection: Connection, items: int) -> list[str]:
    """What is asked for: the first and a middle page of each list, each filter, common and rare."""
    alerts = items // 10
    middle = f"{alerts // 2:016x}"
    lists = ["/", f"/?before={middle}", "/?span=30d", "/?span=30d&severity=critical", "/?severity=info", "/?rule=rule-7"]
    lists += ["/?rule=none", "/?entity=77.SH", "/?tag=tag-3", "/?tag=bench", "/?source=feed-7", "/?source=none"]
    lists += [f"/?state={state}" for state in ("new", "acknowledged", "held", "undelivered")]
    lists += ["/?rule=rule-7&severity=info", "/?state=undelivered&severity=critical&span=30d", "/?q=forecast", "/?q=nowhere"]
    single = [f"/alerts/{alerts - 1:016x}", f"/items/{items - 10}", f"/items/{items - 10}?all=true"]
    entity = ["/entities/76.SH", f"/entities/76.SH?before={items // 4}"]
    desk = ["/deliveries?show=sent", f"/deliveries?show=sent&before=key-{alerts // 2 + 1}", "/deliveries?show=discarded"]
    desk += ["/deliveries?receiver=desk", f"/deliveries/key-{alerts // 2 + 1}", "/sources", "/sources/feed-7", "/status"]
    desk += ["/silences", "/silences?matchers=severity%3Dcritical", "/routes", "/rules", "/rules/versions"]
    return [*lists, *single, *entity, "/inbox", f"/inbox?before={alerts // 20}", *desk]


def timed(port: int, paths: list[str]) -> dict[str, tuple[list[float], int]]:
    """Milliseconds of the processor for each path, asked in turns so that what disturbs the machine disturbs
    all; and the packed bytes."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    taken: dict[str, tuple[list[float], int]] = {}
    for turn in range(RUNS + 1):
        start = turn % len(paths)  # what comes at intervals, as the collector of garbage does, is to hit no page more than others
        for path in (*paths[start:], *paths[:start]):
            began = process_time()
            connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
            answer = connection.getresponse()
            size = len(answer.read())
            if answer.status != 200:
                raise SystemExit(f"{path}: {answer.status}")
            times, _ = taken.setdefault(path, ([], size))
            if turn:  # the first one warms up
                times.append((process_time() - began) * 1000)
    return taken


@contextmanager
def watched_collector() -> Iterator[list[float]]:
    """How long each whole collection of garbage took, in milliseconds: those stop a page whose fault they are not."""
    taken: list[float] = []
    began = 0.0

    def watch(phase: str, info: dict[str, int]) -> None:
        nonlocal began
        if info["generation"] < 2:
            return
        if phase == "start":
            began = process_time()
        else:
            taken.append((process_time() - began) * 1000)

    gc.callbacks.append(watch)
    yield taken
    gc.callbacks.remove(watch)


def main() -> None:
    """Make the database unless it is there, and measure; garbage is looked for as by the command."""
    begun()
    items = int(sys.argv[1]) * 1000 if len(sys.argv) > 1 else 1_000_000
    place = Path(sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp()) / "pages.db"
    ready = place.exists()
    database = open_database(f"sqlite:///{place}", utc_now)
    migrations.upgrade(database)
    if not ready:
        fill(database, items)
    empty = "/healthz"
    with database.read() as connection:
        paths = pages(connection, items)
    with served(context(database)) as port, watched_collector() as collected:
        found = timed(port, [empty, *paths])
    base = sorted(found[empty][0])[RUNS // 2]
    for path, (times, size) in found.items():
        middle, late = sorted(times)[RUNS // 2], sorted(times)[int(RUNS * 0.95)]
        print(f"{path:55} {middle:7.1f} ms  p95 {late:7.1f} ms  {middle / base:6.0f} x empty  {size / 1024:6.1f} KiB")
    print(f"garbage was collected {len(collected)} times, which took up to {max(collected, default=0):.0f} ms")


if __name__ == "__main__":
    main()
