"""Formatting never changes what a file says, loses no comment, and comes to rest at once."""

import re
from pathlib import Path

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from service.marked_yaml import formatted, load
from service.rules.loader import parse_rules
from service.rules.shape import shape
from tests.support.rule_world import CONTEXT

TEXT = st.text("ab #:-|>'\"\n长", max_size=12)
TREES = st.recursive(
    TEXT,
    lambda below: st.lists(below, max_size=4) | st.dictionaries(st.text("abc", min_size=1, max_size=3), below, max_size=4),
    max_leaves=20,
)
RULES = sorted((Path(__file__).parent.parent.parent / "rules").rglob("*.yaml"))


@settings(deadline=None, max_examples=300)
@given(TREES, st.integers(1, 8), st.sampled_from([None, True, False]), st.integers(0, 3))
def test_any_file_in_any_layout(tree: object, indent: int, flow: bool | None, blanks: int) -> None:
    written = yaml.safe_dump(tree, indent=indent, default_flow_style=flow, allow_unicode=True, width=20)
    text = "\n" * blanks + written
    value = load(text, "f.yaml").value
    once = formatted(text, "f.yaml")
    assert load(once, "f.yaml").value == value
    assert formatted(once, "f.yaml") == once


@settings(deadline=None, max_examples=80)
@given(st.sampled_from(RULES), st.data())
def test_real_files_with_their_white_space_disturbed(path: Path, data: st.DataObject) -> None:
    """Whole lines indented more deeply by a factor, blanks at line ends and blank lines put in: the same file comes out."""
    lines = path.read_text("utf-8").splitlines()
    factor = data.draw(st.integers(1, 4))
    spoiled = []
    for line in lines:
        width = len(line) - len(line.lstrip(" "))
        rest = re.sub("^- ", "-" + " " * (2 * factor - 1), line[width:])
        spoiled.append(" " * (width * factor) + rest + " " * data.draw(st.integers(0, 2)))
        if not line:
            spoiled += [""] * data.draw(st.integers(0, 2))
    text = "\n".join(spoiled)
    value = load(text, "f.yaml").value
    tidy = formatted(text, "f.yaml")
    assert load(tidy, "f.yaml").value == value
    assert formatted(tidy, "f.yaml") == tidy
    comments = re.compile(r"(?:^|\s)(#.*?) *$", re.MULTILINE)
    assert comments.findall(tidy) == comments.findall(text)


def test_the_shipped_files_are_laid_out() -> None:
    for path in RULES:
        assert formatted(path.read_bytes(), path.name) == path.read_text("utf-8")


def test_the_compiled_set_stays_the_same() -> None:
    text = """
rules:
-   id: a
    severity: {high: {move: {at_least: 20}}, else: low}
    when:
        event: price_move   # the event
        any:
            -  text: [x,
                  y]
            -  use:   loud
    examples:
          match:
           - "[price_move A - pct=5] x"
macros:
     loud:
          text: urgent
"""
    before, _ = parse_rules([load(text, "f.yaml")], CONTEXT)
    after, _ = parse_rules([load(formatted(text, "f.yaml"), "f.yaml")], CONTEXT)
    assert before is not None
    assert after is not None
    for old, new in zip(before.compiled, after.compiled, strict=True):
        assert shape(old.when) == shape(new.when)
        assert [(one.severity, shape(one.when)) for one in old.grades] == [(one.severity, shape(one.when)) for one in new.grades]
        assert [one.item for one in old.examples] == [one.item for one in new.examples]
        assert (old.rule.id, old.rule.title, old.rule.severity) == (new.rule.id, new.rule.title, new.rule.severity)
