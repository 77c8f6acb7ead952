"""What the files of a rules folder are called, for the service and for a shell."""

import os
from pathlib import Path

import pytest

from service.app import open_app
from service.config import Environment, Settings
from service.errors import InvalidFiles
from service.logs import Secrets
from service.naming import SHIPPED, TRAVELS, above, for_the_shell, shown
from service.rulebook import load_folder
from service.rulefolder import read_folder
from tests.support.folder import write_rules

BAD = "rules:\n  - id: quiet\n    wen: {event: ipo}\n"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with rules; the shell stands elsewhere."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "desk").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    return tmp_path / "desk"


def test_the_service_names_its_files_from_above_the_folder(desk: Path) -> None:
    rules = write_rules(desk)
    names = set(read_folder(rules, above(rules)))
    assert {"rules/alerts/desk.yaml", "rules/routes.yaml", "rules/sources.yaml"} <= names
    others = {name for name in names if not name.startswith("rules/")}
    assert all(name.startswith(TRAVELS) for name in others), "what is not there travels with the program"
    assert f"{TRAVELS}events/ipo.yaml" in others


def test_the_shipped_folder_is_named_like_any_other_when_it_is_the_one(desk: Path) -> None:
    names = set(read_folder(None, above(None)))
    assert {name.partition("/")[0] for name in names} == {SHIPPED.name}


def test_a_folder_that_is_named_from_where_the_service_stands_is_named_whole(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = write_rules(desk)
    monkeypatch.chdir(rules)
    assert "rules/alerts/desk.yaml" in read_folder(Path("."), above(Path(".")))


def test_a_shell_is_led_to_the_file_from_where_it_stands(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = write_rules(desk, rules=BAD)
    for folder, name in (
        (desk, "rules/alerts/desk.yaml"),
        (rules, "alerts/desk.yaml"),
        (rules / "alerts", "../alerts/desk.yaml"),
    ):
        monkeypatch.chdir(folder)
        with pytest.raises(InvalidFiles) as refused:
            load_folder(rules)
        assert {problem.file for problem in refused.value.problems} == {name}
        assert os.path.samefile(name, rules / "alerts" / "desk.yaml")


def test_a_service_that_cannot_start_leads_the_shell_to_the_mistake(desk: Path) -> None:
    rules = write_rules(desk, rules=BAD)
    with pytest.raises(InvalidFiles) as refused, open_app(Environment({}), Settings(rules_dir=rules, data_dir=desk), Secrets()):
        pass
    named = {problem.file for problem in refused.value.problems}
    assert named == {str(rules / "alerts" / "desk.yaml")} and named <= set(refused.value.texts), "its line can be shown"


def test_what_travels_with_the_program_keeps_its_name_at_a_shell(desk: Path) -> None:
    rules = write_rules(desk)
    with pytest.raises(InvalidFiles) as refused:
        load_folder(desk)
    error = InvalidFiles(list(refused.value.problems), {f"{TRAVELS}events/ipo.yaml": b""})
    assert set(for_the_shell(error, rules).texts) == {f"{TRAVELS}events/ipo.yaml"}


def test_a_file_that_lies_nowhere_near_is_named_whole(desk: Path) -> None:
    assert shown(desk / "rules") == str(desk / "rules")
