"""docs/rules.md: every file on the page is loaded as it stands, its examples are run, and an editor accepts it."""

import json
import re
from datetime import datetime
from pathlib import Path

import jsonschema
import pytest
import yaml

from service.cli import app
from service.marked_yaml import formatted, load
from service.model.item import Item
from service.pipeline.replay import Replay
from service.rulebook import load_folder
from service.rules.lint import Level, lint
from service.rules.loader import parse_rules
from service.rules.schema import json_schema
from tests.support.folder import write_rules
from tests.support.shipped import RULES, context, understand

PAGE = (Path(__file__).parent.parent.parent / "docs/rules.md").read_text(encoding="utf-8")
TASKS = re.findall(r"^## (\d+)\. (.*?)$(.*?)(?=^## )", PAGE, re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TAUGHT = (
    "event subject text source publisher language time during use all any none list tag entity name lists macros severity title "
    "body labels owner runbook expires enabled examples match no_match near phrase prefix regex case whole_word at_least at_most "
    "more_than less_than equals calendar session zone weekday between published_within published fetched lang count within "
    "distinct per corroborated_by publishers absence first_time spike factor baseline min sequence after same cooldown "
    "max_per_hour stale_after"
).split()


def test_there_are_seventeen_tasks() -> None:
    assert [number for number, _, _ in TASKS] == [str(number) for number in range(1, 18)]


def test_the_table_of_wishes_leads_to_every_task() -> None:
    anchors = [f"{number}-{re.sub('[^a-z0-9 -]', '', title.casefold()).replace(' ', '-')}" for number, title, _ in TASKS]
    assert sorted(re.findall(r"\]\(#(\d+-[^)]+)\)", PAGE)) == sorted(anchors)


def item(text: str, clock: str, publisher: str = "", day: int = 22) -> Item:
    at = datetime.fromisoformat(f"2025-12-{day}T{clock}:00+08:00")
    return Item("wire", f"{text} {at} {publisher}", "", text, published=at, publisher=publisher)


BURST = [item(f"{name}封涨停", f"10:{minute}") for minute, name in ((10, "长飞光纤"), (20, "亨通光电"), (30, "中天科技"))]
FILED = "Moore Threads filed for an IPO in Hong Kong."
NVIDIA = "NVIDIA opened a laboratory."


@pytest.mark.parametrize(
    ("number", "rule", "items", "alerts"),
    [
        (13, "sector-rally", BURST, 1),
        (13, "sector-rally", BURST[:2] * 2, 0),
        (13, "sector-rally", [*BURST[:2], item("中天科技封涨停", "10:41")], 0),
        (14, "hong-kong-filing", [item(FILED, "10:00", "A"), item(FILED, "10:05", "A")], 0),
        (14, "hong-kong-filing", [item(FILED, "10:00", "A"), item(FILED, "10:05", "B"), item(FILED, "10:06", "C")], 1),
        # New York trades from 22:30 to 05:00 of Shanghai
        (15, "quiet-nvidia", [item(NVIDIA, "20:00"), item("x", "01:29", day=23)], 0),
        (15, "quiet-nvidia", [item(NVIDIA, "20:00"), item("x", "01:30", day=23), item("x", "04:00", day=23)], 1),
        (15, "quiet-nvidia", [item(NVIDIA, "05:00", day=25), item("x", "20:00", day=26)], 0),  # Christmas
        (16, "first-limit-up-in-months", [item("长飞光纤封涨停", "10:00"), item("长飞光纤封涨停", "10:00", day=23)], 1),
        (16, "limit-up-after-limit-down", [item("长飞光纤跌停", "10:00"), item("长飞光纤封涨停", "14:00")], 1),
        (16, "limit-up-after-limit-down", [item("长飞光纤封涨停", "10:00"), item("长飞光纤跌停", "14:00")], 0),
        (16, "limit-up-after-limit-down", [item("亨通光电跌停", "10:00"), item("长飞光纤封涨停", "14:00")], 0),
        (
            16,
            "more-ipo-news-than-usual",
            [
                item("x", "10:00", day=10),
                *(item(f"Firm{letter} filed for an IPO.", f"10:1{n}") for n, letter in enumerate("ABCDE")),
            ],
            1,
        ),
    ],
)
def test_the_windows_do_what_the_page_says(tmp_path: Path, number: int, rule: str, items: list[Item], alerts: int) -> None:
    (text,) = BLOCK.findall(TASKS[number - 1][2])
    replay = Replay(load_folder(write_rules(tmp_path, rules=text)))
    for place, one in enumerate(items):
        assert one.published is not None
        replay.feed(place, one, understand(one), one.published)
    assert len([one for one in replay.report.alerts if one.rule == rule]) == alerts


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
