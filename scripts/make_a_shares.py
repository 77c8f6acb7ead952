"""Write rules/entities/a-shares.csv: the securities of the mainland's exchanges, their short names and days of listing.

The facts come from the table of codes that the `adata` wheel carries (Apache-2.0); it is needed here alone, never at run time:
`pip download --no-deps adata==2.9.5`, then `python scripts/make_a_shares.py adata-2.9.5-py3-none-any.whl`. Rows without a day of
listing (delisted, or never listed) are left out; blanks inside names are filling and go.
"""

import csv
import sys
import zipfile
from io import TextIOWrapper
from pathlib import Path

TARGET = Path(__file__).parent.parent / "rules" / "entities" / "a-shares.csv"
TABLE = "adata/stock/cache/code.csv"
HEADER = (
    "# Short names, boards and days of listing of mainland China's listed shares. Facts from the code table of {wheel}\n"
    "# (https://github.com/1nchaos/adata, Apache-2.0; changed: only listed ones, codes with their exchange, boards from codes).\n"
    "# Made by scripts/make_a_shares.py; edit nothing here: a YAML file adds names and tags to the same id. See docs/data.md.\n"
)
BOARDS = (
    (("688", "689"), "SH", "star"),
    (("600", "601", "603", "605"), "SH", "main-board"),
    (("900",), "SH", "b-share"),
    (("300", "301", "302"), "SZ", "chinext"),
    (("000", "001", "002", "003"), "SZ", "main-board"),
    (("200", "201"), "SZ", "b-share"),
    (("4", "8", "92"), "BJ", "beijing"),
)
"""The first digits of a code say its exchange and board (rules of the three exchanges on securities codes)."""

MOVED = ("833874", "833994", "832317", "300114")
"""Codes given up when the company moved to another board, where it stands under its new code."""


def placed(code: str) -> tuple[str, str]:
    """Exchange and board of a code."""
    return next((exchange, board) for starts, exchange, board in BOARDS if code.startswith(starts))


def rows(wheel: Path) -> list[tuple[str, ...]]:
    """One row for each listed security, by code."""
    with zipfile.ZipFile(wheel) as archive, archive.open(TABLE) as file:
        table = list(csv.DictReader(TextIOWrapper(file, "utf-8-sig")))
    found = {}
    for row in table:
        code, name, listed = row["stock_code"].zfill(6), "".join(row["short_name"].split()), row["list_date2"]
        if code in MOVED or not listed or name.endswith("退") or name.startswith("退市"):
            continue
        exchange, board = placed(code)
        found[code] = (f"{code}.{exchange}", name, exchange, board, listed, "" if board == "b-share" else "a-share")
    return [found[code] for code in sorted(found)]


def main() -> int:
    """Write the file; prints how many securities it holds."""
    if len(sys.argv) != 2:
        print("usage: make_a_shares.py adata-VERSION-py3-none-any.whl", file=sys.stderr)
        return 2
    wheel = Path(sys.argv[1])
    found = rows(wheel)
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        file.write(HEADER.format(wheel=" ".join(wheel.name.split("-")[:2])))
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("id", "zh", "exchange", "board", "listed", "tags"))
        writer.writerows(found)
    print(f"{len(found)} securities written to {TARGET.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
