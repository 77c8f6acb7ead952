"""docs/rules.md: every file on the page is loaded as it stands, its examples are run, and an editor accepts it."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from service.cli import app
from service.marked_yaml import formatted, load
from service.rules.lint import Level, lint
from service.rules.loader import parse_rules
from service.rules.schema import json_schema
from tests.support.shipped import RULES, context

PAGE = (Path(__file__).parent.parent.parent / "docs/rules.md").read_text(encoding="utf-8")
TASKS = re.findall(r"^## (\d+)\. (.*?)$(.*?)(?=^## )", PAGE, re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TAUGHT = (
    "event subject text source publisher language time during use all any none list tag entity name lists macros severity title "
    "body labels owner runbook expires enabled examples match no_match near phrase prefix regex case whole_word at_least at_most "
    "more_than less_than equals calendar session zone weekday between published_within published fetched lang"
).split()


def test_there_are_thirteen_tasks() -> None:
    assert [number for number, _, _ in TASKS] == [str(number) for number in range(1, 14)]


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task[1])
def test_a_task_works_as_it_stands(task: tuple[str, str, str]) -> None:
    (text,) = BLOCK.findall(task[2])
    ruleset, problems = parse_rules([load(text, "guide.yaml")], context())
    assert ruleset is not None, "\n".join(map(str, problems))
    for compiled in ruleset.compiled:
        assert {example.fires for example in compiled.examples} == {True, False}
    assert [str(one.problem) for one in lint(ruleset.compiled) if one.level is not Level.INFO] == []
    jsonschema.Draft202012Validator(json_schema(context().event_fields, context().calendars)).validate(
        json.loads(json.dumps(yaml.safe_load(text), default=str))
    )
    assert formatted(text, "guide.yaml") == text


def test_every_word_of_the_language_is_on_the_page() -> None:
    assert [word for word in TAUGHT if not re.search(rf"\b{word}\b", PAGE)] == []
    for name in sorted(path.stem for path in (RULES / "calendars").glob("*.yaml")):
        assert f"`{name}`" in PAGE


def test_the_workflow_calls_commands_that_exist() -> None:
    workflow = yaml.safe_load(BLOCK.findall(PAGE)[-1])
    runs = [step["run"].split() for step in workflow["jobs"]["rules"]["steps"] if step.get("run", "").startswith("tapewatch")]
    (rules,) = [group for group in app.registered_groups if group.name == "rules"]
    known = {command.name for command in rules.typer_instance.registered_commands}  # type: ignore[union-attr]
    assert [words[1] for words in runs] == ["rules"] * 4
    assert {words[2] for words in runs} <= known
