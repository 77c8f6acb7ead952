"""How long a search takes and what the index costs those who store, each beside the naive way in the same run.

python -m bench.search [items, by thousands] [sqlite|postgresql]

The naive ways: LIKE over every text; storing without an index. Texts have about 80 words, half of them Chinese, drawn so that few
words are in most texts and most words in few.
"""

import hashlib
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, process_time

from sqlalchemy import Connection, text

from service.clock import utc_now
from service.model.item import Item
from service.storage import items, migrations, search
from service.storage.database import Database, open_database
from service.storage.search_words import words_of
from tests.support.postgres import running_server

THOUSAND = 1000
PAGE = 51
RUNS = 5
ENGLISH = ("shares", "rose", "market", "index", "limit", "up", "high", "Alder", "Optics", "board", "trade", "fund", "chip")
CHINESE = "涨停板科技股份创新高指数市场资金流入光纤通信甲山乙川丙海芯片算力公告上市申请首发业绩增长"


def words(number: int) -> str:
    """The text of an item; the digits of its hash choose the words."""
    digest = hashlib.blake2b(str(number).encode(), digest_size=64).digest()
    english = " ".join(ENGLISH[byte * byte // 5002] for byte in digest[:32])
    chinese = "".join(CHINESE[byte * byte // 1516] for byte in digest)
    return f"{english} w{number % 50021} {chinese} r{number % 9973}。{chinese[::-1]}"


QUESTIONS = (
    *("shares", "limit-up", "涨停", "甲山科技", "算力 芯片", "增"),
    *("w777", "涨停 w777 r1", '"fund chip fund"', "shares 涨停", "nothere"),
)


def made(start: int) -> list[Item]:
    """A thousand items."""
    return [Item("bench", str(number), f"Item {number}", words(number)) for number in range(start, start + THOUSAND)]


def fill(database: Database, thousands: int) -> None:
    """Store them, and say what the index took of the processor's time."""
    whole = indexing = 0.0
    for start in range(0, thousands * THOUSAND, THOUSAND):
        batch = made(start)
        began = process_time()
        with database.begin() as connection:
            items.insert_new(connection, batch, disposition="evaluated", rules_version="", now=utc_now())
        whole += process_time() - began
        began = process_time()
        for item in batch:
            words_of(item.text)
        indexing += process_time() - began
    count = thousands * THOUSAND
    each, making = whole / count * 1e6, indexing / count * 1e6
    sys.stdout.write(f"{count:,} items: {each:.0f} µs of the processor each, of which making words {making:.0f}\n")


def slowest(work: Callable[[], object]) -> float:
    """The slowest of a few runs, in milliseconds."""
    taken = []
    for _ in range(RUNS):
        began = perf_counter()
        work()
        taken.append((perf_counter() - began) * 1000)
    return max(taken[1:])


def ask(connection: Connection, question: str) -> None:
    """One line: the question, how many, our time, that of LIKE."""
    asked = search.terms(question)
    ours = slowest(lambda: search.find(connection, asked, PAGE))
    deep = slowest(lambda: search.find(connection, asked, PAGE, before=connection_middle(connection)))
    found = len(search.find(connection, asked, PAGE))
    began = perf_counter()
    like = text("SELECT id FROM items WHERE text LIKE :part ORDER BY id DESC LIMIT 51")
    connection.execute(like, {"part": f"%{question.split()[0].strip(chr(34))}%"}).all()
    naive = (perf_counter() - began) * 1000
    sys.stdout.write(f"{question:22} {found:3} found {ours:8.1f} ms, from the middle {deep:8.1f} ms   LIKE {naive:8.1f} ms\n")


def connection_middle(connection: Connection) -> int:
    """The number of an item in the middle."""
    return int(connection.execute(text("SELECT max(id) / 2 FROM items")).scalar_one())


@contextmanager
def places(kind: str) -> Iterator[str]:
    """The URL of an empty database of this kind."""
    if kind == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{Path(folder) / 'bench.db'}"
        return
    with running_server() as server:
        url = server.create()
        yield url.render_as_string(hide_password=False)
        server.drop(url)


def main() -> None:
    """Fill and ask."""
    thousands = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    with places(sys.argv[2] if len(sys.argv) > 2 else "sqlite") as url:
        database = open_database(url, utc_now)
        migrations.upgrade(database)
        fill(database, thousands)
        if database.dialect == "postgresql":
            with database.begin() as connection:
                connection.execute(text("ANALYZE"))
        with database.read() as connection:
            for question in QUESTIONS:
                ask(connection, question)
        database.close()


if __name__ == "__main__":
    main()
