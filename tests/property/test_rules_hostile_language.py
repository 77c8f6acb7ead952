"""The whole language under hostile texts and torn files: an answer each time, a place each time, never an exception."""

import json
import re
from pathlib import Path

import pytest

from service.alerting.calendar_file import parse_calendar
from service.errors import InvalidFiles
from service.marked_yaml import formatted, load
from service.rules.lint import lint
from service.rules.loader import parse_rules
from service.rules.matcher import match
from service.rules.templates import body_of, title_of
from tests.support.corpora import members
from tests.support.rule_world import CONTEXT, extract, item
from tests.support.shipped import context

ROOT = Path(__file__).parent.parent.parent
GUIDE = re.findall(r"^```yaml\n(.*?)^```$", (ROOT / "docs/rules.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
PLACES = (
    "{source: HERE}", "{source: {id: HERE}}", "{publisher: HERE}", "{language: HERE}", "{during: HERE}",
    "{during: {calendar: XSHG, session: HERE}}", "{during: {calendar: HERE}}", "{time: {zone: HERE, weekday: mon}}",
    "{time: {zone: UTC, weekday: HERE}}", "{time: {zone: UTC, between: HERE}}", "{time: {published_within: HERE}}", "{use: HERE}",
    "{HERE: x}", "{use: HERE, event: HERE, subject: HERE}",
)  # fmt: skip
KEYS = ("body", "owner", "runbook", "expires", "severity", "during", "description")


def read(text: str) -> int:
    """How many rules a file holds; 0 if it is refused, which it must be inside of the file."""
    try:
        ruleset, problems = parse_rules([load(text, "f.yaml")], CONTEXT)
    except InvalidFiles as refused:
        problems, ruleset = list(refused.problems), None
    assert (ruleset is None) == bool(problems)
    lines = re.split(r"\r\n|\r|\n", text)
    assert all(problem.message and 0 <= problem.line <= len(lines) + 1 for problem in problems)
    if ruleset is None:
        return 0
    lint(ruleset.compiled, sources=())
    one = item("x [limit_up A -]")
    for hit in match(ruleset, one, extract(one)):
        assert "\n" not in title_of(hit, one)
        body_of(hit, one)
    return len(ruleset.compiled)


def naughty() -> list[str]:
    strings = json.loads(members("corpora/hostile.tar.gz", "payloads/blns/blns.json").popitem()[1])
    assert len(strings) > 400
    return [str(one) for one in strings]


@pytest.mark.corpora
def test_naughty_strings_in_every_new_place() -> None:
    """All places in one file for every string, each place in a file of its own for some of them."""
    taken = 0
    for number, one in enumerate(naughty()):
        quoted = json.dumps(one, ensure_ascii=False)
        whens = [place.replace("HERE", quoted) for place in PLACES]
        read(f"rules: [{', '.join(f'{{id: r{n}, when: {when}}}' for n, when in enumerate(whens))}]")
        beside = "".join(f", {key}: {quoted}" for key in KEYS)
        read(f"rules: [{{id: r, when: {{text: x}}{beside}}}]\nmacros: {{{quoted}: {{text: {quoted}}}}}")
        if number % 5:
            continue
        taken += sum(read(f"rules: [{{id: r, when: {when}}}]") for when in whens)
        taken += sum(read(f"rules: [{{id: r, when: {{text: x}}, {key}: {quoted}}}]") for key in KEYS)
        taken += read(f"rules: [{{id: r, when: {{event: limit_up}}, severity: {{{quoted}: {{use: {quoted}}}, else: {quoted}}}}}]")
        taken += read(f"rules: [{{id: r, when: {{text: x}}, examples: {{no_match: [{{text: {quoted}, published: {quoted}}}]}}}}]")
    assert taken > 400  # sources, publishers and owners may be called anything


@pytest.mark.corpora
def test_template_injections_in_a_body() -> None:
    for content in members("corpora/hostile.tar.gz", "payloads/PayloadsAllTheThings/Server Side Template Injection").values():
        for line in content.decode("utf-8", "replace").splitlines():
            read(f"rules: [{{id: r, when: {{text: x}}, body: {json.dumps(line, ensure_ascii=False)}}}]")


def test_a_thousand_torn_files() -> None:
    """The twelve tasks and the calendars, cut anywhere: what is read is whole, what is refused says where."""
    tasks = [load(text, "guide.yaml").text for text in GUIDE[:-1]]
    texts = [*tasks, *(path.read_text("utf-8") for path in sorted((ROOT / "rules/calendars").glob("*.yaml")))]
    whole = sum(map(len, texts))
    cuts = 0
    for number, text in enumerate(texts):
        for cut in range(number % 7, len(text), max(1, whole // 1000)):
            cuts += 1
            try:
                document = load(text[:cut], "torn.yaml")
            except InvalidFiles as refused:
                assert all(1 <= problem.line <= text[:cut].count("\n") + 2 for problem in refused.problems)
                continue
            if number >= len(tasks):
                calendar, problems = parse_calendar(document)
                assert (calendar is None) == bool(problems)
            else:
                ruleset, problems = parse_rules([document], context())
                assert (ruleset is None) == bool(problems)
    assert cuts >= 1000


@pytest.mark.corpora
def test_the_yaml_test_suite_is_laid_out_or_refused() -> None:
    laid_out = 0
    texts = [content.decode("utf-8", "replace") for content in members("corpora/hostile.tar.gz", "yaml/").values()]
    for text in [*texts, *(case for suite in texts for case in _quoted(suite))]:
        try:
            value = load(text, "f.yaml").value
        except InvalidFiles:
            continue
        once = formatted(text, "f.yaml")
        assert load(once, "f.yaml").value == value
        assert formatted(once, "f.yaml") == once
        laid_out += 1
    assert laid_out > 200


def _quoted(suite: str) -> list[str]:
    try:
        cases = load(suite, "suite.yaml").value
    except InvalidFiles:
        return []
    found = [case.get("yaml") for case in cases if isinstance(case, dict)] if isinstance(cases, list) else []
    return [one.replace("␣", " ").replace("∎\n", "") for one in found if isinstance(one, str)]
