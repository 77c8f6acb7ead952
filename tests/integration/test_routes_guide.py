"""docs/routes.md: every file on the page is taken as it stands, and every answer on it is what Tapewatch says."""

import re
import shlex
from pathlib import Path

import jsonschema
import pytest
import yaml

from service.alerting.routes_file import json_schema, parse_routes
from service.alerting.routing import BUILT_IN
from service.cli import app
from service.cli.output import out
from service.marked_yaml import formatted, load
from tests.integration.test_cli import good
from tests.support.folder import RULES, write_rules
from tests.support.shipped import RULES as SHIPPED
from tests.support.timing import calendars

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs/routes.md").read_text(encoding="utf-8")
TASKS = re.findall(r"^## (\d+)\. (.*?)$(.*?)(?=^## )", PAGE, re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SCHEMA = jsonschema.Draft202012Validator(json_schema())
TAUGHT = (
    "receiver matchers continue group_by group_wait group_interval repeat_interval mute_time_intervals active_time_intervals "
    "break_through digest escalate routes time_intervals times weekdays timezone calendar session at days title after to "
    "max_per_hour targets"
).split()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(out, "width", 200)
    return tmp_path


def test_there_are_eight_tasks() -> None:
    assert [number for number, _, _ in TASKS] == [str(number) for number in range(1, 9)]


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task[1])
def test_a_task_works_as_it_stands(task: tuple[str, str, str], place: Path) -> None:
    (text,) = BLOCK.findall(task[2])
    (console,) = CONSOLE.findall(task[2])
    rules = RULES.replace("labels: {topic: limit}", "labels: {desk: a-share}")
    write_rules(place, rules=rules, routes=text)
    assert formatted(text, "guide.yaml") == text
    SCHEMA.validate(yaml.safe_load(text))
    assert good("routes", "check").startswith("good"), "and nothing is doubtful"
    answer = ""
    for line in console.splitlines():
        if line.startswith("$ "):
            assert shlex.split(line)[1:4] == ["tapewatch", "routes", "test"]
            answer = good(*shlex.split(line)[2:])
        else:
            found = answer.find(line)
            assert found >= 0, f"{line!r} is not in what is left of the answer:\n{answer}"
            answer = answer[found + len(line) :]


def test_every_key_and_label_is_on_the_page() -> None:
    assert [word for word in (*TAUGHT, *BUILT_IN) if not re.search(rf"\b{word}\b", PAGE)] == []
    for name in sorted(path.stem for path in (SHIPPED / "calendars").glob("*.yaml")):
        assert f"`{name}`" in PAGE


def test_the_commands_exist() -> None:
    (routes,) = [group for group in app.registered_groups if group.name == "routes"]
    known = {command.name for command in routes.typer_instance.registered_commands}  # type: ignore[union-attr]
    assert known == {"check", "show", "test"}
    assert all(f"tapewatch routes {name}" in PAGE for name in known)


def test_the_shipped_file_works_with_all_its_comments_taken_away() -> None:
    text = (SHIPPED / "routes.yaml").read_text(encoding="utf-8")
    shipped, problems = parse_routes(load(text, "routes.yaml"), calendars())
    assert shipped is not None, problems
    head, _, rest = text.partition("\nroute:")
    bare = re.sub(r"(?m)^( *)# ?(?=[ -]|\w+:)", r"\1", f"route:{rest}")
    assert set(yaml.safe_load(bare)) == {"route", "time_intervals", "receivers"}
    whole, problems = parse_routes(load(bare, "routes.yaml"), calendars())
    assert whole is not None, problems
    assert [one.receiver for one in whole.routing.root.routes] == ["desk", "inbox"]
    assert whole.routing.root.timing.mute
    assert head.startswith("# yaml-language-server: $schema=routes.schema.json\n# Who is told")
    SCHEMA.validate(yaml.safe_load(text))
    SCHEMA.validate(yaml.safe_load(bare))


def test_an_editor_sees_what_is_wrong_and_what_a_key_means() -> None:
    wrong = ("max_per_hour: many", "targets: []", "footer: latencies", "colour: red")
    for line in wrong:
        broken = {"route": {"receiver": "a"}, "receivers": [{"name": "a", "targets": ["inbox://"], **yaml.safe_load(line)}]}
        assert not SCHEMA.is_valid(broken), line
    for key, value in (
        ("group_wait", "5 minutes"),
        ("matchers", ["severity"]),
        ("break_through", "grave"),
        ("digest", {"at": "5pm"}),
    ):
        assert not SCHEMA.is_valid({"route": {"receiver": "a", key: value}, "receivers": [{"name": "a", "targets": ["x://"]}]}), (
            key
        )
    schema = json_schema()
    models = [schema, *schema["$defs"].values()]
    mute = [name for one in models for name, key in one.get("properties", {}).items() if "description" not in key]
    assert mute == []
