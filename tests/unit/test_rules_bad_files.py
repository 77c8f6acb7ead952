"""One file, one mistake: each file of tests/data/rules/bad says in its comments what must be said about it, and where."""

import re
from pathlib import Path

import pytest

from service.marked_yaml import load
from service.rules.loader import parse_rules
from tests.support.rule_world import CONTEXT

FILES = sorted((Path(__file__).parent.parent / "data/rules/bad").glob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_mistake_is_told_at_its_place(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    expected = sorted(
        re.findall(r"^# expect (\d+:\d+) (.*)$", text, re.MULTILINE), key=lambda one: tuple(map(int, one[0].split(":")))
    )
    ruleset, problems = parse_rules([load(text, path.name)], CONTEXT)
    assert ruleset is None
    assert [f"{problem.line}:{problem.column}" for problem in problems] == [place for place, _ in expected], problems
    for problem, (place, message) in zip(problems, expected, strict=True):
        assert str(problem).startswith(f"{path.name}:{place}: {message}")


def test_there_are_such_files() -> None:
    assert len(FILES) > 50
