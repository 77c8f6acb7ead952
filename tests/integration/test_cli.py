"""The command line as people type it: what it prints, where errors point, which exit code it ends with."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
import yaml
from typer.testing import CliRunner, Result

from service.cli import app, main
from service.cli.output import err, out
from service.clock import utc_now
from service.errors import TapewatchError
from service.storage import migrations
from service.storage.database import open_database
from tests.support.folder import RULES, write_rules
from tests.support.http_server import serve
from tests.support.line import Line, limit_up

SEED = "sources: [{id: seed, kind: seed}]\n"


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(out, "width", 200)
    monkeypatch.setattr(err, "width", 200)
    yield tmp_path


def run(*arguments: str, stdin: str | bytes = "") -> Result:
    """Run a command in this process; errors of the product come out as its `exception`."""
    return CliRunner().invoke(app, list(arguments), input=stdin)


def good(*arguments: str, stdin: str | bytes = "") -> str:
    result = run(*arguments, stdin=stdin)
    assert result.exit_code == 0, (result.output, result.exception)
    return result.stdout


def refused(*arguments: str) -> str:
    result = run(*arguments)
    assert isinstance(result.exception, TapewatchError), (result.output, result.exception)
    return str(result.exception)


def test_version() -> None:
    assert good("--version") == "tapewatch 0.1.0\n"


def test_no_command_shows_help() -> None:
    assert "send-test" in run().output


def test_an_error_is_one_sentence_and_exit_code_one(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["tapewatch", "status", "--data", "nowhere"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert "there is no such database yet; `tapewatch run` makes it" in said


def test_problems_of_files_stand_one_on_a_line(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_rules(place, rules=RULES.replace("severity: high", "severity: hgih").replace("match:", "mtach:", 1))
    monkeypatch.setattr("sys.argv", ["tapewatch", "rules", "test"])
    with pytest.raises(SystemExit):
        main()
    lines = [line for line in capsys.readouterr().err.splitlines() if not line.startswith(" ")]
    assert [line.split(": ", 1)[0] for line in lines] == ["rules/alerts/desk.yaml:4:15", "rules/alerts/desk.yaml:8:7"]


def test_check_shows_the_rules_and_says_good(place: Path) -> None:
    write_rules(place)
    shown = good("rules", "check")
    assert "limit-up" in shown
    assert "rules/alerts/desk.yaml:2:9" in shown
    assert "good: 1 rules, 0 sources, 1 receivers" in shown


def test_check_counts_what_is_wrong(place: Path) -> None:
    write_rules(place, rules=RULES.replace("severity: high", "severty: high"))
    result = run("rules", "check", str(place / "rules"))
    assert result.exit_code == 1
    assert "did you mean `severity`" in result.stderr
    assert "in 1 file: nothing of it would be used" in result.stderr


def test_a_warning_is_no_error(place: Path) -> None:
    write_rules(place, rules=RULES[: RULES.index("    examples:")])
    result = run("rules", "check")
    assert result.exit_code == 0
    assert "warning: the rule `limit-up` has no `match` example" in result.stderr


def test_examples_are_run(place: Path) -> None:
    write_rules(place)
    shown = good("rules", "test")
    assert "pass limit-up match Lumentum hit limit-up" in shown
    assert "2 passed, 0 failed" in shown


@pytest.mark.parametrize(
    ("of", "name"), [("alerts", "schema.json"), ("routes", "routes.schema.json"), ("sources", "sources.schema.json")]
)
def test_the_schemas_are_the_published_ones(of: str, name: str) -> None:
    """If this fails: tapewatch rules schema rules --of ALERTS-OR-OTHERS -o rules/NAME."""
    published = Path(__file__).parents[2] / "rules" / name
    made = json.loads(good("rules", "schema", "--of", of))
    assert made == json.loads(published.read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(made)


def test_the_shipped_sources_are_what_their_schema_says() -> None:
    rules = Path(__file__).parents[2] / "rules"
    schema = jsonschema.Draft202012Validator(json.loads((rules / "sources.schema.json").read_text("utf-8")))
    text = (rules / "sources.yaml").read_text("utf-8")
    schema.validate(yaml.safe_load(text))
    bare = yaml.safe_load(re.sub(r"(?m)^( *)# (?=[ -] )", r"\1", text))
    assert [entry["kind"] for entry in bare["sources"]] == ["seed", "feed"]
    schema.validate(bare)
    for wrong in (
        {"id": "a b"},
        {"id": "a", "kind": "fax"},
        {"id": "a", "interval": "often"},
        {"url": "https://x"},
        {"id": "a", "x": 1},
    ):
        assert not schema.is_valid({"sources": [wrong]}), wrong


def test_init_writes_what_can_be_run_and_touches_nothing_that_is_there(place: Path) -> None:
    good("init", "desk")
    assert "TAPEWATCH_PORT" in (place / "desk" / ".env").read_text("utf-8")
    assert "good: " in good("rules", "check", "desk/rules")
    made = {path.name for path in (place / "desk" / "rules").iterdir()}
    assert {"alerts", "calendars", "entities", "events", "boards", "README.md", "schema.json"} <= made
    assert "exist already and were left alone" in refused("init", "desk")
    (place / "file").touch()
    assert "cannot be written" in refused("init", "file/desk")


def test_extract_answers_every_line_in_order() -> None:
    lines = [
        {"id": "a", "text": "Lumentum soared 10% on Friday.", "published": "2025-12-22T09:00:00+08:00", "lang": "en"},
        "not json",
        {"id": "b"},
        {"id": "c", "text": 5},
        {"id": "d", "text": "x", "published": "yesterday"},
        [],
        {"id": "e", "title": "长飞光纤涨停", "text": "", "published": "2025-12-22"},
        {"id": "f", "text": ""},
    ]
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    answers = [json.loads(line) for line in good("extract", stdin=text).splitlines()]
    assert [answer["id"] for answer in answers] == ["a", None, "b", "c", "d", None, "e", "f"]
    (move,) = answers[0]["events"]
    assert (move["type"], move["subject"], move["entity"], move["pct"]) == ("price_move", "Lumentum", "LITE.US", 10)
    start, end = move["evidence"]
    assert "soared 10%" in "Lumentum soared 10% on Friday."[start:end]
    assert [("error" in answer) for answer in answers] == [False, True, True, True, True, True, False, False]
    assert answers[6]["events"][0]["subject"] == "长飞光纤"
    assert answers[7]["events"] == []


def test_extract_survives_bytes_that_are_no_text() -> None:
    answers = good("extract", stdin=b'\xff\xfe\n{"id": 1, "text": "\xff"}\n{"id": 2, "text": "ok"}\n').splitlines()
    assert json.loads(answers[-1]) == {"id": 2, "events": []}
    assert len(answers) == 3


def test_extract_answers_a_time_that_cannot_be_reckoned_with() -> None:
    lines = [
        {"id": year, "text": "Lumentum soared 10% on Friday.", "published": f"{year}-12-31T23:59:59-12:00"}
        for year in ("0001", "9999")
    ]
    answers = [json.loads(line) for line in good("extract", stdin="\n".join(map(json.dumps, lines))).splitlines()]
    assert [(one["id"], one["error"]) for one in answers] == [
        ("0001", "the year must lie between 1970 and 2199"),
        ("9999", "the year must lie between 1970 and 2199"),
    ]


def test_stories_answers_every_line_in_order() -> None:
    lines = [
        {"id": "a", "text": "Lumentum rose 5.2% on Friday.", "published": "2025-12-22T09:00:00+08:00"},
        "not json",
        {"id": "b"},
        [],
        {"id": "c", "text": "Lumentum rose 5.2% on Friday.", "published": "2025-12-22T09:05:00+08:00", "source": "other"},
        {"id": "d", "text": "Lumentum soared 12% on Friday.", "published": "2025-12-22T10:05:00+08:00"},
        {"id": "e", "text": "Cedar Foods names a finance chief."},
        {"text": "Lumentum rose 5.2% on Friday.", "published": "2025-12-29T09:00:00+08:00"},
        {"id": "f", "text": ""},
    ]
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    answers = [json.loads(line) for line in good("stories", stdin=text).splitlines()]
    assert [answer["id"] for answer in answers] == ["a", None, "b", None, "c", "d", "e", None, "f"]
    assert ["error" in answer for answer in answers] == [False, True, True, True, False, False, False, False, False]
    told = [(answer["story"], answer["novelty"]) for answer in answers if "story" in answer]
    assert told == [("a", "first"), ("a", "repeat"), ("a", "update"), ("e", "first"), ("8", "first"), ("f", "first")]


def test_explain_shows_the_story_of_a_stored_item(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_rules(place)
    (place / "tapewatch-data").mkdir()
    database = open_database(f"sqlite:///{place}/tapewatch-data/tapewatch.db", utc_now)
    migrations.upgrade(database)
    line = Line(database, folder)
    for minute, source in enumerate(("wire", "other")):
        line.push(limit_up("Lumentum", minute, source))
    database.close()
    shown = good("explain", "2")
    assert "story\n  1, told by wire, other\n  repeat: same happening as item 1; told already\n" in shown
    assert "a repeat of alert" in shown
    (place / "elsewhere").mkdir()
    monkeypatch.chdir(place / "elsewhere")
    shown = good("explain", "1", "--data", str(place / "tapewatch-data"), "--rules", str(folder))
    assert "reads other events" not in shown, "a file has another name here, and says the same"
    assert re.search(r"^item 1 of wire, \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$", shown, re.MULTILINE)
    assert "→ inbox: pending after 0 tries\n" in shown


def test_explain_takes_a_text(place: Path) -> None:
    write_rules(place)
    shown = good("explain", "-", stdin="Lumentum hit limit-up, but Tencent failed to hit limit-up.")
    assert "event    limit_up of Lumentum LITE.US" in shown
    assert "✓ rule limit-up" in shown
    assert "rules/events/limit_up.yaml" in shown


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("长飞光纤未能涨停。", ["no event limit_up of 长飞光纤 601869.SH", "blocked  limit_up “涨停”: it is denied"]),
        ("中天科技有望涨停。", ["blocked  limit_up “涨停”: it is expected, not said to have happened"]),
        ("涨跌停板幅度调整为10%。", ["these words define or count, they assert nothing"]),
        ("沪指涨停。", ["refused  limit_up: 沪指 is an index or sector, and that happens to none"]),
        ("长芯博创涨20.00%。", ["event    price_move of 长芯博创", "event    limit_up of 长芯博创 300548.SZ board chinext"]),
        ("Nvidia failed to hit a record high.", ["no event new_high of Nvidia", "blocked  new_high “record high”: it is denied"]),
        ("Tesla could fall 20%.", ["it is expected, feared or possible, not said to have happened"]),
        ("Nvidia's revenue rose 5%.", ["it moved something that has no market price"]),
        ("Nothing of note.", ["Nothing of note."]),
    ],
)
def test_explain_says_what_took_an_event_back(place: Path, text: str, lines: list[str]) -> None:
    write_rules(place)
    shown = good("explain", "-", stdin=text)
    assert all(line in shown for line in lines), shown


def test_send_test_says_what_each_target_answered(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = "T00000000/B00000000/000000000000000000000000"
    routes = 'route: {receiver: desk}\nreceivers: [{name: desk, targets: ["slack://${DESK}", "slack://${GONE}", "inbox://"]}]\n'
    write_rules(place, routes=routes, sources=SEED)
    with serve() as server:
        server.on(f"/services/{tokens}", body="ok")
        monkeypatch.setenv("TAPEWATCH_ALLOW_NETWORKS", f"127.0.0.1/32:{server.server_port}")
        monkeypatch.setenv("TAPEWATCH_SLACK_WEBHOOK_BASE", server.url("/services"))
        monkeypatch.setenv("DESK", tokens)
        result = run("send-test", "desk")
        assert result.exit_code == 1
        assert "sent     slack://${DESK}" in result.stdout
        assert "not sent slack://${GONE}" in result.stdout
        assert "GONE_FILE" in result.stdout
        assert "not sent inbox://" in result.stdout
        assert "`tapewatch run` makes it" in result.stdout
        assert b"a test" in server.requests[0].body
    assert "receivers are: desk" in refused("send-test", "nobody")


def test_status_needs_somebody_to_ask(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve() as server:
        monkeypatch.setenv("TAPEWATCH_PORT", str(server.server_port))
        server.on("/readyz", body="ready")
        assert good("status", "--ready") == "ready\n"
        server.on("/readyz", status=503, body="not ready: poll has not ended well for 70 s")
        assert run("status", "--ready").exit_code == 1
    assert "is `tapewatch run` running?" in refused("status", "--ready")
