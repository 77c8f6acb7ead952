"""`tapewatch rules` as people and CI use it: carets, lint, one layout, the starter, JSON and exit codes."""

import json
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
from typer.testing import CliRunner, Result

from service.cli import app
from service.cli.output import err, out, pointed
from service.errors import ConfigurationError, Problem
from tests.support.folder import RULES, write_rules


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(out, "width", 200)
    monkeypatch.setattr(err, "width", 200)
    write_rules(tmp_path)
    yield tmp_path


def run(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(app, ["rules", *arguments], input=stdin)


def told(*arguments: str, code: int = 0) -> dict[str, object]:
    """The one JSON object that a command prints."""
    result = run(*arguments, "--json")
    assert result.exit_code == code, (result.output, result.exception)
    found = json.loads(result.stdout)
    assert isinstance(found, dict)
    assert found["ok"] is (code == 0)
    return found


BAD = RULES.replace("severity: high", "severity: hgih")


def test_a_caret_stands_under_the_place(place: Path) -> None:
    write_rules(place, rules=BAD)
    result = run("check")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[:3] == [
        "rules/alerts/desk.yaml:4:15: error: `severity`: `hgih` is not one of: info, low, medium, high, critical "
        "(did you mean `high`?)",
        "    4 |     severity: hgih",
        "      |               ^^^^",
    ]


@pytest.mark.parametrize(
    ("line", "column", "shown"),
    [
        ("  a: {b: c}", 7, ("    1 |   a: {b: c}", "      |       ^")),
        ('  a: "b c" # d', 6, ('    1 |   a: "b c" # d', "      |      ^^^^^")),
        ("长飞: 涨停", 5, ("    1 | 长飞: 涨停", "      |       ^^^^")),
        ("\ta: b", 2, ("    1 |  a: b", "      |  ^")),
        ("a", 2, ("    1 | a", "      |  ^")),
        ("x" * 300 + "yz", 301, (f"    1 | {'x' * 50}yz", f"      | {' ' * 50}^^")),
        ("a\x1b[31m: b", 1, ("    1 | a�[31m: b", "      | ^^")),
    ],
)
def test_carets_count_in_cells(line: str, column: int, shown: tuple[str, str]) -> None:
    assert pointed(Problem("f", 1, column, "m"), line) == shown


def test_no_caret_where_there_is_nothing_to_see() -> None:
    assert pointed(Problem("f", 0, 0, "m"), "a") is None
    assert pointed(Problem("f", 3, 1, "m"), "a\nb") is None
    assert pointed(Problem("f", 2, 1, "m"), "a\n\n") is None


def test_check_in_json(place: Path) -> None:
    found = told("check")
    assert found["rules"] == [
        {
            "id": "limit-up",
            "severity": "high",
            "place": "rules/alerts/desk.yaml:2:9",
            "examples": 2,
            "labels": {"topic": "limit"},
            "owner": "",
            "runbook": "",
        }
    ]
    write_rules(place, rules=BAD)
    problem = told("check", code=1)["problems"][0]  # type: ignore[index]
    assert (problem["file"], problem["line"], problem["column"], problem["level"]) == ("rules/alerts/desk.yaml", 4, 15, "error")


def test_check_shows_a_range_of_severities_and_warns(place: Path) -> None:
    graded = "{critical: {subject: {tag: optical}}, else: high}"
    rules = RULES.replace("severity: high", f"severity: {graded}")
    write_rules(place, rules=rules.replace("topic: limit}", "topic: limit}\n    expires: 2020-01-01"))
    result = run("check")
    assert result.exit_code == 0
    assert "high to critical" in result.stdout
    assert "rules/alerts/desk.yaml:7:14: warning: the rule `limit-up` expired after 2020-01-01" in result.stderr


NEVER = RULES + "  - {id: never, when: {event: index_high, kind: stock}}\n"


def test_lint_fails_where_it_is_told_to(place: Path) -> None:
    result = run("lint")
    assert (result.exit_code, result.stdout) == (0, "1 rules: 0 error, 0 warning, 0 info\n")
    write_rules(place, rules=NEVER)
    result = run("lint")
    assert result.exit_code == 1
    assert "error: the rule `never` can never fire: `kind` cannot be index and stock" in result.stderr
    assert result.stdout == "2 rules: 1 error, 1 warning, 0 info\n"
    found = told("lint", code=1)["problems"]
    assert [(one["level"], one["code"], one["rule"]) for one in found] == [  # type: ignore[attr-defined]
        ("warning", "no-examples", "never"),
        ("error", "never", "never"),
    ]


def test_lint_for_ci(place: Path) -> None:
    write_rules(place, rules=RULES + "  - {id: bare, when: {event: ipo}}\n")
    assert run("lint").exit_code == 0
    assert run("lint", "--fail-on", "warning").exit_code == 1
    assert run("lint", "--fail-on", "sometimes").exit_code == 2
    write_rules(place, rules=BAD)
    assert run("lint").exit_code == 1
    told("lint", code=1)


def test_test_in_json(place: Path) -> None:
    found = told("test")
    assert (found["passed"], found["failed"]) == (2, 0)
    write_rules(place, rules=BAD)
    told("test", code=1)


def test_fmt_lays_out_and_says_what_it_did(place: Path) -> None:
    path = place / "rules/alerts/desk.yaml"
    untidy = RULES.replace("      ", "          ") + "\n\n# the end   \n"
    path.write_text(untidy, "utf-8")
    path.chmod(0o640)
    shown = run("fmt", "--check")
    assert (shown.exit_code, shown.stdout) == (1, "would change rules/alerts/desk.yaml\n")
    assert "-          match:" in run("fmt", "--diff").stdout
    assert told("fmt", "--check", code=1)["changed"] == ["rules/alerts/desk.yaml"]
    assert path.read_text("utf-8") == untidy
    assert run("fmt").stdout == "formatted rules/alerts/desk.yaml\n"
    assert path.read_text("utf-8") == RULES + "\n# the end\n"
    assert path.stat().st_mode & 0o777 == 0o640
    assert run("fmt", "--check", "rules").exit_code == 0
    assert told("fmt", str(path))["changed"] == []
    assert not list(path.parent.glob(".*"))


def test_fmt_leaves_what_it_cannot_read(place: Path) -> None:
    path = place / "rules/alerts/desk.yaml"
    path.write_text("rules: [a", "utf-8")
    result = run("fmt")
    assert result.exit_code == 1
    assert "is not closed with" in result.stderr
    assert path.read_text("utf-8") == "rules: [a"
    assert len(told("fmt", code=1)["problems"]) == 1  # type: ignore[arg-type]
    assert isinstance(run("fmt", "nowhere").exception, ConfigurationError)


SENTENCE = "Lumentum soared 12% on Friday."


def test_new_without_questions(place: Path) -> None:
    said = ["--match", SENTENCE, "--no-match", "It rained.", "--id", "lum", "--subject", "name:Lumentum"]
    result = run("new", "--no-input", *said)
    assert result.exit_code == 0, (result.output, result.exception)
    text = (place / "rules/alerts/lum.yaml").read_text("utf-8")
    assert text.startswith("# yaml-language-server: $schema=../schema.json\n")
    assert "      event: price_move\n      subject: {name: Lumentum}\n" in text
    assert run("check").exit_code == 0
    assert run("fmt", "--check").exit_code == 0
    again = run("new", "--no-input", "--match", SENTENCE, "--id", "lum")
    assert str(again.exception) == "rules/alerts/lum.yaml is there already; choose another --id"
    taken = run("new", "--no-input", "--match", SENTENCE, "--id", "limit-up")
    assert "the rule id `limit-up` is used twice" in taken.stderr


def test_new_with_questions(place: Path) -> None:
    answers = [SENTENCE, "", "who", "name:Lumentum", "", "Lumentum fell 12%."]
    result = run("new", stdin="\n".join(answers) + "\n")
    assert "read: price_move of Lumentum" in result.stdout
    assert result.exit_code == 1, result.output
    assert "this example must not make `my-price-move` fire" in result.stderr
    answers[-1] = "It rained."
    assert run("new", stdin="\n".join(answers) + "\n").exit_code == 0
    assert (place / "rules/alerts/my-price-move.yaml").exists()


def test_new_where_no_event_is_read(place: Path) -> None:
    result = run("new", "--print", stdin="该股今起停牌\n停牌, trading halt\nhalts\n\n")
    assert result.exit_code == 0, result.output
    assert "no event is read in it" in result.stdout
    assert "text: {any: [停牌, trading halt]}" in result.stdout
    assert not (place / "rules/alerts/halts.yaml").exists()
    made = told("new", "--match", "停牌", "--words", "停牌", "--print")
    assert (made["file"], made["written"]) == ("rules/alerts/my-rule.yaml", False)


def test_new_says_what_is_missing_or_wrong(place: Path) -> None:
    assert isinstance(run("new", "--no-input").exception, ConfigurationError)
    assert isinstance(run("new", "--no-input", "--match", "It rained.").exception, ConfigurationError)
    refused = told("new", "--match", SENTENCE, "--event", "price_mvoe", code=1)
    assert "unknown event `price_mvoe`" in refused["problems"][0]["message"]  # type: ignore[index]
    (place / "rules/alerts/taken.yaml").write_text("", "utf-8")
    assert isinstance(run("new", "--no-input", "--match", SENTENCE, "--id", "taken").exception, ConfigurationError)


def test_the_schema_knows_what_the_folder_adds(place: Path) -> None:
    rules = write_rules(place, rules="rules: [nonsense")
    (rules / "entities").mkdir()
    (rules / "entities" / "own.yaml").write_text(
        "groups:\n  - {about: Own, kind: stock, tags: [my-own], entities: [{id: ACME.US, en: [Acme]}]}\n", "utf-8"
    )
    assert '"my-own"' in run("schema", "rules").stdout
    (rules / "entities" / "own.yaml").write_text("groups: 3\n", "utf-8")
    assert run("schema", "rules").exit_code == 1


def test_the_schema_is_written_where_it_should_be(place: Path) -> None:
    assert run("schema", "--output", "schema.json").exit_code == 0
    made = json.loads((place / "schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(made)
    assert "XSHG" in json.dumps(made)


def test_a_new_rule_says_what_more_may_be_asked(place: Path) -> None:
    write_rules(place)
    made = run("new", "--match", "Lumentum soared 10% on Friday.", "--no-input", "--print").stdout
    (line,) = [line for line in made.splitlines() if "more that may be asked of it" in line]
    assert {"pct", "move", "direction"} <= set(line.partition(": ")[2].split(", "))
    assert "more that" not in run("new", "--match", "Prospectus.", "--words", "prospectus", "--no-input", "--print").stdout


def test_what_is_read_is_shown_also_where_the_rules_are_refused(place: Path) -> None:
    write_rules(place, rules=RULES.replace("Lumentum hit", "Lumentum did not hit"))
    refused = CliRunner().invoke(app, ["rules", "check"])
    assert "`tapewatch explain -` shows what is read in a text" in refused.stderr or "is denied" in refused.stderr
    shown = CliRunner().invoke(app, ["explain", "-"], input="Lumentum did not hit limit-up.")
    assert shown.exit_code == 1
    assert "blocked  limit_up" in shown.stdout
    assert CliRunner().invoke(app, ["explain", "-", "--json"], input="Lumentum fell.").stdout == ""
    write_rules(place)
    said = json.loads(CliRunner().invoke(app, ["explain", "-", "--json", "--all"], input="Lumentum did not hit limit-up.").stdout)
    assert [(one["rule"], one["stage"]) for one in said["rules"]] == [("limit-up", "event")]
    assert "denied" in said["rules"][0]["nearest"]["detail"]
