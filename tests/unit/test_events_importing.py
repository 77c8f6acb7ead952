"""Any CSV of securities into a watchlist: columns, identities, and lines that cannot be taken."""

import pytest

from service.events.importing import Columns, Import
from service.events.watchlist_csv import parse_table

AS_THE_HEADER_SAYS = Columns()


def imported(text: str, columns: Columns = AS_THE_HEADER_SAYS) -> tuple[list[tuple[str, tuple[str, ...]]], list[tuple[int, str]]]:
    done = Import("list.csv")
    for _ in done.lines(text, columns):
        pass
    return [(row.id, row.names) for row in done.rows], [(problem.line, problem.message) for problem in done.problems]


def test_columns_are_found_by_their_names() -> None:
    rows, problems = imported("symbol,name,currency\nSAP.DE,SAP SE,EUR\n\nADYEN.AS,Adyen; Adyen N.V.,EUR\n")
    assert rows == [("SAP.DE", ("SAP SE",)), ("ADYEN.AS", ("Adyen", "Adyen N.V."))] and problems == []


@pytest.mark.parametrize(
    ("line", "one"),
    [
        ("600522,中天科技,", "600522.SH"),
        ("000070,特发信息,", "000070.SZ"),
        ("sh600522,中天科技,", "600522.SH"),
        ("SZ300308,中际旭创,", "300308.SZ"),
        ("920002,万达轴承,", "920002.BJ"),
        ("00700,腾讯控股,HK", "00700.HK"),
        ("NVDA,英伟达,nasdaq", "NVDA"),
        ("SAP.DE,SAP,DE", "SAP.DE"),
        ("500000,Somebody,", "500000"),
    ],
)
def test_the_market_comes_from_the_file_or_the_code(line: str, one: str) -> None:
    rows, problems = imported(f"# a list\ncode,name,exchange\n{line}\n")
    assert [row[0] for row in rows] == [one] and problems == []


def test_the_caller_may_say_columns_and_market() -> None:
    rows, _ = imported("Wkn,Firma\nNVDA,Nvidia\n", Columns(id="WKN", name="Firma", market="us"))
    assert rows == [("NVDA.US", ("Nvidia",))]
    rows, problems = imported("Wkn,Firma\nNVDA,Nvidia\n")
    assert rows == [] and problems == [(1, "cannot tell which columns hold id and name")]
    assert imported("")[1] == [(1, "cannot tell which columns hold id and name")]


def test_lines_that_cannot_be_taken_are_told() -> None:
    text = "id,name\nA.US,Alpha\n,Bravo\nA.US,Again\nC C,Charlie\nD.US,\nE.US,E\nF.US,ＡＬＰＨＡ\nG.US\n"
    rows, problems = imported(text)
    assert rows == [("A.US", ("Alpha",))]
    assert problems == [
        (3, "the id is empty"),
        (4, "the id A.US comes twice"),
        (5, "'C C' cannot be an id"),
        (6, "D.US has no name"),
        (7, "the name 'E' of E.US is too short"),
        (8, "the name 'ＡＬＰＨＡ' of F.US is that of A.US already"),
        (9, "G.US has no name"),
    ]


def test_what_is_written_can_be_read() -> None:
    done = Import("list.csv")
    for _ in done.lines('code,short_name,list_date,name\n600522,中天科技,2002-10-24,"Zhongtian, Ltd."\n600487,亨通光电,soon,\n'):
        pass
    table = parse_table(done.csv(["mine", "fiber"]).encode(), "own.csv")
    assert not table.problems
    one, other = table.entities.values()
    assert one.names_en == ("Zhongtian, Ltd.",) and one.names_zh == ("中天科技",) and one.tags == {"mine", "fiber"}
    assert one.listed is not None and one.listed.year == 2002 and other.listed is None
