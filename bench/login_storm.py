"""How long readers wait while others try passwords: the 95th percentile of a page in a storm of logins, beside the page alone.

python bench/login_storm.py [seconds]
"""

import sys
import tempfile
import threading
from collections import Counter
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from service.clock import utc_now
from service.storage import migrations
from service.storage.database import open_database
from tests.support.web import Site, signed_in, site

STORMING = 16
"""Browsers that try at the same time, each as fast as it is answered."""


def waits(reader: Site, seconds: float) -> list[float]:
    """How long each of as many pages as fit took."""
    taken = []
    until = perf_counter() + seconds
    while (begun := perf_counter()) < until:
        assert reader.ask("/inbox").status == 200
        taken.append(perf_counter() - begun)
    return sorted(taken)


def percentile(taken: list[float]) -> float:
    """The 95th, in milliseconds."""
    return taken[int(len(taken) * 0.95)] * 1000


def main() -> None:
    """Print both percentiles, their ratio, and what became of the tries."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 8.0
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/bench.db", utc_now)
        migrations.upgrade(database)
        answers: Counter[int] = Counter()
        over = threading.Event()
        with site(database) as running:
            reader = signed_in(running, database)
            alone = percentile(waits(reader, seconds))

            def storm(number: int) -> None:
                count = 0
                while not over.is_set():
                    count += 1
                    name = f"name{number}-{count % 50}"
                    answers[running.post("/login", {"name": name, "password": "wrong"}).status] += 1

            threads = [threading.Thread(target=storm, args=(number,)) for number in range(STORMING)]
            for thread in threads:
                thread.start()
            stormed = percentile(waits(reader, seconds))
            over.set()
            for thread in threads:
                thread.join()
        database.close()
    tries = ", ".join(f"{count} answered {status}" for status, count in sorted(answers.items()))
    print(f"p95 alone {alone:.1f} ms, in the storm {stormed:.1f} ms: {stormed / alone:.1f} times; {tries} in {seconds:.0f} s")


if __name__ == "__main__":
    main()
