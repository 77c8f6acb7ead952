"""What is kept of one load for the next: the same answers, and nothing compiled twice that stayed as it was."""

from dataclasses import replace

import pytest

from service.errors import InvalidFiles
from service.marked_yaml import load
from service.rulebook import Memory, parse_folder
from service.rulefolder import read_folder
from service.rules.kept import Kept
from service.rules.loader import RuleSet, parse_rules
from tests.support.rule_world import CONTEXT

WORLD = replace(CONTEXT, version="1")
A = "rules: [{id: a, when: {text: x}}]"
B = "rules: [{id: b, when: {text: y}}, {id: c, enabled: false, when: {text: z}}]"
LIST = "lists: {l: [NVDA.US]}\nrules: [{id: d, when: {event: ipo, subject: {list: l}}}]"


def loaded(kept: Kept | None, version: str = "1", **texts: str) -> RuleSet:
    found, problems = parse_rules([load(text, name) for name, text in texts.items()], replace(CONTEXT, version=version), kept)
    assert found is not None, problems
    return found


def same(one: RuleSet, other: RuleSet, rule: str) -> bool:
    """Whether both hold the very same rule, not an equal one."""
    first, second = ({id(found) for found in rules.compiled if found.rule.id == rule} for rules in (one, other))
    return bool(first & second)


def test_only_what_changed_is_compiled_again() -> None:
    kept = Kept()
    before = loaded(kept, a=A, b=B, l=LIST)
    after = loaded(kept, a=A, b=B.replace("y", "w"), l=LIST)
    assert same(before, after, "a") and same(before, after, "d") and not same(before, after, "b")
    assert after == loaded(None, a=A, b=B.replace("y", "w"), l=LIST)


def test_a_list_or_the_world_that_changed_changes_all() -> None:
    kept = Kept()
    before = loaded(kept, a=A, l=LIST)
    after = loaded(kept, a=A, l=LIST.replace("NVDA.US", "601869.SH"))
    assert not same(before, after, "a")
    assert not same(after, loaded(kept, "2", a=A, l=LIST), "a")
    unknown = loaded(kept, "", a=A, l=LIST)
    assert not same(unknown, loaded(kept, "", a=A, l=LIST), "a")


def test_problems_are_told_each_time_and_ids_are_compared_with_kept_files() -> None:
    kept = Kept()
    loaded(kept, b=B, z=A)
    for _ in range(2):
        documents = [load(text, name) for name, text in {"a": A.replace("id: a", "id: c"), "b": B, "z": A}.items()]
        found, problems = parse_rules(documents, WORLD, kept)
        assert found is None
        assert [str(problem) for problem in problems] == ["b:1:40: the rule id `c` is used twice (the first is at a:1:14)"]
    assert [rule.id for rule in loaded(kept, b=B, z=A).rules] == ["b", "a"]


def test_a_macro_that_changed_changes_all_and_what_a_use_of_it_raises_is_told_each_time() -> None:
    kept = Kept()
    macro = "macros: {m: {state: sealed}}"
    use = "rules: [{id: u, when: {event: limit_up, use: m}}]"
    before = loaded(kept, a=A, m=macro, u=use)
    assert same(before, loaded(kept, a=A, m=macro, u=use), "u")
    after = loaded(kept, a=A, m=macro.replace("sealed", "touched"), u=use)
    assert not same(before, after, "u")
    assert after == loaded(None, a=A, m=macro.replace("sealed", "touched"), u=use)
    wrong = {"a": A, "m": "macros: {m: {kind: no}}", "u": "rules: [{id: u, when: {event: new_high, use: m}}]"}
    vocabulary = {**CONTEXT.event_fields, "other": {"kind": "text"}}
    for _ in range(3):
        documents = [load(text, name) for name, text in wrong.items()]
        found, problems = parse_rules(documents, replace(WORLD, event_fields=vocabulary), kept)
        assert found is None
        assert [str(problem) for problem in problems] == ["m:1:20: unknown kind `no` (known: index, other, stock)"]


def test_steps_of_sequences_and_grades_are_kept_with_their_rules() -> None:
    kept = Kept()
    text = (
        "rules: [{id: s, severity: {critical: {text: gravest}, else: high}, when: {text: x}, "
        "sequence: {after: {text: y}, within: 1h}}]"
    )
    before, after = loaded(kept, a=A, s=text), loaded(kept, a=A.replace("text: x", "text: z"), s=text)
    assert before.steps is not None and after.steps is not None
    assert before.steps.compiled[0] is after.steps.compiled[0]
    assert same(before, after, "s") and after == loaded(None, a=A.replace("text: x", "text: z"), s=text)
    assert after.compiled[1].grades == before.compiled[1].grades != ()


@pytest.mark.usefixtures("anew")
def test_a_calendar_or_a_board_that_changed_changes_all_rules() -> None:
    texts = read_folder(None)
    memory = Memory()
    first = parse_folder(texts, memory)
    assert same(first.rules, parse_folder(texts, memory).rules, first.rules.rules[0].id)
    for room in ("calendars/", "boards/", "entities/common-words.csv"):
        name = next(name for name in texts if room in name)
        again = parse_folder({**texts, name: texts[name] + b"# changed\n"}, memory)
        assert not same(first.rules, again.rules, first.rules.rules[0].id)
        assert again.rules == parse_folder(texts).rules
        first = parse_folder(texts, memory)


@pytest.mark.usefixtures("anew")
def test_a_refused_folder_is_refused_for_the_same_reasons_with_and_without_memory() -> None:
    texts = read_folder(None)
    memory = Memory()
    first = parse_folder(texts, memory)
    name = next(name for name in texts if name.endswith("limit-up.yaml") and "alerts" in name)
    wrong = {**texts, name: b"rules: ["}
    with pytest.raises(InvalidFiles) as anew:
        parse_folder(wrong)
    for _ in range(2):
        with pytest.raises(InvalidFiles) as again:
            parse_folder(wrong, memory)
        assert str(again.value) == str(anew.value)
    assert parse_folder(texts, memory).lexicon is first.lexicon


def test_a_file_that_is_a_list_is_told_each_time() -> None:
    kept = Kept()
    for _ in range(2):
        found, problems = parse_rules([load("[]", "f")], WORLD, kept)
        assert found is None and len(problems) == 1


@pytest.mark.usefixtures("anew")
def test_a_folder_that_is_read_again_is_the_same_as_one_that_is_read_anew() -> None:
    texts = read_folder(None)
    memory = Memory()
    first = parse_folder(texts, memory)
    name = next(name for name in texts if name.endswith("limit-up.yaml") and "alerts" in name)
    changed = {**texts, name: texts[name].replace(b"severity: high", b"severity: low")}
    again = parse_folder(changed, memory)
    assert again.lexicon is first.lexicon
    assert again.version != first.version
    assert again.rules == parse_folder(changed).rules != first.rules
    with pytest.raises(InvalidFiles):
        parse_folder({**texts, name: b"rules: ["}, memory)
    assert parse_folder(texts, memory).rules == first.rules
