"""Watchlists as CSV: what is read, and what is told at which line."""

from datetime import date

import pytest

from service.errors import Problem
from service.events import watchlist_csv
from service.events.entities import build_catalog, parse_entities
from service.events.watchlist_csv import parse_table
from service.marked_yaml import load
from service.model.entity import EntityKind

FILE = """\
# Facts from a list.
#
id,zh,en,former,board,listed,tags,kind
601869.SH,长飞光纤,YOFC; Yangtze Optical,,main-board,2018-07-20,a-share; optical,
300548.SZ,长芯博创,,博创科技; Broadex,chinext,2016-10-12,a-share,stock

HSI.HK,恒指,,,,,,index
"""


def read(text: str) -> tuple[dict[str, watchlist_csv.ListedEntity], list[tuple[int, str]]]:
    table = parse_table(text.encode(), "own.csv")
    return table.entities, [(problem.line, problem.message) for problem in table.problems]


def test_rows_become_entities() -> None:
    entities, problems = read(FILE)
    assert problems == []
    assert list(entities) == ["601869.SH", "300548.SZ", "HSI.HK"]
    one = entities["601869.SH"]
    assert (one.names_en, one.names_zh, one.listed) == (("YOFC", "Yangtze Optical"), ("长飞光纤",), date(2018, 7, 20))
    assert one.tags == {"a-share", "optical", "main-board"} and (one.file, one.line) == ("own.csv", 4)
    assert entities["300548.SZ"].names_zh == ("长芯博创", "博创科技") and entities["300548.SZ"].names_en == ("Broadex",)
    assert entities["HSI.HK"].kind is EntityKind.INDEX


def test_words_are_read_from_a_file_of_one_column() -> None:
    table = parse_table("# by hand\nambiguous\nTarget\n机器人\n\n".encode(), "words.csv")
    assert table.ambiguous == ["Target", "机器人"] and not table.entities and not table.problems


def test_everything_that_is_wrong_is_told_at_once() -> None:
    text = """\
# list
id,en,listed,kind
,Empty,,
A B,Blank,,
X.US,First,,
X.US,Again,,
Y.US,Q,,
Z.US,,,
V.US,Victor,20.3.2020,
W.US,Whiskey,,warrant
U.US,Uniform,,,,too,many
"""
    entities, problems = read(text)
    assert list(entities) == ["X.US"]
    assert problems == [
        (3, "the id is empty"),
        (4, "'A B' cannot be an id"),
        (6, "the id X.US comes twice"),
        (7, "the name 'Q' of Y.US is too short"),
        (8, "Z.US has no name"),
        (9, "'20.3.2020' is no day of listing"),
        (10, "there is no kind 'warrant'"),
        (11, "this row has 7 cells, the header 4"),
    ]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "there is no header"),
        ("# only\n# comments\n", 1, "there is no header"),
        ("# c\nid,nmae\nA,B\n", 2, "unknown column 'nmae'"),
        ("id,en,en\nA,B,C\n", 1, "the column 'en' comes twice"),
        ("en,zh\nA,B\n", 1, "there is no column `id`"),
        ('id,en\nA.US,Alpha\nB.US,"Bra"vo"\n', 3, "this is not CSV: ',' expected after '\"'"),
    ],
)
def test_a_file_that_is_none(text: str, line: int, message: str) -> None:
    _, problems = read(text)
    assert problems[0] == (line, message)


def test_other_encodings_and_sizes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    table = parse_table("id,zh\nA.SH,长飞\n".encode("gb18030"), "own.csv")
    assert [(one.line, one.message) for one in table.problems] == [(2, "this is not UTF-8")]
    assert not parse_table("\ufeffid,zh\nA.SH,长飞\n".encode(), "own.csv").problems
    monkeypatch.setattr(watchlist_csv, "MAX_BYTES", 2**20)
    (problem,) = parse_table(b"x" * (2**20 + 1), "own.csv").problems
    assert problem.line == 0 and "1 MiB" in problem.message


def test_after_too_many_problems_the_rest_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchlist_csv, "MAX_PROBLEMS", 3)
    _, problems = read("id,en\n" + ",x\n" * 10)
    assert len(problems) < 8 and problems[-1][1].startswith("too many problems")


def test_csv_files_add_to_what_is_known() -> None:
    yaml = "groups:\n  - tags: [chips]\n    entities:\n      - {id: NVDA.US, en: [NVIDIA], zh: [英伟达], tags: [gpu]}\n"
    by_hand, _ = parse_entities(load(yaml, "chips.yaml"))
    one = parse_table(b"id,en,tags,listed\nNVDA.US,Nvidia; NVIDIA,sp-500,1999-01-22\nAMD.US,AMD,sp-500,\n", "a.csv")
    two = parse_table(b"id,en,tags\nAMD.US,Advanced Micro Devices,mine\n", "b.csv")
    catalog, problems = build_catalog([list(one.entities.values()), list(two.entities.values()), by_hand])
    assert problems == []
    assert list(catalog) == ["NVDA.US", "AMD.US"]
    nvidia, amd = catalog.values()
    assert nvidia.names_en == ("NVIDIA", "Nvidia") and nvidia.names_zh == ("英伟达",)
    assert nvidia.tags == {"chips", "gpu", "sp-500"} and nvidia.listed == date(1999, 1, 22)
    assert amd.names_en == ("AMD", "Advanced Micro Devices") and amd.tags == {"sp-500", "mine"}


def test_yaml_files_still_clash() -> None:
    yaml = "groups:\n  - entities:\n      - {id: NVDA.US, en: [NVIDIA]}\n"
    one, two = (parse_entities(load(yaml, name))[0] for name in ("a.yaml", "b.yaml"))
    _, problems = build_catalog([one, two])
    assert problems == [Problem("b.yaml", 3, 14, "the id NVDA.US is already taken", "first given to NVIDIA in a.yaml:3:14")]
