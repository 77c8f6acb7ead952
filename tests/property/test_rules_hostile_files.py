"""Whatever stands in a rule file, the answer is a set or problems inside the file, never an exception."""

import json
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from service.errors import InvalidFiles
from service.marked_yaml import load
from service.rules.loader import parse_rules
from tests.support.rule_world import CONTEXT

KEYS = st.sampled_from(
    "rules lists id when event subject text all any none title severity labels examples match no_match entity tag list name near "
    "words within regex in case pct move stage at_least kind enabled phrase prefix mine lang "
    "macros use during calendar session time zone weekday between published_within source publisher language body owner runbook "
    "expires whole_word else critical published fetched".split()
)
LEAVES = st.sampled_from(
    [
        "",
        "any",
        "a",
        "limit_up",
        "ipo",
        "index_high",
        "NVDA.US",
        "optical",
        "mine",
        "high",
        "3",
        "true",
        "{{ subject }}",
        "{% x",
        "(",
        "x*",
        "title",
        "filed",
        "XSHG",
        "open",
        "09:30-11:30",
        "mon",
        "2h",
        "Asia/Shanghai",
        "2026-01-01",
        "2025-12-22T10:00:00+08:00",
        "critical",
    ]
)
TREES = st.recursive(LEAVES, lambda below: st.lists(below, max_size=3) | st.dictionaries(KEYS, below, max_size=5), max_leaves=25)
RULES = st.fixed_dictionaries(
    {"id": LEAVES, "when": TREES},
    optional={key: TREES for key in "examples title body labels severity during expires owner runbook".split()},
)
NAMED = st.dictionaries(st.sampled_from(["a", "mine", "any"]), TREES, max_size=2) | TREES
FILES = (
    st.fixed_dictionaries({}, optional={"rules": st.lists(RULES, max_size=3) | TREES, "lists": NAMED, "macros": NAMED}) | TREES
)


@settings(deadline=None, max_examples=400)
@given(FILES, FILES)
def test_any_tree_is_a_set_or_has_problems(one: object, two: object) -> None:
    texts = {"f.yaml": json.dumps(one), "g.yaml": json.dumps(two)}
    found, problems = parse_rules([load(text, name) for name, text in texts.items()], CONTEXT)
    assert (found is None) == bool(problems)
    for problem in problems:
        assert problem.message
        assert 1 <= problem.column <= len(texts[problem.file]) + 1
        assert problem.line == 1


def test_half_written_files_are_read_or_refused() -> None:
    """Each file of the shipped pack, cut at many points."""
    for path in sorted((Path(__file__).parent.parent.parent / "rules/alerts").glob("*.yaml")):
        content = path.read_bytes()
        for cut in range(0, len(content), 7):
            try:
                parse_rules([load(content[:cut], path.name)], CONTEXT)
            except InvalidFiles as refused:
                lines = content[:cut].count(b"\n") + 1
                assert all(1 <= problem.line <= lines + 1 for problem in refused.problems)
