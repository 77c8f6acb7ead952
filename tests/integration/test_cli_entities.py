"""`tapewatch entities` as people type it, and the files of a rules folder that it makes."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from service.cli import app
from service.cli.output import err, out
from service.errors import ConfigurationError, InvalidFiles
from service.rulebook import load_folder
from tests.support.corpora import shared
from tests.support.folder import write_rules

LIST = "symbol,name\nACME.US,Acme Rockets Inc.\nBOLT.US,Bolt & Nut\n,Nobody\nACME.US,Again\nC.US,Bolt & Nut\nD.US,D\n"


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(out, "width", 200)
    monkeypatch.setattr(err, "width", 200)
    yield tmp_path


def run(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(app, ["entities", *arguments], input=stdin)


def refused(*arguments: str) -> str:
    result = run(*arguments)
    assert isinstance(result.exception, ConfigurationError), (result.output, result.exception)
    return str(result.exception)


def test_an_import_reports_line_by_line_and_is_used(place: Path) -> None:
    rules = write_rules(place)
    (place / "list.csv").write_text(LIST, "utf-8")
    result = run("import", "list.csv", "--into", "rules/entities/mine.csv", "--tag", "mine", "--tag", "rockets")
    assert result.exit_code == 0, result.output
    assert "list.csv:4:1: left out: the id is empty" in result.output
    assert "list.csv:5:1: left out: the id ACME.US comes twice (first in line 2)" in result.output
    assert "list.csv:6:1: left out: the name 'Bolt & Nut' of C.US is that of BOLT.US already (line 3)" in result.output
    assert "list.csv:7:1: left out: the name 'D' of D.US is too short" in result.output
    assert "2 entities, 4 lines left out, written to rules/entities/mine.csv" in result.output
    book = load_folder(rules)
    assert book.catalog["ACME.US"].tags == {"mine", "rockets"} and "601869.SH" in book.catalog
    found = run("search", "rockets", "--rules", "rules").stdout
    assert "ACME.US" in found and "rules/entities/mine.csv:3" in found
    assert run("import", "list.csv", "--into", "rules/entities/mine.csv").exit_code == 0


def test_without_a_target_nothing_is_written(place: Path) -> None:
    (place / "list.csv").write_text(LIST, "utf-8")
    result = run("import", "list.csv")
    assert result.exit_code == 1 and "2 entities, 4 lines left out, nothing written" in result.output
    (place / "good.csv").write_text("Wkn,Firma\nACME,Acme\n", "utf-8")
    assert run("import", "good.csv", "--id", "Wkn", "--name", "Firma", "--market", "US").exit_code == 0
    (place / "none.csv").write_text("", "utf-8")
    result = run("import", "none.csv", "--into", "none-of-it.csv")
    assert result.exit_code == 1 and not (place / "none-of-it.csv").exists()


def test_what_cannot_be_read_or_written_is_said(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "nowhere.csv: cannot be read" in refused("import", "nowhere.csv")
    (place / "list.csv").write_text(LIST, "utf-8")
    (place / "gb.csv").write_bytes("symbol,name\n600522,中天科技\n".encode("gb18030"))
    assert "gb.csv:2: this is not UTF-8" in refused("import", "gb.csv")
    assert "a watchlist is called NAME.csv" in refused("import", "list.csv", "--into", "mine.yaml")
    (place / "own.csv").write_text("id,en\nA.US,Alpha\n", "utf-8")
    assert "did not come from an import" in refused("import", "list.csv", "--into", "own.csv")
    assert (place / "own.csv").read_text("utf-8") == "id,en\nA.US,Alpha\n"
    (place / "file").write_text("", "utf-8")
    assert "cannot be written" in refused("import", "list.csv", "--into", "file/mine.csv")
    monkeypatch.setattr("service.cli.entities.MAX_BYTES", 10)
    assert "split it" in refused("import", "list.csv")


def test_search_knows_tickers_names_and_tags() -> None:
    assert "长飞光纤" in run("search", "601869").stdout
    assert run("search", "000001").stdout.index("平安银行") < run("search", "000001").stdout.index("上证指数")
    assert "博创科技" in run("search", "长芯博创").stdout
    many = run("search", "chinext", "--limit", "3").stdout
    assert "more; --limit shows them" in many
    nobody = run("search", "no such company")
    assert nobody.exit_code == 1 and "nobody is called" in nobody.output


def test_check_tells_claims_and_words(place: Path) -> None:
    rules = write_rules(place)
    (rules / "entities").mkdir()
    (rules / "entities" / "mine.csv").write_text("id,en,zh\nMINE.US,Nvidia,机器人一号\nTHINE.US,Unheard of,\n", "utf-8")
    (rules / "entities" / "two.csv").write_text("id,en\nPAIR1.US,Pairwise\nPAIR2.US,Pairwise\n", "utf-8")
    result = run("check", "--rules", "rules")
    assert result.exit_code == 0 and "words as well" in result.output
    assert "nvidia: claimed by NVDA.US, MINE.US; stands for NVDA.US" in result.output
    assert "pairwise: claimed by PAIR1.US, PAIR2.US; stands for nobody" in result.output
    assert "机器人 (300024.SZ)" in run("check", "--rules", "rules", "--words").stdout


def test_a_broken_watchlist_is_refused_with_all_its_lines(place: Path) -> None:
    rules = write_rules(place)
    (rules / "entities").mkdir()
    (rules / "entities" / "mine.csv").write_text("id,en\n,Alpha\nB.US,\nC.US,C\n", "utf-8")
    (rules / "entities" / "other.csv").write_text("idd,en\nA.US,Alpha\n", "utf-8")
    for command in (["entities", "check", "--rules", "rules"], ["rules", "test", "rules"]):
        result = CliRunner().invoke(app, command)
        assert isinstance(result.exception, InvalidFiles)
        assert [str(problem).partition(" (")[0] for problem in result.exception.problems] == [
            "rules/entities/mine.csv:2:1: the id is empty",
            "rules/entities/mine.csv:3:1: B.US has no name",
            "rules/entities/mine.csv:4:1: the name 'C' of C.US is too short",
            "rules/entities/other.csv:1:1: unknown column 'idd'",
            "rules/entities/other.csv:1:1: there is no column `id`",
        ][: len(result.exception.problems)]
    result = CliRunner().invoke(app, ["rules", "check", "rules"])
    assert result.exit_code == 1 and "rules/entities/mine.csv:2:1" in result.output


def test_the_environment_says_which_folder(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = write_rules(place / "elsewhere")
    (rules / "entities").mkdir()
    (rules / "entities" / "mine.csv").write_text("id,en\nACME.US,Acme Rockets\n", "utf-8")
    monkeypatch.setenv("TAPEWATCH_RULES_DIR", str(rules))
    assert "ACME.US" in run("search", "acme rock").stdout


@pytest.mark.corpora
def test_seventy_thousand_names(place: Path) -> None:
    (place / "world.csv").write_bytes(gzip.decompress(shared("corpora/gazetteer/world_equities.csv.gz").read_bytes()))
    result = run("import", "world.csv", "--into", "rules/entities/world.csv")
    assert result.exit_code == 0
    taken, left = (int(word) for word in result.stdout.split() if word.isdigit())
    assert taken > 40_000 and taken + left > 69_000
    write_rules(place)
    assert run("check", "--rules", "rules").exit_code == 0
